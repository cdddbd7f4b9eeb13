import { Random } from "../util/random.js";
import { midpoint } from "./binning.js";
import { ByteReader, ByteWriter } from "./bytes.js";
import { checkColumns, checkInteger } from "./checks.js";
import type { DonorSampler } from "./donor-sampler.js";
import type { FitContext } from "./fit-context.js";
import { LEAF, linkPreorder } from "./forest-nodes.js";

export const RANDOM_TREES_MAGIC = "PRTS";
const VERSION = 1;

/** Training rows of the donor sampler. */
export interface DonorData {
  readonly features: readonly Float32Array[];
  /** What belongs to the rows (residuals), scaled by the caller so that a unit of each column matters equally. */
  readonly targets: readonly Float32Array[];
  /** Weight of each row: donors are drawn in proportion to it (default: all equal). */
  readonly weight?: Float32Array;
}

/** How `fitRandomTrees` grows its trees; every field has a default. */
export interface RandomTreesOptions {
  /** Number of trees, of which each draw uses one (default 8). */
  readonly trees?: number;
  /** Fewest donors in a leaf (default 5). */
  readonly minLeaf?: number;
  /** Most tests between root and leaf (default: no limit). */
  readonly maxDepth?: number;
  /** Learn the cells on one random half of the rows and fill them with the other (default true). */
  readonly honest?: boolean;
  /** Extra input columns, uniform in [0, 1), drawn anew for training and for each query (default 0). */
  readonly randomInputs?: number;
}

/** Trained trees. */
export interface RandomTrees extends DonorSampler {
  readonly kind: "random-trees";
  readonly treeCount: number;
}

/** Grows randomised trees whose leaves hold donor rows. */
export async function fitRandomTrees(
  data: DonorData,
  options: RandomTreesOptions,
  context: FitContext,
): Promise<RandomTrees> {
  const where = "random trees";
  const rows = checkColumns(data.features, where, "feature");
  const trees = options.trees ?? 8;
  const minLeaf = options.minLeaf ?? 5;
  checkInteger(trees, 1, 10_000, "randomTrees.trees");
  checkInteger(minLeaf, 1, 1_000_000, "randomTrees.minLeaf");
  const feature: number[] = [];
  const value: number[] = [];
  const leafStart: number[] = [0];
  const donors: number[] = [];
  const treeStart = [0];
  const { features, targets } = data;
  function grow(structure: Uint32Array, fill: Uint32Array): void {
    let best = 1e-12;
    let bestFeature = -1;
    let cut = 0;
    if (structure.length >= 2 * minLeaf && fill.length >= 2 * minLeaf) {
      for (let f = 0; f < features.length; f++) {
        const x = features[f];
        const order = structure.slice().sort((a, b) => x[a] - x[b] || a - b);
        const totals = targets.map((t) => order.reduce((s, i) => s + t[i], 0));
        const left = targets.map(() => 0);
        for (let k = 0; k + 1 < order.length; k++) {
          targets.forEach((t, j) => {
            left[j] += t[order[k]];
          });
          if (k + 1 < minLeaf || order.length - k - 1 < minLeaf || x[order[k]] === x[order[k + 1]]) continue;
          let gain = 0;
          for (let j = 0; j < targets.length; j++) {
            gain +=
              left[j] ** 2 / (k + 1) +
              (totals[j] - left[j]) ** 2 / (order.length - k - 1) -
              totals[j] ** 2 / order.length;
          }
          if (gain > best) {
            best = gain;
            bestFeature = f;
            cut = midpoint(x[order[k]], x[order[k + 1]]);
          }
        }
      }
    }
    const x = features[bestFeature];
    const fillLeft = bestFeature < 0 ? fill : fill.filter((i) => x[i] <= cut);
    if (bestFeature < 0 || fillLeft.length < minLeaf || fill.length - fillLeft.length < minLeaf) {
      feature.push(LEAF);
      value.push(leafStart.length - 1);
      for (const i of fill) donors.push(i);
      leafStart.push(donors.length);
      return;
    }
    feature.push(bestFeature);
    value.push(cut);
    grow(
      structure.filter((i) => x[i] <= cut),
      fillLeft,
    );
    grow(
      structure.filter((i) => x[i] > cut),
      fill.filter((i) => x[i] > cut),
    );
  }
  for (let tree = 0; tree < trees; tree++) {
    const order = new Random(context.seed, tree).permutation(rows);
    const half = options.honest === false ? rows : rows >> 1;
    grow(order.slice(0, half).sort(), options.honest === false ? order.slice().sort() : order.slice(half).sort());
    treeStart.push(feature.length);
    context.onProgress?.(tree + 1, trees);
  }
  return makeTrees(
    features.length,
    rows,
    Uint32Array.from(treeStart),
    Uint16Array.from(feature),
    Float64Array.from(value),
    Uint32Array.from(leafStart),
    Uint32Array.from(donors),
  );
}

function makeTrees(
  featureCount: number,
  rows: number,
  treeStart: Uint32Array,
  feature: Uint16Array,
  value: Float64Array,
  leafStart: Uint32Array,
  donors: Uint32Array,
): RandomTrees {
  const right = new Uint32Array(feature.length);
  const treeCount = treeStart.length - 1;
  for (let tree = 0; tree < treeCount; tree++) linkPreorder(feature, right, treeStart[tree]);
  return {
    kind: "random-trees",
    treeCount,
    featureCount,
    rows,
    sample(features, words, out, start = 0, stop = out.length) {
      for (let i = start; i < stop; i++) {
        let node = treeStart[Math.floor((words[2 * i] / 4294967296) * treeCount)];
        while (feature[node] !== LEAF) node = features[feature[node]][i] <= value[node] ? node + 1 : right[node];
        const from = leafStart[value[node]];
        const n = leafStart[value[node] + 1] - from;
        out[i] = donors[from + Math.floor((words[2 * i + 1] / 4294967296) * n)];
      }
    },
    encode() {
      const writer = new ByteWriter(RANDOM_TREES_MAGIC, VERSION);
      writer.uint32(featureCount);
      writer.uint32(rows);
      writer.array(treeStart);
      writer.array(feature);
      writer.array(value);
      writer.array(leafStart);
      writer.array(donors);
      return writer.finish();
    },
  };
}

/**
 * Reads trees that `encode` wrote.
 * @throws DataError where the bytes are truncated or not randomised trees.
 */
export function decodeRandomTrees(bytes: Uint8Array): RandomTrees {
  const reader = new ByteReader(bytes, RANDOM_TREES_MAGIC, VERSION, "random trees");
  const featureCount = reader.uint32();
  const rows = reader.uint32();
  const treeStart = reader.uint32Array();
  const feature = reader.uint16Array();
  const value = reader.float64Array();
  const leafStart = reader.uint32Array();
  const donors = reader.uint32Array();
  reader.finish();
  return makeTrees(featureCount, rows, treeStart, feature, value, leafStart, donors);
}
