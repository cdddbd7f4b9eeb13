import type { BoostingJob } from "./boosting-job.js";
import { accumulate, partition } from "./histogram.js";
import { findSplit, type Split } from "./split.js";

/** Returns the value of a leaf with these sums, a multiple of the job's unit. */
export function leafOf(job: BoostingJob, sumG: number, sumH: number): number {
  const below = sumH + job.l2;
  return below > 0 ? Math.round((-job.learningRate * sumG) / below / job.leafUnit) * job.leafUnit : 0;
}

/** Writes the range of bins that can occur in a node, by the tests on its path. */
export function boundsOf(job: BoostingJob, node: number, low: Int32Array, high: Int32Array, at: number): void {
  const { binStart, splitFeature, splitBin } = job;
  for (let f = 0; f < job.featureCount; f++) {
    low[at + f] = 0;
    high[at + f] = binStart[f + 1] - binStart[f] - 1;
  }
  for (let child = node; child > 0; child = (child - 1) >> 1) {
    const parent = (child - 1) >> 1;
    const f = at + splitFeature[parent];
    if (child === 2 * parent + 1) high[f] = Math.min(high[f], splitBin[parent]);
    else low[f] = Math.max(low[f], splitBin[parent] + 1);
  }
}

/** Depth of a node of the heap. */
export function depthOf(node: number): number {
  return 31 - Math.clz32(node + 1);
}

/** The array that holds the rows of nodes of some depth. */
export function indexAt(job: BoostingJob, depth: number): Int32Array {
  return depth === 0 ? job.index[0] : job.index[depth & 1 ? 1 : 2];
}

/** Adds the value of a leaf to the margins of its rows. */
export function fillLeaf(job: BoostingJob, node: number): void {
  const { margin, segments, heapSize } = job;
  const index = indexAt(job, depthOf(node));
  const value = leafOf(job, job.sumG[node], job.sumH[node]);
  job.leafValue[node] = value;
  for (let t = 0; t < job.size; t++) {
    const at = 2 * (t * heapSize + node);
    for (let k = segments[at]; k < segments[at + 1]; k++) margin[index[k]] += value;
  }
}

/** Grows whole subtrees, one thread each, on local copies of their rows that stay in the cache of that thread. */
export class SubtreeGrower {
  readonly #job: BoostingJob;
  readonly #features: number;
  readonly #rowOf: Int32Array;
  readonly #bins: Uint16Array;
  readonly #slope: Float32Array;
  /** Order of the rows, of nodes of even depth and of odd. */
  readonly #orders: readonly [Int32Array, Int32Array];
  /** A stack of histograms: the larger child takes its parent's place, the smaller one the next free. */
  readonly #histograms: Float64Array;
  readonly #width: number;
  /** Bounds of the node at each depth. */
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #split: Split = { feature: -1, bin: 0, leftG: 0, leftH: 0 };

  constructor(job: BoostingJob) {
    this.#job = job;
    this.#features = job.featureCount;
    const rows = Math.min(job.smallRows, job.rows);
    this.#rowOf = new Int32Array(rows);
    this.#bins = new Uint16Array(rows * job.featureCount);
    this.#slope = new Float32Array(2 * rows);
    this.#orders = [new Int32Array(rows), new Int32Array(rows)];
    this.#width = 2 * job.binStart[job.featureCount];
    this.#histograms = new Float64Array(this.#width * (job.maxDepth + 1));
    this.#low = new Int32Array((job.maxDepth + 2) * job.featureCount);
    this.#high = new Int32Array((job.maxDepth + 2) * job.featureCount);
  }

  grow(node: number): void {
    const rows = this.#gather(node);
    const depth = depthOf(node);
    boundsOf(this.#job, node, this.#low, this.#high, depth * this.#features);
    const { sumG, sumH } = this.#job;
    if (this.#canSplit(depth, sumH[node])) this.#fill(0, depth, 0, rows, depth * this.#features);
    this.#expand(node, depth, 0, rows, sumG[node], sumH[node], 0, 1);
  }

  #canSplit(depth: number, sumH: number): boolean {
    return depth < this.#job.maxDepth && sumH >= 2 * this.#job.minChildWeight;
  }

  /** Copies the rows of a node from the parts of all threads; returns their number. */
  #gather(node: number): number {
    const { segments, heapSize, bins, slope, size, rows } = this.#job;
    const depth = depthOf(node);
    const index = indexAt(this.#job, depth);
    const order = this.#orders[depth & 1];
    const features = this.#features;
    const stride = this.#rowOf.length;
    let n = 0;
    for (let t = 0; t < size; t++) {
      const at = 2 * (t * heapSize + node);
      const stop = segments[at + 1];
      for (let k = segments[at]; k < stop; k++, n++) {
        const row = index[k];
        this.#rowOf[n] = row;
        order[n] = n;
        this.#slope[2 * n] = slope[2 * row];
        this.#slope[2 * n + 1] = slope[2 * row + 1];
        for (let f = 0; f < features; f++) this.#bins[f * stride + n] = bins[f * rows + row];
      }
    }
    return n;
  }

  /** Fills a histogram with the rows [from, to) of the order at some depth. */
  #fill(slot: number, depth: number, from: number, to: number, boundsAt: number): void {
    const base = slot * this.#width;
    const { binStart } = this.#job;
    for (let f = 0; f < this.#features; f++) {
      const start = base + 2 * binStart[f];
      this.#histograms.fill(0, start + 2 * this.#low[boundsAt + f], start + 2 * this.#high[boundsAt + f] + 2);
    }
    const stride = this.#rowOf.length;
    accumulate(this.#histograms, base, binStart, this.#bins, stride, this.#slope, this.#orders[depth & 1], from, to);
  }

  #expand(
    node: number,
    depth: number,
    from: number,
    to: number,
    sumG: number,
    sumH: number,
    slot: number,
    free: number,
  ): void {
    const job = this.#job;
    const features = this.#features;
    const boundsAt = depth * features;
    const split = this.#split;
    split.feature = -1;
    if (this.#canSplit(depth, sumH)) {
      const base = slot * this.#width;
      findSplit(
        this.#histograms,
        base,
        job.binStart,
        this.#low,
        this.#high,
        boundsAt,
        sumG,
        sumH,
        job.l2,
        job.minChildWeight,
        split,
      );
    }
    job.splitFeature[node] = split.feature;
    if (split.feature < 0) {
      const value = leafOf(job, sumG, sumH);
      job.leafValue[node] = value;
      const { margin } = job;
      const order = this.#orders[depth & 1];
      for (let k = from; k < to; k++) margin[this.#rowOf[order[k]]] += value;
      return;
    }
    const { feature, bin, leftG, leftH } = split;
    job.splitBin[node] = bin;
    if (depth + 1 === job.maxDepth) {
      this.#endInLeaves(node, depth, from, to, split, sumG, sumH);
      return;
    }
    const order = this.#orders[depth & 1];
    const next = this.#orders[(depth + 1) & 1];
    const middle = partition(order, next, this.#bins, feature * this.#rowOf.length, bin, from, to);
    const leftIsSmall = middle - from <= to - middle;
    const smallH = leftIsSmall ? leftH : sumH - leftH;
    const largeH = sumH - smallH;
    const largeGrows = this.#canSplit(depth + 1, largeH);
    if (largeGrows || this.#canSplit(depth + 1, smallH)) {
      const smallAt = this.#childBounds(depth, feature, bin, leftIsSmall);
      if (leftIsSmall) this.#fill(free, depth + 1, from, middle, smallAt);
      else this.#fill(free, depth + 1, middle, to, smallAt);
      if (largeGrows) this.#subtract(slot, free, smallAt);
    }
    for (const left of leftIsSmall ? [true, false] : [false, true]) {
      const small = left === leftIsSmall;
      this.#childBounds(depth, feature, bin, left);
      this.#expand(
        2 * node + (left ? 1 : 2),
        depth + 1,
        left ? from : middle,
        left ? middle : to,
        left ? leftG : sumG - leftG,
        left ? leftH : sumH - leftH,
        small ? free : slot,
        small ? free + 1 : free,
      );
    }
  }

  /** Makes leaves of both children; their rows need no more parting. */
  #endInLeaves(node: number, depth: number, from: number, to: number, split: Split, sumG: number, sumH: number): void {
    const job = this.#job;
    const { margin } = job;
    const left = leafOf(job, split.leftG, split.leftH);
    const right = leafOf(job, sumG - split.leftG, sumH - split.leftH);
    for (const [child, value] of [
      [2 * node + 1, left],
      [2 * node + 2, right],
    ]) {
      job.splitFeature[child] = -1;
      job.leafValue[child] = value;
    }
    const bins = this.#bins;
    const at = split.feature * this.#rowOf.length;
    const order = this.#orders[depth & 1];
    for (let k = from; k < to; k++) {
      const i = order[k];
      margin[this.#rowOf[i]] += bins[at + i] <= split.bin ? left : right;
    }
  }

  /** Writes the bounds of a child; returns where they stand. */
  #childBounds(depth: number, feature: number, bin: number, left: boolean): number {
    const features = this.#features;
    const at = (depth + 1) * features;
    for (let f = 0; f < features; f++) {
      this.#low[at + f] = this.#low[at - features + f];
      this.#high[at + f] = this.#high[at - features + f];
    }
    if (left) this.#high[at + feature] = bin;
    else this.#low[at + feature] = bin + 1;
    return at;
  }

  /** Turns the parent's histogram into that of the larger child. */
  #subtract(slot: number, small: number, smallAt: number): void {
    const histograms = this.#histograms;
    const { binStart } = this.#job;
    for (let f = 0; f < this.#features; f++) {
      const start = slot * this.#width + 2 * binStart[f];
      const shift = (small - slot) * this.#width;
      const stop = start + 2 * this.#high[smallAt + f] + 2;
      for (let at = start + 2 * this.#low[smallAt + f]; at < stop; at++) histograms[at] -= histograms[at + shift];
    }
  }
}
