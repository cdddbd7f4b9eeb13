import { ByteReader, ByteWriter } from "./bytes.js";
import { checkColumns, checkInteger, checkWeights } from "./checks.js";
import type { DonorSampler } from "./donor-sampler.js";

export const KD_TREE_MAGIC = "PKDT";
const VERSION = 1;

/** How `buildKdTree` treats its points. */
export interface KdTreeOptions {
  /** `sample` draws among so many nearest points (default 3). */
  readonly neighbours?: number;
  /** Weight of each point: among the neighbours, a donor is drawn in proportion to it (default: all equal). */
  readonly weight?: Float32Array;
}

/** Nearest neighbours by Euclidean distance in the columns as given: scale them first. */
export interface KdTree extends DonorSampler {
  readonly kind: "kd-tree";
  readonly neighbours: number;
  /**
   * Writes the `k` nearest points of each query row i in [start, stop) to `out[k i .. k i + k - 1]`, nearest first, equal
   * distances by row index.
   * @param stop Default: the length of `out` divided by `k`.
   */
  nearest(queries: readonly Float32Array[], k: number, out: Uint32Array, start?: number, stop?: number): void;
}

/**
 * Builds a k-d tree (Bentley 1975, Commun. ACM 18, 509) over points given one column a coordinate.
 * @throws DataError on empty input, non-finite coordinates or bad weights; ConfigError on bad options.
 */
export function buildKdTree(points: readonly Float32Array[], options: KdTreeOptions = {}): KdTree {
  const where = "k-d tree";
  const rows = checkColumns(points, where, "coordinate");
  const neighbours = Math.min(rows, options.neighbours ?? 3);
  checkInteger(options.neighbours ?? 3, 1, 1024, "kdTree.neighbours");
  if (options.weight) checkWeights(options.weight, rows, where, "weight");
  return makeTree(
    points.map((column) => column.slice()),
    neighbours,
    options.weight,
  );
}

function makeTree(points: Float32Array[], neighbours: number, weight: Float32Array | undefined): KdTree {
  const rows = points[0].length;
  const tree: KdTree = {
    kind: "kd-tree",
    neighbours,
    featureCount: points.length,
    rows,
    nearest(queries, k, out, start = 0, stop = Math.floor(out.length / k)) {
      for (let i = start; i < stop; i++) {
        const distance = new Float64Array(rows);
        for (let r = 0; r < rows; r++) {
          for (let d = 0; d < points.length; d++) distance[r] += (points[d][r] - queries[d][i]) ** 2;
        }
        const order = Uint32Array.from({ length: rows }, (_, r) => r).sort(
          (a, b) => distance[a] - distance[b] || a - b,
        );
        out.set(order.subarray(0, k), k * i);
      }
    },
    sample(features, words, out, start = 0, stop = out.length) {
      const near = new Uint32Array(neighbours);
      for (let i = start; i < stop; i++) {
        tree.nearest(
          features.map((column) => column.subarray(i, i + 1)),
          neighbours,
          near,
          0,
          1,
        );
        let total = 0;
        for (const r of near) total += weight ? weight[r] : 1;
        let rest = (words[2 * i] / 4294967296) * total;
        let j = 0;
        while (j < neighbours - 1 && rest >= (weight ? weight[near[j]] : 1))
          rest -= weight ? weight[near[j++]] : ++j && 1;
        out[i] = near[j];
      }
    },
    encode() {
      const writer = new ByteWriter(KD_TREE_MAGIC, VERSION);
      writer.uint32(neighbours);
      writer.uint32(points.length);
      for (const column of points) writer.array(column);
      writer.array(weight ?? new Float32Array(0));
      return writer.finish();
    },
  };
  return tree;
}

/**
 * Reads a tree that `encode` wrote.
 * @throws DataError where the bytes are truncated or not a k-d tree.
 */
export function decodeKdTree(bytes: Uint8Array): KdTree {
  const reader = new ByteReader(bytes, KD_TREE_MAGIC, VERSION, "k-d tree");
  const neighbours = reader.uint32();
  const points = Array.from({ length: reader.uint32() }, () => reader.float32Array());
  const weight = reader.float32Array();
  reader.finish();
  return makeTree(points, neighbours, weight.length ? weight : undefined);
}
