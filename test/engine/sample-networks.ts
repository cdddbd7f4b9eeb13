/** @file Three networks with weights as training might leave them, and a few steps of Adam: for Node and for browsers. */
import { gradients } from "../../src/engine/graph/gradients.js";
import * as g from "../../src/engine/graph/ops/index.js";
import { constant, input, type Tensor } from "../../src/engine/graph/tensor.js";
import { linear, mlp, residualBlock } from "../../src/engine/nn/layers.js";
import { Parameters } from "../../src/engine/nn/parameters.js";
import { type Scope, scope } from "../../src/engine/nn/scope.js";
import { exportModel } from "../../src/engine/onnx/export.js";
import { adam } from "../../src/engine/optim/optimiser.js";
import { compile } from "../../src/engine/program/program.js";
import { float32, type Runtime, type Value } from "../../src/engine/runtime/runtime.js";
import { Random } from "../../src/util/random.js";

export interface Sample {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly parameters: Parameters;
  readonly flat: Float32Array;
  readonly state: Float32Array;
}

const row = (label: string, numbers: readonly number[]) =>
  constant("float32", [1, numbers.length], numbers).named(label);

/** The conditional-noise network of OTUS for Z -> e+ e- (arXiv:2101.08944): four-vectors in, massless four-vectors out. */
function noiseNetwork(s: Scope, truth: Tensor, noise: Tensor): Tensor {
  const x = g.div(
    g.sub(truth, row("truth.mean", [1, -1, 2, 48, 1, -1, 2, 48])),
    row("truth.deviation", [30, 30, 30, 20, 30, 30, 30, 20]),
  );
  const [mu, spread] = g.split(mlp(s.in("noise"), x, [128, 12]), [6, 6]);
  const shaken = g.add(mu, g.mul(g.softplus(spread), noise));
  const z = mlp(s.in("out"), g.concat([x, shaken]), [128, 6]);
  const momenta = g.add(
    g.mul(z, row("reco.deviation", [29, 30, 31, 29, 30, 31])),
    row("reco.mean", [1, -1, 2, -1, 1, -2]),
  );
  const legs = g.split(momenta, [3, 3]);
  const energy = (p: Tensor) => g.sqrt(g.add(g.sum(g.square(p), 1, true), 1e-12));
  return g.concat(legs.flatMap((p) => [p, energy(p)]));
}

function sample(
  name: string,
  inputs: readonly Tensor[],
  build: (s: Scope) => Readonly<Record<string, Tensor>>,
  seed: number,
): Sample {
  const parameters = new Parameters(name);
  const outputs = build(scope(parameters, false));
  const { flat, state } = parameters.initialise(new Random(seed));
  const random = new Random(seed, 1);
  for (let k = 0; k < flat.length; k++) flat[k] += 0.02 * random.normal();
  for (let k = 0; k < state.length; k++) state[k] = 0.5 + random.uniform();
  return { name, inputs, outputs, parameters, flat, state };
}

export function samples(): readonly Sample[] {
  const table = (name: string, columns: number) => input(name, "float32", ["n", columns]);
  const [x, truth, noise, event] = [table("x", 16), table("truth", 8), table("noise", 6), table("event", 42)];
  return [
    sample("mlp", [x], (s) => ({ y: mlp(s, x, [256, 256, 256, 16]) }), 11),
    sample("decoder", [truth, noise], (s) => ({ reco: noiseNetwork(s, truth, noise) }), 12),
    sample(
      "residual",
      [event],
      (s) => ({ reco: linear(s.in("out"), residualBlock(s.in("block"), linear(s.in("in"), event, 64)), 18) }),
      13,
    ),
  ];
}

export const exported = ({ inputs, outputs, parameters, flat, state }: Sample): Uint8Array =>
  exportModel(outputs, { inputs, constants: [parameters.constants(flat, state)], name: parameters.name });

/** Rows to feed to every input, normal numbers of a detector's scale where the network expects such. */
export function feedsOf({ name, inputs }: Sample, rows: number): Record<string, Value> {
  const random = new Random(name.length, 2);
  return Object.fromEntries(
    inputs.map((x) => {
      const columns = x.shape[1] as number;
      const scale = x.leaf?.kind === "input" && x.leaf.name === "truth" ? 30 : 1;
      const data = Float32Array.from({ length: rows * columns }, () => scale * random.normal());
      return [(x.leaf as { name: string }).name, float32(data, rows, columns)];
    }),
  );
}

/** Takes steps of Adam on the decoder's squared error; returns the losses, and the parameters after the last step. */
export async function trainDecoder(
  runtime: Runtime,
  feeds: Readonly<Record<string, Value>>,
  start: Float32Array,
  steps: number,
): Promise<{ readonly losses: readonly number[]; readonly flat: Float32Array }> {
  const parameters = new Parameters("decoder");
  const [truth, noise] = [input("truth", "float32", ["n", 8]), input("noise", "float32", ["n", 6])];
  const error = g.sub(noiseNetwork(scope(parameters, true), truth, noise), truth);
  const loss = g.mean(g.square(g.mul(error, 1 / 30)));
  const at: [string, (step: number, rate: number) => number][] = [];
  const slots = ["mean", "square"].map((name) => input(name, "float32", ["decoder.size"]));
  const next = adam().update(parameters.flat, parameters.join(gradients(loss, parameters.tensors)), slots, {
    scalar(name, value) {
      at.push([name, value]);
      return input(name, "float32", []);
    },
  });
  const program = await compile(
    { loss, flat: next.parameters, ...Object.fromEntries(next.slots.map((slot, k) => [`slot${k}`, slot])) },
    runtime,
  );
  const vectors = [start.slice(), new Float32Array(start.length), new Float32Array(start.length)].map((x) =>
    float32(x),
  );
  const spare = vectors.map((x) => float32(new Float32Array(x.data.length)));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const [flat, mean, square] = step % 2 === 1 ? vectors : spare;
    const into = step % 2 === 1 ? spare : vectors;
    const numbers = Object.fromEntries(
      at.map(([name, value]) => [
        name,
        { dtype: "float32", shape: [], data: Float32Array.of(value(step, 1e-3)) } as Value,
      ]),
    );
    const results = await program.run(
      { ...feeds, decoder: flat, mean, square, ...numbers },
      { flat: into[0], slot0: into[1], slot1: into[2] },
    );
    losses.push(results.loss.data[0] as number);
  }
  await program.close();
  return { losses, flat: (steps % 2 === 1 ? spare : vectors)[0].data as Float32Array };
}
