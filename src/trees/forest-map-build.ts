import { type ForestNodes, LEAF } from "./forest-nodes.js";
import type { GridAxis } from "./grid-axis.js";

/** Cells to aim at; more would cost memory and buy little speed. */
const CELLS = 1 << 18;
/** Most cells times trees, which bounds the memory that they take. */
const CELL_ROOTS = 1 << 26;

/** What is left to ask in a region: the roots [from, to) of the builder's stack; and the sum of what is settled there. */
interface Open {
  readonly from: number;
  readonly to: number;
  readonly sum: number;
  /** Number of leaves below the roots. */
  readonly work: number;
}

/** Divides feature space into the cells of a ForestMap. */
export class MapBuilder {
  readonly feature: number[] = [];
  readonly threshold: number[] = [];
  readonly right: number[] = [];
  readonly sum: number[] = [];
  readonly firstRoot: number[] = [0];
  readonly roots: number[] = [];
  readonly grid: Uint32Array;
  readonly #nodes: ForestNodes;
  readonly #axes: readonly GridAxis[];
  // The region at hand: the x with low < x <= high.
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  /** Number of leaves below each node. */
  readonly #leaves: Uint32Array;
  readonly #votes: Float64Array;
  readonly #asked: Float32Array;
  // Grid boxes in which something is left to ask: number, sum, work; their roots end at `boxEnd` in `boxRoots`.
  readonly #boxes: number[] = [];
  readonly #boxSum: number[] = [];
  readonly #boxWork: number[] = [];
  readonly #boxEnd: number[] = [];
  readonly #boxRoots: number[] = [];
  /** Lists of roots of the regions being divided, one after another: a region's parts are appended behind it. */
  #stack: Int32Array;

  constructor(nodes: ForestNodes, axes: readonly GridAxis[]) {
    this.#nodes = nodes;
    this.#axes = axes;
    this.#low = new Float64Array(axes.length).fill(Number.NEGATIVE_INFINITY);
    this.#high = new Float64Array(axes.length).fill(Number.POSITIVE_INFINITY);
    this.#votes = new Float64Array(axes.length);
    this.#asked = new Float32Array(nodes.treeStart.length);
    this.#stack = new Int32Array(64 * nodes.treeStart.length);
    this.grid = new Uint32Array(axes.reduce((n, axis) => n * (axis.edges.length + 1), 1));
    const { feature, right } = nodes;
    this.#leaves = new Uint32Array(feature.length);
    for (let k = feature.length - 1; k >= 0; k--) {
      this.#leaves[k] = feature[k] === LEAF ? 1 : this.#leaves[k + 1] + this.#leaves[right[k]];
    }
  }

  build(base: number): this {
    const from = this.#axes.map(() => 0);
    const to = this.#axes.map((axis) => axis.edges.length);
    this.#divideGrid(from, to, this.#ask(this.#load(this.#nodes.treeStart.subarray(0, -1), base)));
    const total = this.#boxWork.reduce((sum, work) => sum + work, 0);
    const cells = Math.min(CELLS, CELL_ROOTS / this.#nodes.treeStart.length);
    for (let k = 0, start = 0; k < this.#boxes.length; k++) {
      const box = this.#boxes[k];
      this.#enter(box);
      this.grid[box] = this.feature.length;
      const roots = this.#boxRoots.slice(start, this.#boxEnd[k]);
      this.#divide(this.#ask(this.#load(roots, this.#boxSum[k])), (cells * this.#boxWork[k]) / total);
      start = this.#boxEnd[k];
    }
    return this;
  }

  /** Puts roots at the bottom of the stack. */
  #load(roots: ArrayLike<number>, sum: number): Open {
    this.#stack.set(roots);
    return { from: 0, to: roots.length, sum, work: 0 };
  }

  /** Makes a grid box the region at hand. */
  #enter(box: number): void {
    this.#axes.forEach(({ edges, stride }, f) => {
      const k = Math.floor(box / stride) % (edges.length + 1);
      this.#low[f] = k > 0 ? edges[k - 1] : Number.NEGATIVE_INFINITY;
      this.#high[f] = k < edges.length ? edges[k] : Number.POSITIVE_INFINITY;
    });
  }

  /** Halves a range of intervals [from, to] until it is one box; collects those in which something is left to ask. */
  #divideGrid(from: readonly number[], to: readonly number[], open: Open): void {
    if (open.to === open.from) {
      this.#fillGrid(from, to, this.feature.length);
      this.#close(open);
      return;
    }
    let f = 0;
    for (let g = 1; g < from.length; g++) if (to[g] - from[g] > to[f] - from[f]) f = g;
    if (to[f] === from[f]) {
      const box = from.reduce((sum, k, g) => sum + k * this.#axes[g].stride, 0);
      this.#boxes.push(box);
      this.#boxSum.push(open.sum);
      this.#boxWork.push(open.work);
      for (let k = open.from; k < open.to; k++) this.#boxRoots.push(this.#stack[k]);
      this.#boxEnd.push(this.#boxRoots.length);
      return;
    }
    const middle = (from[f] + to[f]) >> 1;
    const edge = this.#axes[f].edges[middle];
    const high = this.#high[f];
    this.#high[f] = edge;
    this.#divideGrid(from, to.with(f, middle), this.#ask(open));
    this.#high[f] = high;
    const low = this.#low[f];
    this.#low[f] = edge;
    this.#divideGrid(from.with(f, middle + 1), to, this.#ask(open));
    this.#low[f] = low;
  }

  #fillGrid(from: readonly number[], to: readonly number[], root: number): void {
    const visit = (f: number, box: number): void => {
      if (f === from.length) {
        this.grid[box] = root;
        return;
      }
      for (let k = from[f]; k <= to[f]; k++) visit(f + 1, box + k * this.#axes[f].stride);
    };
    visit(0, 0);
  }

  /** Divides the region into about `budget` cells, more of them where more is left to ask. */
  #divide(open: Open, budget: number): void {
    if (open.to === open.from || budget < 2) {
      this.#close(open);
      return;
    }
    const at = this.feature.length;
    const { f, threshold } = this.#cut(open);
    this.feature.push(f);
    this.threshold.push(threshold);
    this.right.push(0);
    const high = this.#high[f];
    const low = this.#low[f];
    this.#low[f] = threshold;
    const right = this.#ask(open);
    this.#low[f] = low;
    this.#high[f] = threshold;
    const left = this.#ask(open, right.to);
    const share = (left.work + 1) / (left.work + right.work + 2);
    this.#divide(left, Math.max(1, budget * share));
    this.#high[f] = high;
    this.right[at] = this.feature.length;
    this.#low[f] = threshold;
    this.#divide(right, Math.max(1, budget * (1 - share)));
    this.#low[f] = low;
  }

  #close(open: Open): void {
    this.feature.push(LEAF);
    this.threshold.push(0);
    this.right.push(this.sum.length);
    this.sum.push(open.sum);
    for (let k = open.from; k < open.to; k++) this.roots.push(this.#stack[k]);
    this.firstRoot.push(this.roots.length);
  }

  /** Follows each root as far as the region answers, and adds up the leaves reached; writes the rest to the stack. */
  #ask(open: Open, at = open.to): Open {
    const { feature, value, right } = this.#nodes;
    const low = this.#low;
    const high = this.#high;
    if (at + open.to - open.from > this.#stack.length) {
      const grown = new Int32Array(2 * (at + open.to - open.from));
      grown.set(this.#stack);
      this.#stack = grown;
    }
    const stack = this.#stack;
    let { sum } = open;
    let work = 0;
    let to = at;
    for (let k = open.from; k < open.to; k++) {
      let node = stack[k];
      for (;;) {
        const f = feature[node];
        if (f === LEAF) {
          sum += value[node];
          break;
        }
        if (high[f] <= value[node]) node++;
        else if (low[f] >= value[node]) node = right[node];
        else {
          stack[to++] = node;
          work += this.#leaves[node];
          break;
        }
      }
    }
    return { from: at, to, sum, work };
  }

  /** The feature that the largest of the subtrees ask about, and the median of their thresholds. */
  #cut({ from, to }: Open): { f: number; threshold: number } {
    const { feature, value } = this.#nodes;
    const votes = this.#votes.fill(0);
    for (let k = from; k < to; k++) votes[feature[this.#stack[k]]] += this.#leaves[this.#stack[k]];
    let f = 0;
    for (let g = 1; g < votes.length; g++) if (votes[g] > votes[f]) f = g;
    let asked = 0;
    for (let k = from; k < to; k++) {
      const node = this.#stack[k];
      if (feature[node] === f) this.#asked[asked++] = value[node];
    }
    return { f, threshold: this.#asked.subarray(0, asked).sort()[asked >> 1] };
  }
}
