/** @file How the densities of this folder are trained: by the mean of a loss over rows, with held-out rows deciding. */
import {
  adam,
  anyRuntime,
  averaged,
  cosine,
  type LossContext,
  ops,
  Parameters,
  type Scope,
  type Source,
  type Tensor,
  train,
  warmUp,
} from "../../engine/index.js";
import type { FitContext } from "../recipe.js";
import { type NetworkNumbers, rowMajor } from "./generator.js";

export interface TrainingOptions {
  /** Passes over the rows, at most (default: see `defaultEpochs`). */
  readonly epochs?: number;
  /** Passes where `epochs` is not given; more where rows are few (default 10). */
  readonly defaultEpochs?: number;
  /** Rows of a training step (default by the number of rows: 576 to 2048). */
  readonly batch?: number;
  /** Largest learning rate of Adam (default 2e-3). */
  readonly rate?: number;
  /** Looks at held-out rows without a better loss after which training stops (default 8). */
  readonly patience?: number;
  /** Name in progress reports and errors. */
  readonly stage?: string;
}

export interface NetworkTraining {
  /** Name of the network. */
  readonly name: string;
  readonly rows: number;
  /** Tables by name, each in columns. */
  readonly tables: Readonly<Record<string, readonly Float32Array[]>>;
  /** Weights of rows with a mean of 1 (default all 1). */
  readonly weight?: Float32Array;
  /** Loss of each row, [n]. */
  loss(scope: Scope, table: (name: string) => Tensor): Tensor;
}

export interface TrainedNumbers extends NetworkNumbers {
  /** Mean held-out loss of the state that was kept. */
  readonly heldOutLoss: number;
  readonly steps: number;
}

const DEFAULT_EPOCHS = 10;
/** Rows that are held out at most. */
const HELD_OUT = 50_000;
/** Steps that training takes at least, as far as patience lasts. */
const LEAST_STEPS = 1500;
/** Table of the weights. */
const WEIGHT = "weight";

/** How long to train, and on how many rows at once. */
export interface Pace {
  readonly batch: number;
  readonly fraction: number;
  readonly perEpoch: number;
  readonly steps: number;
}

/**
 * Finds the pace. Batches have more than 512 rows where there are so many: the engine works on smaller ones as a whole.
 * @param leastSteps Steps where epochs are not given.
 */
export function paceFor(
  rows: number,
  options: Pick<TrainingOptions, "batch" | "epochs">,
  defaults: { readonly epochs: number; readonly leastSteps: number; readonly heldOut: number },
): Pace {
  const batch = Math.min(rows, options.batch ?? Math.min(2048, Math.max(576, 64 * Math.round(rows / 64 / 64))));
  const fraction = Math.min(0.1, defaults.heldOut / rows);
  const perEpoch = Math.max(1, Math.floor(((1 - fraction) * rows) / batch));
  const steps =
    options.epochs === undefined
      ? Math.max(defaults.leastSteps, defaults.epochs * perEpoch)
      : options.epochs * perEpoch;
  return { batch, fraction, perEpoch, steps };
}

/**
 * Trains one network: Adam with a rate that rises over 100 steps and falls by half a cosine; the moving average of the
 * parameters with the best held-out loss is kept.
 * @throws NumericsError where training fails, InterruptedError where it is stopped.
 */
export async function trainNetwork(
  { name, rows, tables, weight, loss }: NetworkTraining,
  options: TrainingOptions,
  seed: bigint,
  context: FitContext,
): Promise<TrainedNumbers> {
  const { stage = name, rate = 2e-3, patience = 8 } = options;
  const defaults = { epochs: options.defaultEpochs ?? DEFAULT_EPOCHS, leastSteps: LEAST_STEPS, heldOut: HELD_OUT };
  const { batch, fraction, perEpoch, steps } = paceFor(rows, options, defaults);
  const network = new Parameters(name);
  const all = { ...tables, ...(weight && { [WEIGHT]: [weight] }) };
  const source: Source = Object.fromEntries(
    Object.entries(all).map(([table, columns]) => [table, { data: rowMajor(columns, rows), columns: columns.length }]),
  );
  const build = (c: LossContext): Tensor => {
    const each = loss(c.network(network), (table) => c.batch("rows", table));
    return ops.mean(weight === undefined ? each : ops.mul(each, ops.reshape(c.batch("rows", WEIGHT), [each.shape[0]])));
  };
  const trained = await train(
    {
      sources: { rows: source },
      objectives: [
        {
          name,
          networks: [network],
          optimiser: averaged(adam(), 0.99),
          rate: warmUp(Math.min(100, steps / 10), cosine(rate, steps, rate / 100)),
          loss: build,
        },
      ],
      batch,
      steps,
      seed,
      validation: { fraction, every: Math.max(perEpoch, Math.ceil(steps / 100)), patience },
      ...(context.signal && { signal: context.signal }),
      onProgress: ({ step, entry }) => {
        if (entry?.heldOut === undefined) return;
        context.onProgress?.({ stage, done: step, total: steps, loss: entry.heldOut.loss });
      },
    },
    { runtime: await anyRuntime(), pool: context.pool },
  );
  const best = trained.history.find((entry) => entry.step === trained.bestStep);
  return {
    entries: network.entries,
    flat: trained.networks[name].flat,
    heldOutLoss: best?.heldOut?.loss ?? Number.NaN,
    steps: trained.steps,
  };
}
