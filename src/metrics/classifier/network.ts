import {
  adamw,
  cosine,
  exportModel,
  input,
  type LossContext,
  mlp,
  nodeRuntime,
  ops,
  Parameters,
  RowModel,
  scope,
  type Tensor,
  train,
} from "../../engine/index.js";
import { sharedArray } from "../../util/pool.js";
import type { Tools } from "../tools.js";
import type { Pooled } from "./pooled.js";
import type { Scorer } from "./scorer.js";

interface Plan {
  readonly widths: readonly number[];
  /** Pairs of events in a batch. */
  readonly batch: number;
  readonly epochs: number;
  readonly rate: number;
}

/** By the number of pairs to train on. */
function planFor(pairs: number): Plan {
  if (pairs < 1500) return { widths: [32, 32, 1], batch: 64, epochs: 40, rate: 2e-3 };
  if (pairs < 20_000) return { widths: [64, 64, 1], batch: 256, epochs: 40, rate: 2e-3 };
  return { widths: [64, 64, 64, 1], batch: 1024, epochs: 40, rate: 3e-3 };
}

const PATIENCE = 8;

/** A perceptron that tells the reference from the candidate; training stops on a tenth of the training events. */
export async function fitNetwork(pooled: Pooled, events: Uint32Array, seed: number, tools: Tools): Promise<Scorer> {
  const { pool } = tools;
  const features = pooled.columns.length;
  const pairs = pairUp(pooled, events);
  const { widths, batch, epochs, rate } = planFor(pairs.rows);
  const network = new Parameters("classifier");
  const perEpoch = Math.max(1, Math.floor((0.9 * pairs.rows) / batch));
  const layers = (c: LossContext, table: string): Tensor =>
    mlp(c.network(network), c.batch("pairs", table), widths, { activation: ops.leakyRelu });
  const { networks } = await train(
    {
      sources: { pairs: pairs.source },
      objectives: [
        {
          name: "classifier",
          networks: [network],
          optimiser: adamw({ decay: 1e-3 }),
          rate: cosine(rate, epochs * perEpoch, rate / 100),
          // Cross entropies of both classes; weights have a mean of 1, as a batch may hold no event of one of them.
          loss: (c) =>
            ops.mean(
              ops.add(
                ops.mul(ops.softplus(ops.neg(layers(c, "reference"))), c.batch("pairs", "referenceWeight")),
                ops.mul(ops.softplus(layers(c, "candidate")), c.batch("pairs", "candidateWeight")),
              ),
            ),
        },
      ],
      batch,
      steps: epochs * perEpoch,
      seed,
      validation: { fraction: 0.1, every: perEpoch, patience: PATIENCE },
      ...(tools.signal && { signal: tools.signal }),
      onProgress: ({ step, steps, entry }) => {
        if (entry !== undefined) tools.onProgress?.("network", step, steps);
      },
    },
    { runtime: await nodeRuntime({ threads: 1 }), pool },
  );
  const x = input("x", "float32", ["n", features]);
  const y = mlp(scope(network, false), x, widths, { activation: ops.leakyRelu });
  const { flat, state } = networks.classifier;
  const bytes = exportModel({ y }, { inputs: [x], constants: [network.constants(flat, state)] });
  const model = new RowModel(
    { bytes, inputs: [{ name: "x", columns: features }], outputs: [{ name: "y", columns: 1 }] },
    pool,
  );
  return {
    async score(columns) {
      const rows = columns[0].length;
      return (await model.run({ x: rowMajor(columns, rows) }, rows)).y;
    },
    close: async () => {},
  };
}

/** Whether the runtime loads here: without it there is no network. */
export async function hasRuntime(): Promise<boolean> {
  try {
    await nodeRuntime({ threads: 1 });
    return true;
  } catch {
    return false;
  }
}

function rowMajor(columns: readonly Float32Array[], rows: number): Float32Array {
  const out = sharedArray(Float32Array, rows * columns.length);
  for (const [k, column] of columns.entries()) {
    for (let i = 0; i < rows; i++) out[i * columns.length + k] = column[i];
  }
  return out;
}

/**
 * One row for each reference and candidate event that belong to one event, so that both are trained on or both held out;
 * what is left over is paired as it comes, and the longer side's rest with events of weight 0.
 */
function pairUp({ columns, labels, weights, groups }: Pooled, events: Uint32Array) {
  const sides = [0, 1].map((label) => events.filter((i) => labels[i] === label));
  const partners = new Map<number, number[]>();
  for (const i of sides[0]) partners.set(groups[i], [...(partners.get(groups[i]) ?? []), i]);
  const pairs: [number, number][] = [];
  const single: number[] = [];
  for (const i of sides[1]) {
    const list = partners.get(groups[i]);
    const partner = list?.pop();
    if (partner === undefined) single.push(i);
    else pairs.push([i, partner]);
  }
  const rest = [...partners.values()].flat();
  for (let k = 0; k < Math.max(single.length, rest.length); k++) pairs.push([single[k] ?? -1, rest[k] ?? -1]);
  const rows = pairs.length;
  const table = (side: 0 | 1) => {
    const data = sharedArray(Float32Array, rows * columns.length);
    for (const [k, column] of columns.entries()) {
      for (let r = 0; r < rows; r++) data[r * columns.length + k] = pairs[r][side] < 0 ? 0 : column[pairs[r][side]];
    }
    return { data, columns: columns.length };
  };
  const weight = (side: 0 | 1) => {
    const own = pairs.map((pair) => (pair[side] < 0 ? 0 : weights[pair[side]]));
    const mean = own.reduce((a, b) => a + b, 0) / rows;
    return { data: Float32Array.from(own, (w) => w / mean), columns: 1 };
  };
  return {
    rows,
    source: { reference: table(0), candidate: table(1), referenceWeight: weight(0), candidateWeight: weight(1) },
  };
}
