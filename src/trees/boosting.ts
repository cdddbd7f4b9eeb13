import { DataError, InterruptedError } from "../util/errors.js";
import { Barrier, inlinePool, type Pool, sharedArray } from "../util/pool.js";
import { Random } from "../util/random.js";
import { binFeature } from "./binning.js";
import { type GrownTrees, type GrowProgress, growForest } from "./boosting-grow.js";
import { BLOCK_ROWS, type BoostingJob } from "./boosting-job.js";
import { type BoostingOptions, type ResolvedBoostingOptions, resolveBoostingOptions } from "./boosting-options.js";
import { checkColumns, checkWeights } from "./checks.js";
import type { FitContext } from "./fit-context.js";
import { Forest } from "./forest.js";
import { LEAF, linkPreorder } from "./forest-nodes.js";
import { curveOrder } from "./row-order.js";
import { gridUnit } from "./slopes.js";

/**
 * Rows of a classification by two weights each: the loss is the sum of p log(1 + e^-F) + n log(1 + e^F). A classifier
 * with labels y and weights w has p = w y, n = w (1 - y). For a density ratio "accepted against all generated" with
 * acceptance flag a, p = w a and n = w: the odds e^F then estimate the acceptance, and no row is repeated.
 */
export interface LogisticData {
  readonly features: readonly Float32Array[];
  readonly positive: Float32Array;
  readonly negative: Float32Array;
  /** 1 for rows held out to choose the number of trees, in place of a random share: rows that belong together stay so. */
  readonly held?: Uint8Array;
  /**
   * Log-odds that are known already, such as another model's; the trees learn what is left, and their own margin begins
   * at 0. Beyond +-40 they count as +-40.
   */
  readonly offset?: Float32Array;
}

/** Rows of a regression; the loss is the sum of weight (F - target)^2 / 2. */
export interface SquaredData {
  readonly features: readonly Float32Array[];
  readonly target: Float32Array;
  /** Default: 1 for every row. */
  readonly weight?: Float32Array;
}

const WHERE = "boosting";
/** Log-odds beyond this are certain in single precision. */
const MOST_MARGIN = 40;
/** Rows of a node that one thread grows alone: what fits its second-level cache. */
const SMALL_ROWS = 32_768;
/** A thread more is worth its barriers only from so many rows. */
const ROWS_A_THREAD = 4096;

/**
 * Fits a boosted forest by second-order gradient boosting on binned features.
 * Friedman (2001), Ann. Statist. 29, 1189; Chen and Guestrin (2016), arXiv 1603.02754 (gain, leaf values); Ke et al.
 * (2017), "LightGBM", NeurIPS 30 (the histogram of a larger child by subtraction).
 * @returns The same forest, byte for byte, whatever the number of threads.
 * @throws DataError on non-finite features, negative weights, no rows or an empty class; ConfigError on bad options;
 * InterruptedError where `context.signal` asked to stop.
 */
export async function fitBoosting(
  data: LogisticData | SquaredData,
  options: BoostingOptions,
  context: FitContext,
): Promise<Forest> {
  const resolved = resolveBoostingOptions(options);
  const rows = checkColumns(data.features, WHERE, "feature");
  const loss = "positive" in data ? "logistic" : "squared";
  const start = "positive" in data ? startOfLogistic(data, rows) : startOfSquared(data, rows);
  const pool = context.pool ?? inlinePool();
  const size = Math.max(1, Math.min(pool.size, Math.ceil(rows / ROWS_A_THREAD)));
  const { maxBins } = resolved;
  // Few rows are binned before another thread would have begun.
  const workers = rows < ROWS_A_THREAD * 4 ? inlinePool() : pool;
  const binned = await Promise.all(data.features.map((column) => workers.run(binFeature, { column, maxBins })));
  const cuts = binned.map((one) => one.cuts);
  const job: BoostingJob = {
    ...makeJob(rows, cuts, resolved, size),
    loss,
    leafUnit: start.unit,
    unitG: gridUnit(start.mostG),
    unitH: gridUnit(start.mostH),
  };
  const bins = new Uint16Array(rows * data.features.length);
  binned.forEach((one, f) => {
    bins.set(one.bins, f * rows);
  });
  const order = curveOrder(bins, job.binStart, rows);
  data.features.forEach((_, f) => {
    reorder(bins.subarray(f * rows, (f + 1) * rows), order, job.bins.subarray(f * rows, (f + 1) * rows));
  });
  reorder("positive" in data ? data.positive : data.target, order, job.first);
  if ("positive" in data) reorder(data.negative, order, job.second);
  else if (data.weight) reorder(data.weight, order, job.second);
  else job.second.fill(1);
  if ("positive" in data && data.held) reorder(data.held, order, job.held);
  else if (resolved.heldOut > 0) {
    const random = new Random(context.seed);
    const held = new Uint8Array(rows);
    for (let i = 0; i < rows; i++) held[i] = random.uniform() < resolved.heldOut ? 1 : 0;
    reorder(held, order, job.held);
  }
  const onGrid = (margin: number): number => Math.round(margin / start.unit) * start.unit;
  const base = onGrid(start.base);
  if ("positive" in data && data.offset) {
    reorder(
      data.offset.map((margin) => onGrid(Math.min(MOST_MARGIN, Math.max(-MOST_MARGIN, margin)))),
      order,
      job.margin,
    );
  } else {
    job.margin.fill(base);
  }

  const stop = (): void => {
    Atomics.store(job.control, 1, 1);
  };
  if (context.signal?.aborted) throw new InterruptedError();
  context.signal?.addEventListener("abort", stop);
  try {
    const onReport = (message: unknown): void => {
      const { done, loss: heldLoss } = message as GrowProgress;
      context.onProgress?.(done, resolved.trees, heldLoss);
    };
    const grown = await gang(pool, async () => {
      const parts = Array.from({ length: size }, (_, rank) =>
        pool.run(growForest, { job, rank }, rank === 0 ? onReport : undefined),
      );
      return (await Promise.all(parts))[0];
    });
    if (context.signal?.aborted) throw new InterruptedError();
    return makeForest(grown, cuts, loss, base);
  } finally {
    context.signal?.removeEventListener("abort", stop);
  }
}

/** The last gang of each pool. */
const gangs = new WeakMap<Pool, Promise<unknown>>();

/** Runs gangs of tasks of one pool after each other: two of them, each with half of the threads, would wait for ever. */
function gang<R>(pool: Pool, run: () => Promise<R>): Promise<R> {
  const result = (gangs.get(pool) ?? Promise.resolve()).then(run);
  gangs.set(
    pool,
    result.catch(() => {}),
  );
  return result;
}

interface Start {
  /** Margin before any tree. */
  readonly base: number;
  /** Grid of the leaf values: far below what a fit can resolve, and coarse enough for exact sums. */
  readonly unit: number;
  /** Bounds, for all trees, on the sums of |first derivative| and of the second. */
  readonly mostG: number;
  readonly mostH: number;
}

function startOfLogistic(data: LogisticData, rows: number): Start {
  const positive = checkWeights(data.positive, rows, WHERE, "positive weight");
  const negative = checkWeights(data.negative, rows, WHERE, "negative weight");
  if (positive === 0 || negative === 0) {
    const empty = positive === 0 ? "positive" : "negative";
    throw new DataError(`${WHERE}: one class only; expected rows of both, got no ${empty} weight.`);
  }
  const total = positive + negative;
  if (data.offset && checkColumns([data.offset], WHERE, "offset") !== rows) {
    throw new DataError(`${WHERE}: offset has another length; expected ${rows} rows, got ${data.offset.length}.`);
  }
  const base = data.offset ? 0 : Math.log(positive / negative);
  return { base, unit: 2 ** -20, mostG: total, mostH: total / 4 };
}

function startOfSquared(data: SquaredData, rows: number): Start {
  const { target, weight } = data;
  if (checkColumns([target], WHERE, "target") !== rows) {
    throw new DataError(`${WHERE}: target has another length; expected ${rows} rows, got ${target.length}.`);
  }
  const total = weight ? checkWeights(weight, rows, WHERE, "weight") : rows;
  if (total === 0) throw new DataError(`${WHERE}: no weight; expected a positive sum of weights, got 0.`);
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < rows; i++) {
    sum += target[i] * (weight ? weight[i] : 1);
    largest = Math.max(largest, Math.abs(target[i]));
  }
  const base = sum / total;
  let squares = 0;
  for (let i = 0; i < rows; i++) squares += (weight ? weight[i] : 1) * (target[i] - base) ** 2;
  const unit = 2 ** (Math.ceil(Math.log2(Math.max(largest, 1e-30))) - 22);
  // No tree adds to the sum of squares, which bounds that of the absolute values (Cauchy and Schwarz). The margin begins
  // up to half a unit off the base; 2 is for other rounding.
  const mostG = 2 * Math.sqrt(total * (squares + total * unit * unit));
  return { base, unit, mostG, mostH: total };
}

/** Allocates what the threads share. */
function makeJob(rows: number, cuts: readonly Float32Array[], options: ResolvedBoostingOptions, size: number) {
  const binStart = new Uint32Array(cuts.length + 1);
  cuts.forEach((c, f) => {
    binStart[f + 1] = binStart[f] + c.length + 1;
  });
  const smallRows = Math.max(SMALL_ROWS, Math.ceil(rows / 64));
  const slots = Math.max(1, Math.floor(rows / smallRows));
  const histograms = (): Float64Array => sharedArray(Float64Array, slots * 2 * binStart[cuts.length]);
  const heapSize = 2 ** (options.maxDepth + 1);
  return {
    ...options,
    size,
    barrier: Barrier.allocate(),
    rows,
    featureCount: cuts.length,
    binStart,
    bins: sharedArray(Uint16Array, rows * cuts.length),
    first: sharedArray(Float32Array, rows),
    second: sharedArray(Float32Array, rows),
    held: sharedArray(Uint8Array, rows),
    margin: sharedArray(Float32Array, rows),
    slope: sharedArray(Float32Array, 2 * rows),
    index: [sharedArray(Int32Array, rows), sharedArray(Int32Array, rows), sharedArray(Int32Array, rows)] as const,
    heldLoss: sharedArray(Float64Array, Math.ceil(rows / BLOCK_ROWS)),
    splitFeature: sharedArray(Int16Array, heapSize),
    splitBin: sharedArray(Int32Array, heapSize),
    leafValue: sharedArray(Float32Array, heapSize),
    sumG: sharedArray(Float64Array, heapSize),
    sumH: sharedArray(Float64Array, heapSize),
    segments: sharedArray(Int32Array, 2 * size * heapSize),
    heapSize,
    levels: [histograms(), histograms()] as const,
    partial: Array.from({ length: size }, histograms),
    smallRows,
    control: sharedArray(Int32Array, 3),
  };
}

/** Copies rows in the given order. */
function reorder<A extends Uint8Array | Uint16Array | Float32Array>(from: A, order: Int32Array, to: A): void {
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]];
}

/** Turns bins into thresholds, and drops the trees after the best. */
function makeForest(
  grown: GrownTrees,
  cuts: readonly Float32Array[],
  loss: "logistic" | "squared",
  base: number,
): Forest {
  const treeStart = Uint32Array.from(grown.treeStart.slice(0, grown.best + 1));
  const count = treeStart[grown.best];
  const feature = new Uint16Array(count);
  const value = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const f = grown.feature[k];
    feature[k] = f < 0 ? LEAF : f;
    value[k] = f < 0 ? grown.value[k] : cuts[f][grown.bin[k]];
  }
  const right = new Uint32Array(count);
  for (let tree = 0; tree < grown.best; tree++) linkPreorder(feature, right, treeStart[tree]);
  return new Forest(loss, cuts.length, base, { treeStart, feature, value, right });
}
