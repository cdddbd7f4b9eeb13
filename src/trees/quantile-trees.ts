/**
 * @file Quantile regression trees: randomised trees whose leaves keep the quantiles of a target in place of the rows. A
 * draw chooses a tree, and then a place between two quantiles of the leaf that the query reaches: a number that no
 * training row need have had.
 * Reference: Meinshausen (2006), "Quantile regression forests", J. Mach. Learn. Res. 7, 983: to draw a tree, and then from
 * its leaf, is to draw from the forest's conditional distribution.
 */
import { ByteReader, ByteWriter } from "./bytes.js";
import type { FitContext } from "./fit-context.js";
import { fitRandomTrees } from "./random-trees.js";
import { type DonorTree, isSound } from "./random-trees-pack.js";
import { visitLeaves } from "./random-trees-walk.js";

const MAGIC = "PQTR";
const VERSION = 1;

const LOWER = [
  0, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.135, 0.17, 0.21, 0.25, 0.3, 0.35, 0.4, 0.45,
];
/** Probabilities of the quantiles that a leaf keeps, dense in the tails, as single precision has them. */
export const QUANTILES: readonly number[] = [...LOWER, 0.5, ...LOWER.map((p) => 1 - p).reverse()].map(Math.fround);

/** Rows of one target. */
export interface QuantileData {
  readonly features: readonly Float32Array[];
  readonly target: Float32Array;
  /** Weight of each row (default: all equal). */
  readonly weight?: Float32Array;
}

/** Trained quantile trees. */
export class QuantileTrees {
  readonly featureCount: number;
  readonly trees: readonly { readonly nodes: Int32Array }[];
  /** Of each tree, the quantiles of each leaf in turn. */
  readonly knots: readonly Float32Array[];

  constructor(featureCount: number, trees: readonly { readonly nodes: Int32Array }[], knots: readonly Float32Array[]) {
    this.featureCount = featureCount;
    this.trees = trees;
    this.knots = knots;
  }

  /**
   * Draws a value for each row.
   * @param words Two random words a row: one chooses the tree, one the quantile.
   */
  sample(features: readonly Float32Array[], words: Uint32Array, out: Float32Array): void {
    const model = { featureCount: this.featureCount, randomInputs: 0, trees: this.trees };
    visitLeaves(model, features, words, 0, out.length, (tree, rows, leaves) => {
      const knots = this.knots[tree];
      for (let k = 0; k < rows.length; k++) {
        const row = rows[k];
        const u = words[2 * row + 1] / 4294967296;
        const at = segmentOf(u);
        const from = leaves[k] * QUANTILES.length + at;
        const share = Math.fround(Math.fround(u - QUANTILES[at]) / Math.fround(QUANTILES[at + 1] - QUANTILES[at]));
        out[row] = knots[from] + Math.fround(share * Math.fround(knots[from + 1] - knots[from]));
      }
    });
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(MAGIC, VERSION);
    writer.uint32(this.featureCount);
    writer.uint32(this.trees.length);
    for (const [t, { nodes }] of this.trees.entries()) {
      writer.array(nodes);
      writer.array(this.knots[t]);
    }
    return writer.finish();
  }
}

/** Last quantile at or below u. */
function segmentOf(u: number): number {
  let low = 0;
  let high = QUANTILES.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (QUANTILES[middle] <= u) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Grows quantile trees.
 * @returns The same trees, byte for byte, whatever the number of threads.
 * @throws As `fitRandomTrees`.
 */
export async function fitQuantileTrees(
  { features, target, weight }: QuantileData,
  options: { readonly trees: number; readonly minLeaf: number },
  context: FitContext,
): Promise<QuantileTrees> {
  const grown = await fitRandomTrees({ features, targets: [target], ...(weight && { weight }) }, options, context);
  const knots = grown.trees.map((tree) => leafQuantiles(tree, target, weight));
  return new QuantileTrees(
    features.length,
    grown.trees.map(({ nodes }) => ({ nodes })),
    knots,
  );
}

function leafQuantiles({ donors, leafStart }: DonorTree, target: Float32Array, weight?: Float32Array): Float32Array {
  const leaves = leafStart.length - 1;
  const out = new Float32Array(leaves * QUANTILES.length);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const rows = donors.slice(leafStart[leaf], leafStart[leaf + 1]).sort((a, b) => target[a] - target[b]);
    // Each row stands in the middle of its weight; the outermost ones at 0 and 1.
    const middle = new Float64Array(rows.length);
    let total = 0;
    for (const [k, row] of rows.entries()) {
      const w = weight === undefined ? 1 : weight[row];
      middle[k] = total + w / 2;
      total += w;
    }
    const [first, span] = [middle[0], middle[rows.length - 1] - middle[0]];
    for (let q = 0, k = 0; q < QUANTILES.length; q++) {
      const wanted = first + QUANTILES[q] * span;
      while (k < rows.length - 2 && middle[k + 1] <= wanted) k++;
      const upper = Math.min(k + 1, rows.length - 1);
      const gap = middle[upper] - middle[k];
      const share = gap > 0 ? Math.min(1, (wanted - middle[k]) / gap) : 0;
      out[leaf * QUANTILES.length + q] = target[rows[k]] + share * (target[rows[upper]] - target[rows[k]]);
    }
  }
  return out;
}

/** @throws DataError where the bytes are truncated or not quantile trees. */
export function decodeQuantileTrees(bytes: Uint8Array): QuantileTrees {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "quantile trees");
  const featureCount = reader.uint32();
  const trees: { nodes: Int32Array }[] = [];
  const knots: Float32Array[] = [];
  for (let count = reader.uint32(); count > 0; count--) {
    const nodes = reader.int32Array();
    const values = reader.float32Array();
    const leaves = values.length / QUANTILES.length;
    reader.require(Number.isInteger(leaves) && leaves > 0, "whole leaves");
    const leafStart = Uint32Array.from({ length: leaves + 1 }, (_, k) => k);
    reader.require(isSound({ nodes, donors: new Uint32Array(leaves), leafStart }, featureCount, 1), "whole trees");
    trees.push({ nodes });
    knots.push(values);
  }
  reader.require(trees.length > 0, "at least one tree");
  reader.finish();
  return new QuantileTrees(featureCount, trees, knots);
}
