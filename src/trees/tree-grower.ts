import type { Random } from "../util/random.js";
import { midpoint } from "./binning.js";
import { LEAF } from "./forest-nodes.js";

/** Nodes with at most so many rows are grown on a compact copy, which stays in the second-level cache. */
const COMPACT_ROWS = 65_536;

/** What to grow one regression tree on. */
export interface GrowInput {
  readonly features: readonly Float32Array[];
  /** Columns whose variance the splits reduce, row by row. */
  readonly criterion: Float32Array;
  readonly criterionCount: number;
  /** Fewest rows in a leaf. */
  readonly minLeaf: number;
  /** Least fraction of a node's rows on either side of a split. */
  readonly balance: number;
  readonly maxDepth: number;
  /** Probability that a node is halved along a feature drawn at random, whatever the criterion says. */
  readonly halving: number;
  readonly random: Random;
}

/** A tree in preorder: `feature` is LEAF at leaves, a row goes left where x <= threshold. */
export interface GrownTree {
  readonly feature: number[];
  readonly threshold: number[];
}

/** Rows of a node, sorted by each feature: the segment [from, to) of every order holds the same rows. */
interface Workspace {
  readonly orders: readonly Int32Array[];
  readonly features: readonly Float32Array[];
  readonly criterion: Float32Array;
  readonly goesLeft: Uint8Array;
  readonly scratch: Int32Array;
}

/**
 * Grows a regression tree that reduces the variance of several columns together, with exact splits: rows are sorted
 * once by each feature and stay so as nodes part (Mehta, Agrawal and Rissanen 1996, "SLIQ").
 */
export class TreeGrower {
  readonly #input: GrowInput;
  readonly #compact: Workspace;
  readonly #total: Float64Array;
  readonly #left: Float64Array;
  readonly #tree: GrownTree = { feature: [], threshold: [] };

  constructor(input: GrowInput) {
    this.#input = input;
    const { features, criterionCount } = input;
    this.#total = new Float64Array(criterionCount);
    this.#left = new Float64Array(criterionCount);
    this.#compact = {
      orders: features.map(() => new Int32Array(COMPACT_ROWS)),
      features: features.map(() => new Float32Array(COMPACT_ROWS)),
      criterion: new Float32Array(COMPACT_ROWS * criterionCount),
      goesLeft: new Uint8Array(COMPACT_ROWS),
      scratch: new Int32Array(COMPACT_ROWS),
    };
  }

  grow(): GrownTree {
    const { features, criterion } = this.#input;
    const rows = features[0].length;
    const space: Workspace = {
      orders: features.map(argsort),
      features,
      criterion,
      goesLeft: new Uint8Array(rows),
      scratch: new Int32Array(rows),
    };
    this.#node(space, 0, rows, 0);
    return this.#tree;
  }

  #node(space: Workspace, from: number, to: number, depth: number): void {
    const rows = to - from;
    if (rows <= COMPACT_ROWS && space !== this.#compact) {
      this.#copy(space, from, to);
      this.#node(this.#compact, 0, rows, depth);
      return;
    }
    const { minLeaf, maxDepth } = this.#input;
    const at = this.#tree.feature.length;
    this.#tree.feature.push(LEAF);
    this.#tree.threshold.push(0);
    if (rows < 2 * minLeaf || depth >= maxDepth) return;
    const split = this.#halve(space, from, to) ?? this.#split(space, from, to);
    if (split === undefined) return;
    const { feature, middle } = split;
    const order = space.orders[feature];
    const x = space.features[feature];
    this.#tree.feature[at] = feature;
    this.#tree.threshold[at] = midpoint(x[order[middle - 1]], x[order[middle]]);
    this.#part(space, feature, from, middle, to);
    this.#node(space, from, middle, depth + 1);
    this.#node(space, middle, to, depth + 1);
  }

  #copy(space: Workspace, from: number, to: number): void {
    const { criterionCount } = this.#input;
    const compact = this.#compact;
    const first = space.orders[0];
    for (let k = from; k < to; k++) {
      const row = first[k];
      const i = k - from;
      // The row's number among the copies, wanted below for the other orders.
      space.scratch[row] = i;
      for (let f = 0; f < space.features.length; f++) compact.features[f][i] = space.features[f][row];
      for (let j = 0; j < criterionCount; j++) {
        compact.criterion[i * criterionCount + j] = space.criterion[row * criterionCount + j];
      }
    }
    for (let f = 0; f < space.orders.length; f++) {
      const order = space.orders[f];
      const target = compact.orders[f];
      for (let k = from; k < to; k++) target[k - from] = space.scratch[order[k]];
    }
  }

  /** Now and then, cuts at the median of a feature drawn at random. */
  #halve(space: Workspace, from: number, to: number): { feature: number; middle: number } | undefined {
    const { halving, random } = this.#input;
    if (halving === 0 || random.uniform() >= halving) return undefined;
    const feature = random.integer(space.orders.length);
    const order = space.orders[feature];
    const x = space.features[feature];
    const middle = (from + to) >> 1;
    return x[order[middle - 1]] < x[order[middle]] ? { feature, middle } : undefined;
  }

  /** Finds the cut that lowers the summed variance most; of equal ones the first. */
  #split(space: Workspace, from: number, to: number): { feature: number; middle: number } | undefined {
    const { criterionCount: count, minLeaf, balance } = this.#input;
    const { orders, criterion } = space;
    const rows = to - from;
    const total = this.#total.fill(0);
    for (let k = from; k < to; k++) {
      const at = orders[0][k] * count;
      for (let j = 0; j < count; j++) total[j] += criterion[at + j];
    }
    let parent = 0;
    for (let j = 0; j < count; j++) parent += total[j] * total[j];
    parent /= rows;
    const least = Math.max(minLeaf, Math.floor(balance * rows), 1);
    const best = { feature: -1, middle: 0, gain: parent + 1e-9 * Math.abs(parent) + 1e-12 };
    for (let f = 0; f < orders.length; f++) {
      if (count === 3) this.#scan3(space, f, from, to, least, best);
      else this.#scan(space, f, from, to, least, best);
    }
    return best.feature < 0 ? undefined : best;
  }

  #scan(
    space: Workspace,
    f: number,
    from: number,
    to: number,
    least: number,
    best: { feature: number; middle: number; gain: number },
  ): void {
    const { criterionCount: count } = this.#input;
    const { criterion } = space;
    const order = space.orders[f];
    const x = space.features[f];
    const total = this.#total;
    const left = this.#left.fill(0);
    const stop = to - least;
    for (let k = from; k < stop; k++) {
      const at = order[k] * count;
      let squaresLeft = 0;
      let squaresRight = 0;
      for (let j = 0; j < count; j++) {
        const sum = left[j] + criterion[at + j];
        const rest = total[j] - sum;
        left[j] = sum;
        squaresLeft += sum * sum;
        squaresRight += rest * rest;
      }
      const n = k + 1 - from;
      const gain = squaresLeft / n + squaresRight / (to - from - n);
      if (gain > best.gain && n >= least && x[order[k]] !== x[order[k + 1]]) {
        best.gain = gain;
        best.feature = f;
        best.middle = k + 1;
      }
    }
  }

  /** `#scan` for three columns (momentum and two angles, say), whose sums then stay in registers. */
  #scan3(
    space: Workspace,
    f: number,
    from: number,
    to: number,
    least: number,
    best: { feature: number; middle: number; gain: number },
  ): void {
    const { criterion } = space;
    const order = space.orders[f];
    const x = space.features[f];
    const [totalA, totalB, totalC] = this.#total;
    let a = 0;
    let b = 0;
    let c = 0;
    const stop = to - least;
    for (let k = from; k < stop; k++) {
      const at = order[k] * 3;
      a += criterion[at];
      b += criterion[at + 1];
      c += criterion[at + 2];
      const restA = totalA - a;
      const restB = totalB - b;
      const restC = totalC - c;
      const n = k + 1 - from;
      const gain = (a * a + b * b + c * c) / n + (restA * restA + restB * restB + restC * restC) / (to - from - n);
      if (gain > best.gain && n >= least && x[order[k]] !== x[order[k + 1]]) {
        best.gain = gain;
        best.feature = f;
        best.middle = k + 1;
      }
    }
  }

  /** Parts the rows of a node in every order: first those that stand before `middle` in the order of `feature`. */
  #part(space: Workspace, feature: number, from: number, middle: number, to: number): void {
    const { orders, goesLeft, scratch } = space;
    const chosen = orders[feature];
    for (let k = from; k < to; k++) goesLeft[chosen[k]] = k < middle ? 1 : 0;
    for (let f = 0; f < orders.length; f++) {
      if (f === feature) continue;
      const order = orders[f];
      let left = from;
      let right = 0;
      for (let k = from; k < to; k++) {
        const row = order[k];
        const side = goesLeft[row];
        // Both places are written and one is kept: a branch would be mispredicted half the time.
        order[left] = row;
        scratch[right] = row;
        left += side;
        right += 1 - side;
      }
      for (let k = 0; k < right; k++) order[left + k] = scratch[k];
    }
  }
}

/** Returns the row numbers in ascending order of their values, equal values by row: a radix sort in three passes. */
export function argsort(values: Float32Array): Int32Array {
  const n = values.length;
  const keys = new Uint32Array(values.slice().buffer);
  for (let i = 0; i < n; i++) {
    // Order as integers: flip all bits of negative numbers, the sign bit of the others. Minus zero counts as zero.
    const bits = values[i] === 0 ? 0 : keys[i];
    keys[i] = bits & 0x80000000 ? ~bits : bits | 0x80000000;
  }
  let order = Int32Array.from(keys, (_, i) => i);
  let next = new Int32Array(n);
  for (const shift of [0, 11, 22]) {
    const start = new Int32Array(2049);
    for (let i = 0; i < n; i++) start[((keys[i] >>> shift) & 2047) + 1]++;
    for (let b = 0; b < 2048; b++) start[b + 1] += start[b];
    for (let i = 0; i < n; i++) {
      const row = order[i];
      next[start[(keys[row] >>> shift) & 2047]++] = row;
    }
    [order, next] = [next, order];
  }
  return order;
}
