import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { input } from "../../src/engine/graph/tensor.js";
import {
  adam,
  constant,
  constantly,
  type LossContext,
  linear,
  mlp,
  type Objective,
  ops,
  Parameters,
  residualBlock,
  type Scope,
  scope,
  type Tensor,
} from "../../src/engine/index.js";
import { compile } from "../../src/engine/program/program.js";
import { testRuntime, value } from "./evaluate.js";
import { bits, type Oracle, type OracleNetwork, rebuild } from "./oracle-data.js";
import { openStepping } from "./stepping.js";

const { add, concat, div, mul, reshape, softplus, split, sqrt, square, sub, sum } = ops;

const path = new URL("../../validation/data/engine-networks.json", import.meta.url);
const oracle: Oracle = JSON.parse(readFileSync(path, "utf8"));

interface Twin {
  readonly inputs: number;
  readonly outputs: number;
  /** Our names of PyTorch's parameters. */
  readonly names: Readonly<Record<string, string>>;
  build(scope: Scope, x: Tensor, noise: Tensor | undefined): Tensor;
}

/** "ours.weight" and "ours.bias" for "theirs.w" and "theirs.b", and so on. */
const named = (theirs: string, ours: string, pairs = ["w weight", "b bias"]) =>
  Object.fromEntries(
    pairs.map((pair) => pair.split(" ")).map(([short, long]) => [`${theirs}.${short}`, `${ours}.${long}`]),
  );
const norm = ["gamma gamma", "beta beta"];

const TWINS: Record<string, Twin> = {
  mlp: {
    inputs: 16,
    outputs: 16,
    names: Object.assign({}, ...["0", "1", "2", "3"].map((k) => named(k, k))),
    build: (at, x) => mlp(at, x, [256, 256, 256, 16]),
  },
  noise: {
    inputs: 8,
    outputs: 8,
    names: {
      ...named("noise0", "noise.0"),
      ...named("noise1", "noise.1"),
      ...named("out0", "out.0"),
      ...named("out1", "out.1"),
    },
    build(at, x, noise) {
      const { inMean, inStd, outMean, outStd } = oracle.networks.noise.standardisation as Required<
        NonNullable<OracleNetwork["standardisation"]>
      >;
      const row = (values: number[]) => constant("float32", [1, values.length], values);
      const standard = div(sub(x, row(inMean)), row(inStd));
      const [mu, s] = split(mlp(at.in("noise"), standard, [128, 12]), [6, 6]);
      const drawn = add(mu, mul(softplus(s), noise as Tensor));
      const flat = add(mul(mlp(at.in("out"), concat([standard, drawn]), [128, 6]), row(outStd)), row(outMean));
      const momenta = reshape(flat, [flat.shape[0], 2, 3]);
      const energy = sqrt(add(sum(square(momenta), 2, true), 1e-12));
      return reshape(concat([momenta, energy]), [flat.shape[0], 8]);
    },
  },
  residual: {
    inputs: 42,
    outputs: 18,
    names: {
      ...named("in", "in"),
      ...named("norm0", "block.0.norm", norm),
      ...named("block0", "block.0"),
      ...named("norm1", "block.1.norm", norm),
      ...named("block1", "block.1"),
      ...named("out", "out"),
    },
    build: (at, x) => linear(at.in("out"), residualBlock(at.in("block"), linear(at.in("in"), x, 64)), 18),
  },
};

/** Their numbers, laid out as ours. */
function layOut(network: Parameters, twin: Twin, parameters: ReadonlyMap<string, Float32Array>): Float32Array {
  const flat = new Float32Array(network.size);
  const ours = new Map(network.entries.map((entry) => [entry.name, entry]));
  expect(ours.size).toBe(parameters.size);
  for (const [theirs, data] of parameters) {
    const entry = ours.get(`net.${twin.names[theirs]}`);
    expect(entry?.size, theirs).toBe(data.length);
    flat.set(data, entry?.offset);
  }
  return flat;
}

async function trainTwin(name: string, whole: boolean) {
  const twin = TWINS[name];
  const { steps, batch, adam: options } = oracle;
  const { x, target, rows, noise, parameters } = rebuild(name, oracle);
  const network = new Parameters("net");
  const objective: Objective = {
    name: "fit",
    networks: [network],
    optimiser: adam(options),
    rate: constantly(options.rate),
    loss(context: LossContext) {
      const drawn = noise.length === 0 ? undefined : context.batch("noise", "numbers");
      const y = twin.build(context.network(network), context.batch("data", "x"), drawn);
      return ops.mean(square(sub(y, context.batch("data", "target"))));
    },
  };
  const sources = {
    data: { x: { data: x, columns: twin.inputs }, target: { data: target, columns: twin.outputs } },
    ...(noise.length === 0 ? {} : { noise: { numbers: { data: noise, columns: 6 } } }),
  };
  const start = () => ({
    net: {
      flat: layOut(network, twin, parameters),
      state: network.stateSize === 0 ? undefined : Float32Array.from([0, 1, 0, 1].flatMap((v) => Array(64).fill(v))),
    },
  });
  const stepping = await openStepping(objective, sources, await testRuntime(), { rows: batch, start, whole });
  const at = Object.fromEntries(
    network.entries.map(({ name: full, offset, size }) => [full.slice(4), [offset, offset + size]]),
  );
  const parameter = (theirs: string) => stepping.vectors.get("net").slice(...at[twin.names[theirs]]);
  const losses: number[] = [];
  // Where the idle bias was when each batch was seen, in the weights of the running mean.
  const { idle } = oracle.networks[name];
  const shift = new Float64Array(64);
  for (let t = 0; t < steps; t++) {
    for (const theirs of idle) {
      const first = parameters.get(theirs) as Float32Array;
      parameter(theirs).forEach((b, k) => {
        shift[k] = 0.9 * shift[k] + 0.1 * (b - first[k]);
      });
    }
    const taken = rows.subarray(t * batch, (t + 1) * batch);
    const results = await stepping.step({
      data: taken,
      ...(noise.length === 0 ? {} : { noise: taken.map((_, i) => t * batch + i) }),
    });
    losses.push(Number(results.loss.data[0]));
  }
  const flat = stepping.vectors.get("net").slice();
  const state = network.stateSize === 0 ? undefined : stepping.vectors.get("net.state").slice();
  const after = Object.fromEntries([...parameters.keys()].map((theirs) => [theirs, parameter(theirs)]));
  await stepping.close();
  return { network, twin, losses, flat, state, after, shift, at, data: { x, noise, parameters } };
}

/** What the trained network makes of the first rows, as it is used outside training. */
async function shown({ network, twin, data }: Trained, flat: Float32Array, state: Float32Array | undefined) {
  const n = oracle.shown;
  network.restart();
  const x = input("x", "float32", ["n", twin.inputs]);
  const noise = data.noise.length === 0 ? undefined : input("noise", "float32", ["n", 6]);
  const program = await compile({ y: twin.build(scope(network, false), x, noise) }, await testRuntime());
  const { y } = await program.run({
    net: value("float32", [flat.length], flat),
    ...(state && { "net.state": value("float32", [state.length], state) }),
    x: value("float32", [n, twin.inputs], data.x.subarray(0, n * twin.inputs)),
    ...(noise && { noise: value("float32", [n, 6], data.noise.slice(-6 * n)) }),
  });
  await program.close();
  return Array.from(y.data as Float32Array);
}

type Trained = Awaited<ReturnType<typeof trainTwin>>;

const sumOf = (x: Float32Array) => Array.from(x).reduce((a, b) => a + b, 0);
const squaresOf = (x: Float32Array) => Array.from(x).reduce((a, b) => a + b * b, 0);

/** Compares, relative to the largest number. */
function expectNear(got: ArrayLike<number>, numbers: readonly number[], tolerance: number): void {
  const scale = Math.max(...numbers.map(Math.abs));
  expect(got.length).toBe(numbers.length);
  numbers.forEach((v, k) => {
    expect(Math.abs(got[k] - v) / scale, `number ${k}: ${got[k]} for ${v}`).toBeLessThan(tolerance);
  });
}

describe.each(Object.keys(TWINS))("the %s network", (name) => {
  const wanted = oracle.networks[name];

  test("starts from the same bits as PyTorch's", () => {
    const { x, target, rows, noise, parameters } = rebuild(name, oracle);
    const all = Float32Array.from([...parameters.values()].flatMap((data) => [...data]));
    const got = { x: bits(x), target: bits(target), rows: bits(rows), parameters: bits(all) };
    expect(noise.length === 0 ? got : { ...got, noise: bits(noise) }).toEqual(wanted.bits);
  });

  test.each([
    ["in parts", false],
    ["as a whole", true],
  ])("takes the same 100 steps, each batch worked on %s", async (_, whole) => {
    const trained = await trainTwin(name, whole);
    const { losses, after, state, shift, flat } = trained;
    // Rounding alone makes PyTorch differ by so much between float32 and float64; ten of it are some 5e-6.
    const { rounding } = wanted;
    expect(losses.length).toBe(wanted.loss.length);
    losses.forEach((loss, t) => {
      expect(Math.abs(loss / wanted.loss[t] - 1), `loss of step ${t}`).toBeLessThan(10 * rounding.loss);
    });
    for (const [theirs, data] of Object.entries(after)) {
      if (wanted.idle.includes(theirs)) continue;
      const [total, squares] = wanted.sumsDouble.each[theirs];
      const each = 5 * rounding.parameters[theirs];
      expect(Math.abs(sumOf(data) - total), `sum of ${theirs}`).toBeLessThan(each * Math.sqrt(data.length));
      expect(Math.abs(squaresOf(data) - squares), `squares of ${theirs}`).toBeLessThan(2 * each * Math.sqrt(squares));
    }
    if (state !== undefined && wanted.runningDouble !== undefined) {
      const { norm0, norm1 } = wanted.runningDouble;
      // The bias in front of the second normalisation is moved by rounding alone, and the running mean goes with it.
      const moved = norm1.mean.map((v, k) => v + shift[k]);
      expectNear(state, [...norm0.mean, ...norm0.variance, ...moved, ...norm1.variance], 5e-6);
      const [start, end] = trained.at["block.0.bias"];
      flat.set(trained.data.parameters.get("block0.b") as Float32Array, start);
      expect(end - start).toBe(64);
      for (let k = 0; k < 64; k++) state[128 + k] -= shift[k];
    }
    expectNear(await shown(trained, flat, state), wanted.outputDouble.flat(), 5e-6);
  });
});
