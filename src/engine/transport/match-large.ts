/** @file Matching of one slice of more rows than the fixed memory holds: the same steps in memory that grows. */
import { intervalMeans, intervalSigns, pairSigns } from "./intervals.js";
import { radixSort } from "./radix-sort.js";

let order = new Int32Array(0);
let ranked = new Float32Array(0);
let means = new Float32Array(0);

/** A slice of any number of rows. */
export interface LargeSlice {
  readonly source: Float32Array;
  readonly target: Float32Array;
  readonly matched: Float32Array;
}

let kept: LargeSlice = { source: ranked, target: ranked, matched: ranked };

/** This thread's memory for a large slice; its contents are left from the last use. */
export function largeSlice(sourceRows: number, targetRows: number): LargeSlice {
  if (kept.source.length < sourceRows || kept.target.length < targetRows) {
    kept = {
      source: new Float32Array(sourceRows),
      target: new Float32Array(targetRows),
      matched: new Float32Array(sourceRows),
    };
  }
  return kept;
}

/** As `matchSlot`, on a large slice. */
export function matchLarge(slice: LargeSlice, sourceRows: number, targetRows: number): number {
  rankTarget(slice, targetRows, Math.max(sourceRows, targetRows));
  let from = ranked;
  let variance = 0;
  if (sourceRows !== targetRows) {
    if (means.length < sourceRows) means = new Float32Array(sourceRows);
    variance = intervalMeans(ranked, 0, targetRows, means, 0, sourceRows);
    from = means;
  }
  orderLarge(slice.source, 0, sourceRows, order);
  handOut(slice, sourceRows, from);
  return variance;
}

/** As `signSlot`, on a large slice. */
export function signLarge(slice: LargeSlice, sourceRows: number, targetRows: number): number {
  rankTarget(slice, targetRows, Math.max(sourceRows, targetRows));
  orderLarge(slice.source, 0, sourceRows, order);
  let cost: number;
  if (sourceRows === targetRows) {
    handOut(slice, sourceRows, ranked);
    cost = pairSigns(slice.source, 0, slice.matched, 0, sourceRows);
  } else {
    cost = intervalSigns(ranked, 0, targetRows, slice.source, 0, sourceRows, order, -1);
  }
  slice.matched.fill(0, 0, sourceRows);
  return cost;
}

/** Writes the row of each rank of `rows` values from `at` on. */
export function orderLarge(values: Float32Array, at: number, rows: number, order: Int32Array): void {
  radixSort(new Int32Array(values.buffer, values.byteOffset, values.length), at, rows, order);
}

function rankTarget(slice: LargeSlice, rows: number, most: number): void {
  if (order.length < most) order = new Int32Array(most);
  if (ranked.length < rows) ranked = new Float32Array(rows);
  orderLarge(slice.target, 0, rows, order);
  for (let rank = 0; rank < rows; rank++) ranked[rank] = slice.target[order[rank]];
}

function handOut(slice: LargeSlice, rows: number, from: Float32Array): void {
  for (let rank = 0; rank < rows; rank++) slice.matched[order[rank]] = from[rank];
}
