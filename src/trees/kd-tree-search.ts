import type { KdNodes } from "./kd-tree-build.js";

/** Bounds are sums with rounding errors; so much slack keeps a point at exactly the worst distance from being missed. */
const SLACK = 1 - 1e-9;

/** Searches a k-d tree for the points nearest to a query, one query at a time. */
export class KdSearch {
  /** Rows of the points found, nearest first, equal distances by row. */
  readonly rows: Uint32Array;
  readonly #nodes: KdNodes;
  readonly #distance: Float64Array;
  readonly #query: Float64Array;
  /** Distance from the query to the region at hand along each coordinate. */
  readonly #offset: Float64Array;
  // Regions to visit later: node, squared distance, and distance along each coordinate.
  readonly #waiting: Uint32Array;
  readonly #bound: Float64Array;
  readonly #offsets: Float64Array;

  /** @param most Most points to search for. */
  constructor(nodes: KdNodes, dimensions: number, most: number) {
    this.rows = new Uint32Array(most);
    this.#nodes = nodes;
    this.#distance = new Float64Array(most);
    this.#query = new Float64Array(dimensions);
    this.#offset = new Float64Array(dimensions);
    this.#waiting = new Uint32Array(nodes.levels);
    this.#bound = new Float64Array(nodes.levels);
    this.#offsets = new Float64Array(nodes.levels * dimensions);
  }

  /** Finds the `wanted` points nearest to query i: in `rows`. */
  find(queries: readonly Float32Array[], i: number, wanted: number): void {
    const { axis, cut } = this.#nodes;
    const inner = axis.length;
    const query = this.#query;
    const offset = this.#offset;
    const offsets = this.#offsets;
    const waiting = this.#waiting;
    const bounds = this.#bound;
    const d = query.length;
    for (let j = 0; j < d; j++) {
      query[j] = queries[j][i];
      offset[j] = 0;
    }
    // A point that is missing is infinitely far.
    for (let j = 0; j < wanted; j++) {
      this.#distance[j] = Number.POSITIVE_INFINITY;
      this.rows[j] = 0xffffffff;
    }
    let worst = Number.POSITIVE_INFINITY;
    let node = 0;
    let bound = 0;
    let top = 0;
    for (;;) {
      while (node < inner) {
        const a = axis[node];
        const beyond = query[a] - cut[node];
        const near = 2 * node + 2 - Number(beyond < 0);
        const far = bound - offset[a] * offset[a] + beyond * beyond;
        if (far * SLACK <= worst) {
          waiting[top] = 4 * node + 3 - near;
          bounds[top] = far;
          const at = top * d;
          for (let j = 0; j < d; j++) offsets[at + j] = offset[j];
          offsets[at + a] = beyond;
          top++;
        }
        node = near;
      }
      worst = this.#scan(node - inner, worst, wanted - 1);
      do {
        if (top === 0) return;
        top--;
      } while (bounds[top] * SLACK > worst);
      node = waiting[top];
      bound = bounds[top];
      for (let j = 0; j < d; j++) offset[j] = offsets[top * d + j];
    }
  }

  /** Looks at the points of a leaf; returns the squared distance of the worst one that then counts. */
  #scan(leaf: number, worst: number, last: number): number {
    const { leafStart, points, rowOf } = this.#nodes;
    const query = this.#query;
    const d = query.length;
    const stop = leafStart[leaf + 1];
    // Three coordinates, which there nearly always are, without a loop.
    const unrolled = d >= 3 ? 3 : 0;
    const x = query[0];
    const y = unrolled > 0 ? query[1] : 0;
    const z = unrolled > 0 ? query[2] : 0;
    for (let p = leafStart[leaf], at = p * d; p < stop; p++, at += d) {
      let squared = 0;
      if (unrolled > 0) {
        const dx = points[at] - x;
        const dy = points[at + 1] - y;
        const dz = points[at + 2] - z;
        squared = dx * dx + dy * dy + dz * dz;
      }
      for (let j = unrolled; j < d; j++) {
        const difference = points[at + j] - query[j];
        squared += difference * difference;
      }
      if (squared <= worst) worst = this.#insert(squared, rowOf[p], last);
    }
    return worst;
  }

  #insert(squared: number, row: number, last: number): number {
    const distance = this.#distance;
    const rows = this.rows;
    let at = last;
    if (squared === distance[last] && row > rows[last]) return squared;
    while (at > 0 && (squared < distance[at - 1] || (squared === distance[at - 1] && row < rows[at - 1]))) {
      distance[at] = distance[at - 1];
      rows[at] = rows[at - 1];
      at--;
    }
    distance[at] = squared;
    rows[at] = row;
    return distance[last];
  }
}
