import { ByteReader, ByteWriter } from "./bytes.js";

/** The loss that a forest was fitted with: what its margin means. */
export type ForestLoss = "logistic" | "squared";

/**
 * The trees of a forest, one after another; a tree's nodes stand in preorder, so a left child follows its parent.
 * The layout of ONNX `TreeEnsemble` nodes: the row goes left where `x[feature] <= threshold`.
 */
export interface ForestNodes {
  /** First node of each tree, and at the end the number of nodes. */
  readonly treeStart: Uint32Array;
  /** Feature tested; `LEAF` at a leaf. */
  readonly feature: Uint16Array;
  /** Threshold of the test; at a leaf, what it adds to the margin. */
  readonly value: Float32Array;
  /** Node index of the right child; unused at leaves. */
  readonly right: Uint32Array;
}

/** Marks a leaf in `ForestNodes.feature`. */
export const LEAF = 0xffff;

const MAGIC = "PFOR";
const VERSION = 1;
const LOSSES: readonly ForestLoss[] = ["logistic", "squared"];
const BLOCK = 256;

/** A trained boosted forest: the sum of `base` and one leaf of each tree. */
export class Forest {
  readonly loss: ForestLoss;
  readonly featureCount: number;
  /** Margin before any tree. */
  readonly base: number;
  readonly nodes: ForestNodes;

  constructor(loss: ForestLoss, featureCount: number, base: number, nodes: ForestNodes) {
    this.loss = loss;
    this.featureCount = featureCount;
    this.base = base;
    this.nodes = nodes;
  }

  get treeCount(): number {
    return this.nodes.treeStart.length - 1;
  }

  /**
   * Writes the margin of each row i in [start, stop) to `out[i]`: the log-odds log(P / (1 - P)) of a logistic forest,
   * the expected target of a squared one.
   * @param features One column a feature; a NaN goes right at every test.
   * @param stop Default: the length of `out`.
   */
  predict(features: readonly Float32Array[], out: Float32Array, start = 0, stop = out.length): void {
    const { treeStart, feature, value, right } = this.nodes;
    const sums = new Float64Array(BLOCK);
    for (let from = start; from < stop; from += BLOCK) {
      const n = Math.min(BLOCK, stop - from);
      sums.fill(this.base);
      for (let tree = 0; tree < treeStart.length - 1; tree++) {
        for (let i = 0; i < n; i++) {
          let node = treeStart[tree];
          while (feature[node] !== LEAF)
            node = features[feature[node]][from + i] <= value[node] ? node + 1 : right[node];
          sums[i] += value[node];
        }
      }
      for (let i = 0; i < n; i++) out[from + i] = sums[i];
    }
  }

  /** Returns the forest in binary form, for `decodeForest`. */
  encode(): Uint8Array {
    const writer = new ByteWriter(MAGIC, VERSION);
    writer.uint8(LOSSES.indexOf(this.loss));
    writer.uint32(this.featureCount);
    writer.float64(this.base);
    writer.array(this.nodes.treeStart);
    writer.array(this.nodes.feature);
    writer.array(this.nodes.value);
    return writer.finish();
  }
}

/**
 * Reads a forest that `encode` wrote.
 * @throws DataError where the bytes are truncated or not a forest.
 */
export function decodeForest(bytes: Uint8Array): Forest {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "forest");
  const loss = LOSSES[reader.uint8()];
  reader.require(loss !== undefined, "a known loss");
  const featureCount = reader.uint32();
  const base = reader.float64();
  const treeStart = reader.uint32Array();
  const feature = reader.uint16Array();
  const value = reader.float32Array();
  reader.finish();
  reader.require(
    feature.length === value.length && treeStart[0] === 0 && treeStart[treeStart.length - 1] === feature.length,
    "as many nodes as announced",
  );
  reader.require(
    feature.every((f) => f < featureCount || f === LEAF),
    "tests of known features",
  );
  const right = new Uint32Array(feature.length);
  for (let tree = 0; tree < treeStart.length - 1; tree++) {
    reader.require(treeStart[tree] < treeStart[tree + 1], "trees in order");
    reader.require(linkPreorder(feature, right, treeStart[tree]) === treeStart[tree + 1], "whole trees");
  }
  return new Forest(loss, featureCount, base, { treeStart, feature, value, right });
}

/** Fills in the right children of the tree whose preorder begins at `root`; returns the node after its last, or one beyond the end of
 * `feature` where the tree is not whole.
 */
export function linkPreorder(feature: Uint16Array, right: Uint32Array, root: number): number {
  // The inner nodes whose right child has not come yet; it follows the end of the left subtree.
  const waiting: number[] = [];
  let node = root;
  for (; node < feature.length; node++) {
    if (feature[node] !== LEAF) {
      waiting.push(node);
      continue;
    }
    const parent = waiting.pop();
    if (parent === undefined) return node + 1;
    right[parent] = node + 1;
  }
  return feature.length + 1;
}
