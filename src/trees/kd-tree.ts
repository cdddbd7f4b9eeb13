import { ConfigError } from "../util/errors.js";
import { ByteReader, ByteWriter } from "./bytes.js";
import { checkColumns, checkInteger, checkWeights } from "./checks.js";
import type { DonorSampler } from "./donor-sampler.js";
import { buildKdNodes, type KdNodes, levelsOf } from "./kd-tree-build.js";
import { KdSearch } from "./kd-tree-search.js";

export const KD_TREE_MAGIC = "PKDT";
const VERSION = 2;
const MOST_NEIGHBOURS = 1024;
/** Queries that are answered together, in the order of where they are, so that neighbouring ones find the points in the cache. */
const BLOCK = 1 << 14;
/** Levels of the tree by which queries are ordered. */
const SORTED_LEVELS = 11;
/** Fewest queries that are worth ordering. */
const SORTED_QUERIES = 1 << 8;

/** How `buildKdTree` treats its points. */
export interface KdTreeOptions {
  /** `sample` draws among so many nearest points, 1 to 1024 (default 3). */
  readonly neighbours?: number;
  /** Weight of each point: among the neighbours, a donor is drawn in proportion to it (default: all equal). */
  readonly weight?: Float32Array;
}

/**
 * Builds a k-d tree over points given one column a coordinate. Distances are Euclidean in the columns as given: scale
 * them first.
 * Bentley (1975), Commun. ACM 18, 509; the search keeps incremental bounds after Arya and Mount (1993), DCC'93, 381.
 * @throws DataError on empty input, non-finite coordinates or bad weights; ConfigError on bad options.
 */
export function buildKdTree(points: readonly Float32Array[], options: KdTreeOptions = {}): KdTree {
  const where = "k-d tree";
  const rows = checkColumns(points, where, "coordinate");
  const neighbours = options.neighbours ?? 3;
  checkInteger(points.length, 1, 255, "kdTree: number of coordinates");
  checkInteger(neighbours, 1, MOST_NEIGHBOURS, "kdTree.neighbours");
  if (options.weight) checkWeights(options.weight, rows, where, "weight");
  return new KdTree(buildKdNodes(points), points.length, Math.min(rows, neighbours), options.weight?.slice());
}

/** Nearest neighbours, and donors drawn among them. */
export class KdTree implements DonorSampler {
  readonly kind = "kd-tree";
  readonly featureCount: number;
  readonly rows: number;
  /** `sample` draws among so many nearest points. */
  readonly neighbours: number;
  readonly #nodes: KdNodes;
  readonly #weight: Float32Array | undefined;
  readonly #search: KdSearch;

  constructor(nodes: KdNodes, dimensions: number, neighbours: number, weight: Float32Array | undefined) {
    this.#nodes = nodes;
    this.featureCount = dimensions;
    this.rows = nodes.rowOf.length;
    this.neighbours = neighbours;
    this.#weight = weight;
    this.#search = new KdSearch(nodes, dimensions, Math.min(this.rows, MOST_NEIGHBOURS));
  }

  /**
   * Writes the rows of the `k` nearest points of each query row i in [start, stop) to `out[k i .. k i + k - 1]`, nearest
   * first, equal distances by row.
   * @param k 1 to 1024, and at most the number of points.
   * @param stop Default: the length of `out` divided by `k`.
   */
  nearest(queries: readonly Float32Array[], k: number, out: Uint32Array, start = 0, stop = out.length / k): void {
    if (!Number.isInteger(k) || k < 1 || k > Math.min(this.rows, MOST_NEIGHBOURS)) {
      throw new ConfigError(
        `k-d tree: k out of range; expected an integer in [1, ${Math.min(this.rows, MOST_NEIGHBOURS)}], got ${k}.`,
      );
    }
    this.#inOrder(queries, start, stop, (i) => {
      this.#search.find(queries, i, k);
      for (let j = 0; j < k; j++) out[k * i + j] = this.#search.rows[j];
    });
  }

  sample(features: readonly Float32Array[], words: Uint32Array, out: Uint32Array, start = 0, stop = out.length): void {
    const weight = this.#weight;
    this.#inOrder(features, start, stop, (i) => {
      const uniform = words[2 * i] / 4294967296;
      if (weight === undefined) {
        // Of k equal neighbours number j is drawn before the search, which then need not look for those beyond it.
        const j = Math.floor(uniform * this.neighbours);
        this.#search.find(features, i, j + 1);
        out[i] = this.#search.rows[j];
      } else {
        this.#search.find(features, i, this.neighbours);
        out[i] = this.#draw(weight, uniform);
      }
    });
  }

  /** Calls `answer` once for each query in [start, stop), block by block in the order of the tree's regions. */
  #inOrder(queries: readonly Float32Array[], start: number, stop: number, answer: (i: number) => void): void {
    if (stop - start < SORTED_QUERIES) {
      for (let i = start; i < stop; i++) answer(i);
      return;
    }
    const { axis, cut, levels } = this.#nodes;
    const sorted = Math.min(levels, SORTED_LEVELS);
    const first = 2 ** sorted - 1;
    const region = new Uint16Array(BLOCK);
    const order = new Uint16Array(BLOCK);
    const next = new Uint32Array(first + 2);
    for (let from = start; from < stop; from += BLOCK) {
      const rows = Math.min(stop - from, BLOCK);
      next.fill(0);
      for (let k = 0; k < rows; k++) {
        let node = 0;
        while (node < first) node = 2 * node + 1 + Number(queries[axis[node]][from + k] >= cut[node]);
        region[k] = node - first;
        next[node - first + 1]++;
      }
      for (let r = 0; r < first; r++) next[r + 1] += next[r];
      for (let k = 0; k < rows; k++) order[next[region[k]]++] = k;
      for (let k = 0; k < rows; k++) answer(from + order[k]);
    }
  }

  /** Draws among the neighbours found in proportion to weight, or the nearest where none has any. */
  #draw(weight: Float32Array, uniform: number): number {
    let total = 0;
    for (let j = 0; j < this.neighbours; j++) total += weight[this.#search.rows[j]];
    let rest = uniform * total;
    for (let j = 0; j < this.neighbours; j++) {
      rest -= weight[this.#search.rows[j]];
      if (rest < 0) return this.#search.rows[j];
    }
    return this.#search.rows[0];
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(KD_TREE_MAGIC, VERSION);
    const { axis, cut, leafStart, points, rowOf } = this.#nodes;
    writer.uint32(this.featureCount);
    writer.uint32(this.neighbours);
    writer.array(axis);
    writer.array(cut);
    writer.array(leafStart);
    writer.array(points);
    writer.array(rowOf);
    writer.array(this.#weight ?? new Float32Array(0));
    return writer.finish();
  }
}

/**
 * Reads a tree that `encode` wrote. It stands on the given bytes where these begin at a multiple of 8 in their buffer (of
 * shared memory, say, which many threads then read), on copies elsewhere.
 * @throws DataError where the bytes are truncated or not a k-d tree.
 */
export function decodeKdTree(bytes: Uint8Array): KdTree {
  const reader = new ByteReader(bytes, KD_TREE_MAGIC, VERSION, "k-d tree");
  const dimensions = reader.uint32();
  const neighbours = reader.uint32();
  const axis = reader.uint8Array();
  const cut = reader.float32Array();
  const leafStart = reader.uint32Array();
  const points = reader.float32Array();
  const rowOf = reader.uint32Array();
  const weight = reader.float32Array();
  reader.finish();
  const rows = rowOf.length;
  const levels = levelsOf(rows);
  reader.require(rows > 0 && points.length === rows * dimensions, "as many points as rows");
  reader.require(axis.length === 2 ** levels - 1 && cut.length === axis.length, "a full tree");
  reader.require(
    axis.every((a) => a < dimensions),
    "cuts of known coordinates",
  );
  reader.require(leafStart.length === axis.length + 2 && leafStart[0] === 0, "a start of every leaf");
  reader.require(
    leafStart.every((from, leaf) => (leaf > axis.length ? from === rows : from < leafStart[leaf + 1])),
    "points in every leaf",
  );
  reader.require(
    rowOf.every((row) => row < rows),
    "known rows",
  );
  reader.require(neighbours >= 1 && neighbours <= Math.min(rows, MOST_NEIGHBOURS), "a usual number of neighbours");
  reader.require(weight.length === 0 || weight.length === rows, "one weight a row");
  const nodes = { levels, axis, cut, leafStart, points, rowOf };
  return new KdTree(nodes, dimensions, neighbours, weight.length > 0 ? weight : undefined);
}
