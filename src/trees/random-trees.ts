import { DataError, InterruptedError } from "../util/errors.js";
import { inlinePool, sharedArray } from "../util/pool.js";
import { ByteReader, ByteWriter } from "./bytes.js";
import { checkColumns, checkInteger, checkWeights } from "./checks.js";
import type { DonorSampler } from "./donor-sampler.js";
import type { FitContext } from "./fit-context.js";
import { type DonorTreeJob, growDonorTree } from "./random-trees-fit.js";
import { type DonorTree, isSound, MOST_INPUTS } from "./random-trees-pack.js";
import { type DonorTrees, walkTrees } from "./random-trees-walk.js";

export const RANDOM_TREES_MAGIC = "PRTS";
const VERSION = 2;
const WHERE = "random trees";
/** An honest split leaves at least this fraction of the rows on either side: Wager and Athey's regularity. */
const BALANCE = 0.1;
/** Probability that an honest node is halved along a random feature, so that cells shrink in every direction. */
const HALVING = 0.25;

/** Training rows of the donor sampler. */
export interface DonorData {
  readonly features: readonly Float32Array[];
  /** What belongs to the rows (residuals), scaled by the caller so that a unit of each column matters equally. */
  readonly targets: readonly Float32Array[];
  /**
   * Weight of each row (default: all equal). Donors are drawn in proportion to it within a leaf; the splits do not heed
   * it, but for leaving out rows of weight 0.
   */
  readonly weight?: Float32Array;
}

/** How `fitRandomTrees` grows its trees; every field has a default. */
export interface RandomTreesOptions {
  /** Number of trees, of which each draw uses one (default 8). */
  readonly trees?: number;
  /** Fewest donors in a leaf (default 3). */
  readonly minLeaf?: number;
  /** Most tests between root and leaf, 1 to 1024 (default 256). */
  readonly maxDepth?: number;
  /**
   * Learn the cells on one random half of the rows and fill them with the other (default true). Without it, greedy splits
   * give outliers cells that are too large for their number, and sampled residuals come out too broad.
   */
  readonly honest?: boolean;
  /** Extra input columns, uniform in [0, 1), drawn anew for each tree and each query, 0 to 64 (default 0). */
  readonly randomInputs?: number;
}

/**
 * Grows randomised trees whose leaves hold training rows. Honest trees after Wager and Athey (2018), J. Am. Stat. Assoc.
 * 113, 1228, arXiv 1510.04342. With `honest: false, minLeaf: 1, randomInputs: 5` they are those of Darulis et al. (2022),
 * arXiv 2207.11254.
 * @returns The same trees, byte for byte, whatever the number of threads.
 * @throws DataError on non-finite columns, no usable rows, or bad weights; ConfigError on bad options; InterruptedError
 * where `context.signal` asked to stop.
 */
export async function fitRandomTrees(
  data: DonorData,
  options: RandomTreesOptions,
  context: FitContext,
): Promise<RandomTrees> {
  const trees = options.trees ?? 8;
  const randomInputs = options.randomInputs ?? 0;
  const job = makeJob(data, options, context.seed);
  checkInteger(trees, 1, 10_000, "randomTrees.trees");
  const pool = context.pool ?? inlinePool();
  const grown: DonorTree[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < trees) {
      const tree = next++;
      if (context.signal?.aborted) throw new InterruptedError();
      grown[tree] = await pool.run(growDonorTree, { job, tree });
      context.onProgress?.(++done, trees);
      // In the calling thread, lets its events (a stop request, a repaint) through between trees.
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  await Promise.all(Array.from({ length: Math.min(pool.size, trees) }, lane));
  if (context.signal?.aborted) throw new InterruptedError();
  return new RandomTrees(data.features.length, data.features[0].length, randomInputs, grown, data.weight?.slice());
}

function makeJob(data: DonorData, options: RandomTreesOptions, seed: number | bigint): DonorTreeJob {
  const { features, targets, weight } = data;
  const rows = checkColumns(features, WHERE, "feature");
  if (checkColumns(targets, WHERE, "target") !== rows) {
    throw new DataError(`${WHERE}: targets have another length; expected ${rows} rows, got ${targets[0].length}.`);
  }
  if (weight && checkWeights(weight, rows, WHERE, "weight") === 0) {
    throw new DataError(`${WHERE}: no weight; expected a positive sum of weights, got 0.`);
  }
  const honest = options.honest ?? true;
  const resolved = {
    honest,
    minLeaf: options.minLeaf ?? 3,
    maxDepth: options.maxDepth ?? 256,
    randomInputs: options.randomInputs ?? 0,
    balance: honest ? BALANCE : 0,
    halving: honest ? HALVING : 0,
  };
  checkInteger(resolved.minLeaf, 1, 1_000_000, "randomTrees.minLeaf");
  checkInteger(resolved.maxDepth, 1, 1024, "randomTrees.maxDepth");
  checkInteger(resolved.randomInputs, 0, 64, "randomTrees.randomInputs");
  checkInteger(features.length + resolved.randomInputs, 1, MOST_INPUTS, "randomTrees: number of inputs");
  const columns = honest ? targets.flatMap(locationAndScale) : targets;
  const criterion = sharedArray(Float32Array, rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) criterion[i * columns.length + j] = column[i];
  });
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const usable = weight ? all.filter((i) => weight[i] > 0) : all;
  const shared = sharedArray(Uint32Array, usable.length);
  shared.set(usable);
  return {
    ...resolved,
    features: features.map((column) => {
      const copy = sharedArray(Float32Array, rows);
      copy.set(column);
      return copy;
    }),
    criterion,
    criterionCount: columns.length,
    usable: shared,
    seed,
  };
}

/**
 * Turns a target into two columns whose means follow its location and its scale, neither swayed by tails: asinh(t / s)
 * and log(|t| / s + 0.05), s being the median of |t|.
 */
function locationAndScale(target: Float32Array): Float32Array[] {
  const sizes = target.map(Math.abs).sort();
  const unit = sizes[sizes.length >> 1] || sizes[sizes.length - 1] || 1;
  return [target.map((t) => Math.asinh(t / unit)), target.map((t) => Math.log(Math.abs(t) / unit + 0.05))];
}

/** Trained randomised trees. */
export class RandomTrees implements DonorSampler {
  readonly kind = "random-trees";
  readonly featureCount: number;
  readonly rows: number;
  readonly randomInputs: number;
  readonly #model: DonorTrees;

  constructor(
    featureCount: number,
    rows: number,
    randomInputs: number,
    trees: readonly DonorTree[],
    weight: Float32Array | undefined,
  ) {
    this.featureCount = featureCount;
    this.rows = rows;
    this.randomInputs = randomInputs;
    this.#model = { featureCount, randomInputs, trees, weight };
  }

  get treeCount(): number {
    return this.#model.trees.length;
  }

  sample(features: readonly Float32Array[], words: Uint32Array, out: Uint32Array, start = 0, stop = out.length): void {
    walkTrees(this.#model, features, words, out, start, stop);
  }

  /** The trees as they are laid out for walking. */
  get trees(): readonly DonorTree[] {
    return this.#model.trees;
  }

  /** Weight of each training row; undefined where all are equal. */
  get weight(): Float32Array | undefined {
    return this.#model.weight;
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(RANDOM_TREES_MAGIC, VERSION);
    writer.uint32(this.featureCount);
    writer.uint32(this.rows);
    writer.uint32(this.randomInputs);
    writer.array(this.#model.weight ?? new Float32Array(0));
    writer.uint32(this.treeCount);
    for (const { nodes, donors, leafStart } of this.#model.trees) {
      writer.array(nodes);
      writer.array(donors);
      writer.array(leafStart);
    }
    return writer.finish();
  }
}

/**
 * Reads trees that `encode` wrote. They stand on the given bytes where these begin at a multiple of 8 in their buffer
 * (of shared memory, say, which many threads then read), on copies elsewhere.
 * @throws DataError where the bytes are truncated or not randomised trees.
 */
export function decodeRandomTrees(bytes: Uint8Array): RandomTrees {
  const reader = new ByteReader(bytes, RANDOM_TREES_MAGIC, VERSION, WHERE);
  const featureCount = reader.uint32();
  const rows = reader.uint32();
  const randomInputs = reader.uint32();
  const weight = reader.float32Array();
  const count = reader.uint32();
  reader.require(count > 0, "at least one tree");
  const inputs = featureCount + randomInputs;
  reader.require(featureCount > 0 && inputs <= MOST_INPUTS, "a usual number of inputs");
  reader.require(weight.length === 0 || weight.length === rows, "one weight a row");
  const trees: DonorTree[] = [];
  for (let t = 0; t < count; t++) trees.push(readTree(reader, inputs, rows));
  reader.finish();
  return new RandomTrees(featureCount, rows, randomInputs, trees, weight.length > 0 ? weight : undefined);
}

function readTree(reader: ByteReader, inputs: number, rows: number): DonorTree {
  const tree = { nodes: reader.int32Array(), donors: reader.uint32Array(), leafStart: reader.uint32Array() };
  reader.require(isSound(tree, inputs, rows), "whole trees with donors in every leaf");
  return tree;
}
