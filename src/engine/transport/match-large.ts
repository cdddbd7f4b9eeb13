/** @file Matching of one slice of more rows than the fixed memory holds: the same steps in memory that grows. */
import { intervalMeans, intervalSigns, pairSigns } from "./intervals.js";
import { radixSort } from "./radix-sort.js";

let order = new Int32Array(0);
let ranked = new Float32Array(0);
let means = new Float32Array(0);

/** A group of slices of any number of rows, slice after slice. */
export interface LargeGroup {
  readonly source: Float32Array;
  readonly target: Float32Array;
  readonly matched: Float32Array;
}

let group: LargeGroup = { source: ranked, target: ranked, matched: ranked };

/** This thread's memory for a large group; its contents are left from the last use. */
export function largeGroup(slices: number, sourceRows: number, targetRows: number): LargeGroup {
  if (group.source.length < slices * sourceRows || group.target.length < slices * targetRows) {
    group = {
      source: new Float32Array(slices * sourceRows),
      target: new Float32Array(slices * targetRows),
      matched: new Float32Array(slices * sourceRows),
    };
  }
  return group;
}

/** As `matchSlot`, on slice `k` of a large group. */
export function matchLarge(group: LargeGroup, k: number, sourceRows: number, targetRows: number): number {
  rankTarget(group, k, targetRows, Math.max(sourceRows, targetRows));
  let from = ranked;
  let variance = 0;
  if (sourceRows !== targetRows) {
    if (means.length < sourceRows) means = new Float32Array(sourceRows);
    variance = intervalMeans(ranked, 0, targetRows, means, 0, sourceRows);
    from = means;
  }
  orderLarge(group.source, k * sourceRows, sourceRows, order);
  handOut(group, k, sourceRows, from);
  return variance;
}

/** As `signSlot`, on slice `k` of a large group. */
export function signLarge(group: LargeGroup, k: number, sourceRows: number, targetRows: number): number {
  const at = k * sourceRows;
  rankTarget(group, k, targetRows, Math.max(sourceRows, targetRows));
  orderLarge(group.source, at, sourceRows, order);
  let cost: number;
  if (sourceRows === targetRows) {
    handOut(group, k, sourceRows, ranked);
    cost = pairSigns(group.source, at, group.matched, at, sourceRows);
  } else {
    cost = intervalSigns(ranked, 0, targetRows, group.source, at, sourceRows, order, -1);
  }
  group.matched.fill(0, at, at + sourceRows);
  return cost;
}

/** Writes the row of each rank of `rows` values from `at` on. */
export function orderLarge(values: Float32Array, at: number, rows: number, order: Int32Array): void {
  radixSort(new Int32Array(values.buffer, values.byteOffset, values.length), at, rows, order);
}

function rankTarget(group: LargeGroup, k: number, rows: number, most: number): void {
  if (order.length < most) order = new Int32Array(most);
  if (ranked.length < rows) ranked = new Float32Array(rows);
  orderLarge(group.target, k * rows, rows, order);
  for (let rank = 0; rank < rows; rank++) ranked[rank] = group.target[k * rows + order[rank]];
}

function handOut(group: LargeGroup, k: number, rows: number, from: Float32Array): void {
  for (let rank = 0; rank < rows; rank++) group.matched[k * rows + order[rank]] = from[rank];
}
