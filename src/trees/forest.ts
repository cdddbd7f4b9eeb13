import { ByteReader, ByteWriter } from "./bytes.js";
import { ForestMap } from "./forest-map.js";
import { type ForestNodes, LEAF, linkPreorder } from "./forest-nodes.js";

/** The loss that a forest was fitted with: what its margin means. */
export type ForestLoss = "logistic" | "squared";

const MAGIC = "PFOR";
const VERSION = 2;
const LOSSES: readonly ForestLoss[] = ["logistic", "squared"];
/** Rows to predict before a map of the forest is worth its making (some 0.1 s). */
const ROWS_FOR_MAP = 100_000;
/** With more features than this, the cells of a map are too large to settle many trees. */
const FEATURES_FOR_MAP = 4;
/** Rows that are asked of one tree after another, while it is in the cache. */
const BLOCK = 256;

/** A trained boosted forest: the sum of `base` and one leaf of each tree. */
export class Forest {
  readonly loss: ForestLoss;
  readonly featureCount: number;
  /** Margin before any tree. */
  readonly base: number;
  readonly nodes: ForestNodes;
  #map: ForestMap | undefined;
  #predicted = 0;

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
    this.#predicted += Math.max(0, stop - start);
    if (this.#map === undefined && this.#predicted > ROWS_FOR_MAP && this.featureCount <= FEATURES_FOR_MAP) {
      this.#map = new ForestMap(this.nodes, this.base, this.featureCount);
    }
    if (this.#map !== undefined) this.#map.predict(features, out, start, stop);
    else this.#predictByTree(features, out, start, stop);
  }

  #predictByTree(features: readonly Float32Array[], out: Float32Array, start: number, stop: number): void {
    const { treeStart, feature, value, right } = this.nodes;
    const sums = new Float64Array(BLOCK);
    for (let from = start; from < stop; from += BLOCK) {
      const to = Math.min(stop, from + BLOCK);
      sums.fill(this.base);
      for (let tree = 0; tree < treeStart.length - 1; tree++) {
        const root = treeStart[tree];
        for (let i = from; i < to; i++) {
          let node = root;
          for (let f = feature[node]; f !== LEAF; f = feature[node]) {
            node = features[f][i] <= value[node] ? node + 1 : right[node];
          }
          sums[i - from] += value[node];
        }
      }
      for (let i = from; i < to; i++) out[i] = sums[i - from];
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
