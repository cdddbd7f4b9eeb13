/** @file The threads' part of sorting and matching given projections, a slice at a time. */
import { NumericsError } from "../../util/errors.js";
import { defineTask } from "../../util/pool.js";
import { matchSlot, sortSlot } from "./match.js";
import { largeSlice, matchLarge, orderLarge } from "./match-large.js";
import * as scratch from "./scratch.js";

const { CAPACITY, MATCHED, order, ROW_MASK, SORTED_SOURCE, SOURCE, TARGET, values } = scratch;

/** Slices that a thread takes at once: one would be too many messages between caches for small slices. */
const SHARE = 8;

/** What the threads share; arrays stand on shared memory. */
export interface MatchJob {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly slices: number;
  /** Projections, slice after slice. */
  readonly source: Float32Array;
  readonly target: Float32Array;
  readonly matched: Float32Array;
  /** The next slice that nobody has taken. */
  readonly next: Int32Array;
}

/** Matches slices until none is left. */
export const matchTask = defineTask(import.meta.url, "matchTask", (job: MatchJob): void => {
  const { sourceRows, targetRows, slices, source, target, matched } = job;
  const large = Math.max(sourceRows, targetRows) > CAPACITY ? largeSlice(sourceRows, targetRows) : undefined;
  forEachSlice(job.next, slices, (slice) => {
    const from = source.subarray(slice * sourceRows, (slice + 1) * sourceRows);
    const to = target.subarray(slice * targetRows, (slice + 1) * targetRows);
    checkFinite(from, "source", slice);
    checkFinite(to, "target", slice);
    (large?.source ?? values).set(from, large === undefined ? SOURCE : 0);
    (large?.target ?? values).set(to, large === undefined ? TARGET : 0);
    if (large === undefined) {
      matchSlot(sourceRows, targetRows);
      matched.set(values.subarray(MATCHED, MATCHED + sourceRows), slice * sourceRows);
    } else {
      matchLarge(large, sourceRows, targetRows);
      matched.set(large.matched.subarray(0, sourceRows), slice * sourceRows);
    }
  });
});

/** What the threads share; arrays stand on shared memory. */
export interface OrderJob {
  readonly rows: number;
  readonly slices: number;
  readonly values: Float32Array;
  readonly order: Int32Array;
  readonly next: Int32Array;
}

/** Sorts slices until none is left. */
export const orderTask = defineTask(import.meta.url, "orderTask", (job: OrderJob): void => {
  const { rows, slices } = job;
  forEachSlice(job.next, slices, (slice) => {
    const from = job.values.subarray(slice * rows, (slice + 1) * rows);
    const to = job.order.subarray(slice * rows, (slice + 1) * rows);
    checkFinite(from, "values", slice);
    if (rows > CAPACITY) {
      orderLarge(from, 0, rows, to);
      return;
    }
    values.set(from, SOURCE);
    sortSlot(SOURCE, rows, SORTED_SOURCE);
    for (let rank = 0; rank < rows; rank++) to[rank] = order[rank] & ROW_MASK;
  });
});

function forEachSlice(next: Int32Array, slices: number, run: (slice: number) => void): void {
  for (let first = Atomics.add(next, 0, SHARE); first < slices; first = Atomics.add(next, 0, SHARE)) {
    for (let slice = first; slice < Math.min(slices, first + SHARE); slice++) run(slice);
  }
}

function checkFinite(row: Float32Array, name: string, slice: number): void {
  let sum = 0;
  // A difference of a number from itself is 0, or NaN, which stays.
  for (let i = 0; i < row.length; i++) sum += row[i] - row[i];
  if (sum === 0) return;
  const i = row.findIndex((x) => !Number.isFinite(x));
  throw new NumericsError(
    `transport: ${name} holds a value that is not finite; expected a number, got ${row[i]} in slice ${slice}, row ${i}. Drop or fill such rows first.`,
  );
}
