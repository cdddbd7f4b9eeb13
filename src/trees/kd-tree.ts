import { ConfigError } from "../util/errors.js";
import { ByteReader, ByteWriter } from "./bytes.js";
import { checkColumns, checkInteger, checkWeights } from "./checks.js";
import type { DonorSampler } from "./donor-sampler.js";
import { buildKdNodes, type KdNodes, leafStarts, levelsOf } from "./kd-tree-build.js";

export const KD_TREE_MAGIC = "PKDT";
const VERSION = 1;
const MOST_NEIGHBOURS = 1024;
/** Bounds are sums with rounding errors; so much slack keeps a point at exactly the worst distance from being missed. */
const SLACK = 1 - 1e-9;

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
  // State of the search at hand. The best points so far stand nearest first; a missing one is infinitely far.
  readonly #query: Float64Array;
  /** Distance from the query to the region at hand along each coordinate. */
  readonly #offset: Float64Array;
  readonly #distance = new Float64Array(MOST_NEIGHBOURS);
  readonly #row = new Uint32Array(MOST_NEIGHBOURS);
  #wanted = 1;
  #worst = Number.POSITIVE_INFINITY;

  constructor(nodes: KdNodes, dimensions: number, neighbours: number, weight: Float32Array | undefined) {
    this.#nodes = nodes;
    this.featureCount = dimensions;
    this.rows = nodes.rowOf.length;
    this.neighbours = neighbours;
    this.#weight = weight;
    this.#query = new Float64Array(dimensions);
    this.#offset = new Float64Array(dimensions);
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
    for (let i = start; i < stop; i++) {
      this.#search(queries, i, k);
      for (let j = 0; j < k; j++) out[k * i + j] = this.#row[j];
    }
  }

  sample(features: readonly Float32Array[], words: Uint32Array, out: Uint32Array, start = 0, stop = out.length): void {
    for (let i = start; i < stop; i++) {
      const uniform = words[2 * i] / 4294967296;
      if (this.#weight === undefined) {
        // Of k equal neighbours number j is drawn before the search, which then need not look for those beyond it.
        const j = Math.floor(uniform * this.neighbours);
        this.#search(features, i, j + 1);
        out[i] = this.#row[j];
      } else {
        this.#search(features, i, this.neighbours);
        out[i] = this.#draw(this.#weight, uniform);
      }
    }
  }

  /** Draws among the neighbours found in proportion to weight, or the nearest where none has any. */
  #draw(weight: Float32Array, uniform: number): number {
    let total = 0;
    for (let j = 0; j < this.neighbours; j++) total += weight[this.#row[j]];
    let rest = uniform * total;
    for (let j = 0; j < this.neighbours; j++) {
      rest -= weight[this.#row[j]];
      if (rest < 0) return this.#row[j];
    }
    return this.#row[0];
  }

  #search(queries: readonly Float32Array[], i: number, wanted: number): void {
    for (let j = 0; j < this.featureCount; j++) this.#query[j] = queries[j][i];
    this.#offset.fill(0);
    this.#distance.fill(Number.POSITIVE_INFINITY, 0, wanted);
    this.#row.fill(0xffffffff, 0, wanted);
    this.#wanted = wanted;
    this.#worst = Number.POSITIVE_INFINITY;
    this.#visit(0, 0);
  }

  /** @param bound Squared distance from the query to the region of the node. */
  #visit(node: number, bound: number): void {
    const { axis, cut } = this.#nodes;
    if (node >= axis.length) {
      this.#scan(node - axis.length);
      return;
    }
    const a = axis[node];
    const beyond = this.#query[a] - cut[node];
    const near = beyond < 0 ? 2 * node + 1 : 2 * node + 2;
    this.#visit(near, bound);
    const old = this.#offset[a];
    const far = bound - old * old + beyond * beyond;
    if (far * SLACK > this.#worst) return;
    this.#offset[a] = beyond;
    this.#visit(4 * node + 3 - near, far);
    this.#offset[a] = old;
  }

  #scan(leaf: number): void {
    const { leafStart, points, rowOf } = this.#nodes;
    const d = this.featureCount;
    const query = this.#query;
    const stop = leafStart[leaf + 1];
    for (let p = leafStart[leaf]; p < stop; p++) {
      let squared = 0;
      for (let j = 0; j < d; j++) {
        const difference = points[p * d + j] - query[j];
        squared += difference * difference;
      }
      if (squared <= this.#worst) this.#insert(squared, rowOf[p]);
    }
  }

  #insert(squared: number, row: number): void {
    const distance = this.#distance;
    const rows = this.#row;
    const last = this.#wanted - 1;
    let at = last;
    if (squared === distance[last] && row > rows[last]) return;
    while (at > 0 && (squared < distance[at - 1] || (squared === distance[at - 1] && row < rows[at - 1]))) {
      distance[at] = distance[at - 1];
      rows[at] = rows[at - 1];
      at--;
    }
    distance[at] = squared;
    rows[at] = row;
    this.#worst = distance[last];
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(KD_TREE_MAGIC, VERSION);
    const { axis, cut, points, rowOf } = this.#nodes;
    writer.uint32(this.featureCount);
    writer.uint32(this.neighbours);
    writer.array(axis);
    writer.array(cut);
    writer.array(points);
    writer.array(rowOf);
    writer.array(this.#weight ?? new Float32Array(0));
    return writer.finish();
  }
}

/**
 * Reads a tree that `encode` wrote.
 * @throws DataError where the bytes are truncated or not a k-d tree.
 */
export function decodeKdTree(bytes: Uint8Array): KdTree {
  const reader = new ByteReader(bytes, KD_TREE_MAGIC, VERSION, "k-d tree");
  const dimensions = reader.uint32();
  const neighbours = reader.uint32();
  const axis = reader.uint8Array();
  const cut = reader.float32Array();
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
  reader.require(
    rowOf.every((row) => row < rows),
    "known rows",
  );
  reader.require(neighbours >= 1 && neighbours <= Math.min(rows, MOST_NEIGHBOURS), "a usual number of neighbours");
  reader.require(weight.length === 0 || weight.length === rows, "one weight a row");
  const leafStart = leafStarts(rows, levels);
  const nodes = { levels, axis, cut, leafStart, points, rowOf };
  return new KdTree(nodes, dimensions, neighbours, weight.length > 0 ? weight : undefined);
}
