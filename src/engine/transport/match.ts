/** @file Matching of one slice in a thread's fixed memory: sort both sides, hand each source row the target of its rank. */
import { compiled } from "./compiled-sort.js";
import { intervalMeans, intervalSigns, pairSigns } from "./intervals.js";
import { sortPacked } from "./packed-sort.js";
import { radixSort } from "./radix-sort.js";
import * as scratch from "./scratch.js";

const {
  INTERVALS,
  MATCHED,
  ORDER_AT,
  order,
  ROW_MASK,
  SORTED_AT,
  SORTED_SOURCE,
  SORTED_TARGET,
  SOURCE,
  sorted,
  sortedBits,
  TARGET,
  VALUES_AT,
  valueBits,
  values,
} = scratch;

/** Sorts a slot of `values`: its values into the slot `to` of `sorted`, its rows into `order`. */
export function sortSlot(from: number, rows: number, to: number): void {
  if (compiled?.sort(VALUES_AT + 4 * from, rows, SORTED_AT + 4 * to, ORDER_AT)) return;
  sortPlain(from, rows, to);
}

/** As `sortSlot`, but leaves `order` in any state. */
function rankSlot(from: number, rows: number, to: number): void {
  if (compiled?.rank(VALUES_AT + 4 * from, rows, SORTED_AT + 4 * to)) return;
  sortPlain(from, rows, to);
}

function sortPlain(from: number, rows: number, to: number): void {
  if (sortPacked(from, rows, to)) return;
  radixSort(valueBits, from, rows, order);
  for (let rank = 0; rank < rows; rank++) sortedBits[to + rank] = valueBits[from + (order[rank] & ROW_MASK)];
}

/**
 * Matches the slice in hand; the matched targets go into their slot.
 * @returns The sum over source rows of the target's variance within the row's interval: 0 for equal sizes.
 */
export function matchSlot(sourceRows: number, targetRows: number): number {
  let from = SORTED_TARGET;
  let variance = 0;
  rankSlot(TARGET, targetRows, SORTED_TARGET);
  if (sourceRows !== targetRows) {
    variance = intervalMeans(sorted, SORTED_TARGET, targetRows, sorted, INTERVALS, sourceRows);
    from = INTERVALS;
  }
  if (compiled?.match(VALUES_AT + 4 * SOURCE, sourceRows, SORTED_AT + 4 * from, VALUES_AT + 4 * MATCHED)) {
    return variance;
  }
  sortPlain(SOURCE, sourceRows, SORTED_SOURCE);
  handOut(from, MATCHED, sourceRows);
  return variance;
}

/**
 * As `matchSlot`, for distances rather than their squares: puts the mean sign of (source - target) in the place of each
 * source value, and 0 in that of the matched one.
 * @returns The sum over source rows of the mean distance.
 */
export function signSlot(sourceRows: number, targetRows: number): number {
  const from = SOURCE;
  const to = MATCHED;
  let cost: number;
  rankSlot(TARGET, targetRows, SORTED_TARGET);
  sortSlot(from, sourceRows, SORTED_SOURCE);
  if (sourceRows === targetRows) {
    handOut(SORTED_TARGET, to, sourceRows);
    cost = pairSigns(values, from, values, to, sourceRows);
  } else {
    cost = intervalSigns(sorted, SORTED_TARGET, targetRows, values, from, sourceRows, order, ROW_MASK);
  }
  values.fill(0, to, to + sourceRows);
  return cost;
}

function handOut(from: number, to: number, rows: number): void {
  for (let rank = 0; rank < rows; rank = (rank + 1) | 0) {
    values[(to + (order[rank & ROW_MASK] & ROW_MASK)) | 0] = sorted[(from + rank) | 0];
  }
}
