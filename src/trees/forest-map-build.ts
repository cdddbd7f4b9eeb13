import { type ForestNodes, LEAF } from "./forest-nodes.js";
import type { GridAxis } from "./grid-axis.js";

/** Cells to aim at; more would cost memory and buy little speed. */
const CELLS = 1 << 19;

/** What is left to ask in a region, and the sum of what is settled there. */
interface Open {
  readonly roots: readonly number[];
  readonly sum: number;
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
  readonly #boxes: { box: number; low: Float64Array; high: Float64Array; open: Open; work: number }[] = [];

  constructor(nodes: ForestNodes, axes: readonly GridAxis[]) {
    this.#nodes = nodes;
    this.#axes = axes;
    this.#low = new Float64Array(axes.length).fill(Number.NEGATIVE_INFINITY);
    this.#high = new Float64Array(axes.length).fill(Number.POSITIVE_INFINITY);
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
    this.#divideGrid(from, to, this.#ask(Array.from(this.#nodes.treeStart.subarray(0, -1)), base));
    let total = 0;
    for (const { work } of this.#boxes) total += work;
    for (const { box, low, high, open, work } of this.#boxes) {
      this.#low.set(low);
      this.#high.set(high);
      this.grid[box] = this.feature.length;
      this.#divide(open, (CELLS * work) / total);
    }
    return this;
  }

  /** Halves a range of intervals [from, to] until it is one box; collects those in which something is left to ask. */
  #divideGrid(from: readonly number[], to: readonly number[], open: Open): void {
    let f = 0;
    for (let g = 1; g < from.length; g++) if (to[g] - from[g] > to[f] - from[f]) f = g;
    if (open.roots.length === 0) {
      this.#fillGrid(from, to, this.feature.length);
      this.#close(open);
      return;
    }
    if (to[f] === from[f]) {
      const box = from.reduce((sum, k, g) => sum + k * this.#axes[g].stride, 0);
      this.#boxes.push({ box, low: this.#low.slice(), high: this.#high.slice(), open, work: this.#work(open) });
      return;
    }
    const middle = (from[f] + to[f]) >> 1;
    const edge = this.#axes[f].edges[middle];
    this.#within(f, edge, true, () => this.#divideGrid(from, to.with(f, middle), this.#ask(open.roots, open.sum)));
    this.#within(f, edge, false, () => this.#divideGrid(from.with(f, middle + 1), to, this.#ask(open.roots, open.sum)));
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
    if (open.roots.length === 0 || budget < 2) {
      this.#close(open);
      return;
    }
    const at = this.feature.length;
    const { f, threshold } = this.#cut(open.roots);
    this.feature.push(f);
    this.threshold.push(threshold);
    this.right.push(0);
    const left = this.#within(f, threshold, true, () => this.#ask(open.roots, open.sum));
    const right = this.#within(f, threshold, false, () => this.#ask(open.roots, open.sum));
    const share = (this.#work(left) + 1) / (this.#work(left) + this.#work(right) + 2);
    this.#within(f, threshold, true, () => this.#divide(left, Math.max(1, budget * share)));
    this.right[at] = this.feature.length;
    this.#within(f, threshold, false, () => this.#divide(right, Math.max(1, budget * (1 - share))));
  }

  #close(open: Open): void {
    this.feature.push(LEAF);
    this.threshold.push(0);
    this.right.push(this.sum.length);
    this.sum.push(open.sum);
    for (const node of open.roots) this.roots.push(node);
    this.firstRoot.push(this.roots.length);
  }

  /** Runs `work` in the part of the region at or below (or else above) a threshold. */
  #within<R>(f: number, threshold: number, below: boolean, work: () => R): R {
    const side = below ? this.#high : this.#low;
    const old = side[f];
    side[f] = threshold;
    const result = work();
    side[f] = old;
    return result;
  }

  /** Follows each root as far as the region answers, and adds up the leaves reached. */
  #ask(roots: readonly number[], sum: number): Open {
    const { feature, value, right } = this.#nodes;
    const open: number[] = [];
    for (let node of roots) {
      for (;;) {
        const f = feature[node];
        if (f === LEAF) {
          sum += value[node];
          break;
        }
        if (this.#high[f] <= value[node]) node++;
        else if (this.#low[f] >= value[node]) node = right[node];
        else {
          open.push(node);
          break;
        }
      }
    }
    return { roots: open, sum };
  }

  #work(open: Open): number {
    let work = 0;
    for (const node of open.roots) work += this.#leaves[node];
    return work;
  }

  /** The feature that the largest of the subtrees ask about, and the median of their thresholds. */
  #cut(roots: readonly number[]): { f: number; threshold: number } {
    const { feature, value } = this.#nodes;
    const votes = new Float64Array(this.#low.length);
    for (const node of roots) votes[feature[node]] += this.#leaves[node];
    const f = votes.indexOf(Math.max(...votes));
    const asked = roots.filter((node) => feature[node] === f).map((node) => value[node]);
    asked.sort((a, b) => a - b);
    return { f, threshold: asked[asked.length >> 1] };
  }
}
