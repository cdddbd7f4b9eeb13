/** @file The threads' part of a gradient: blocks of slices, each projected, matched and pulled back. */
import { defineTask } from "../../util/pool.js";
import { matchSlot, signSlot } from "./match.js";
import { type LargeGroup, largeGroup, matchLarge, signLarge } from "./match-large.js";
import { addSlots, project4, project8 } from "./project.js";
import { pull4, pull8 } from "./pull.js";
import {
  CAPACITY,
  GROUP,
  MATCHED,
  pulled,
  SLOT,
  SOURCE,
  STAGED_SOURCE,
  STAGED_TARGET,
  staged,
  TARGET,
  values,
} from "./scratch.js";

/** What the threads share; every array stands on shared memory. */
export interface GradientJob {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly slices: number;
  readonly order: 1 | 2;
  /** Coordinates come in chunks of this many (4 or 8), the last one filled up with zeros. */
  readonly width: number;
  readonly chunks: number;
  /** Points, chunk after chunk, row after row. */
  readonly source: Float64Array;
  readonly target: Float64Array;
  /** Directions, group after group of slices, chunk after chunk; the last group filled up with zeros. */
  readonly directions: Float64Array;
  readonly blocks: number;
  readonly groupsPerBlock: number;
  /** Gradient of each block, laid out as the source's points. */
  readonly partial: Float64Array;
  /** Sum of costs of each block. */
  readonly costs: Float64Array;
  /** The next block that nobody has taken. */
  readonly next: Int32Array;
}

/** Takes blocks until none is left. */
export const gradientTask = defineTask(import.meta.url, "gradientTask", (job: GradientJob): void => {
  const { sourceRows, targetRows, blocks } = job;
  const large = Math.max(sourceRows, targetRows) > CAPACITY ? largeGroup(GROUP, sourceRows, targetRows) : undefined;
  if (large === undefined && job.chunks === 1) {
    staged.set(job.source.subarray(0, sourceRows * job.width), STAGED_SOURCE);
    staged.set(job.target.subarray(0, targetRows * job.width), STAGED_TARGET);
  }
  for (let block = Atomics.add(job.next, 0, 1); block < blocks; block = Atomics.add(job.next, 0, 1)) {
    runBlock(job, block, large);
  }
});

function runBlock(job: GradientJob, block: number, large: LargeGroup | undefined): void {
  const { sourceRows, targetRows, slices, groupsPerBlock, width, chunks } = job;
  const size = sourceRows * width * chunks;
  const partial = job.partial.subarray(block * size, (block + 1) * size);
  const resident = large === undefined && chunks === 1;
  if (resident) pulled.fill(0, 0, size);
  else partial.fill(0);
  let cost = 0;
  const end = Math.min(Math.ceil(slices / GROUP), (block + 1) * groupsPerBlock);
  for (let group = block * groupsPerBlock; group < end; group++) {
    project(job, group, job.source, sourceRows, STAGED_SOURCE, SOURCE, large?.source);
    project(job, group, job.target, targetRows, STAGED_TARGET, TARGET, large?.target);
    const live = Math.min(GROUP, slices - group * GROUP);
    for (let k = 0; k < live; k++) cost += matchSlice(job, k, large);
    // Slices that fill up the last group have no direction, and are not matched: nothing of an earlier group may be left.
    for (let k = live; k < GROUP; k++) {
      values.fill(0, MATCHED + k * SLOT, MATCHED + (k + 1) * SLOT);
      large?.matched.fill(0, k * sourceRows, (k + 1) * sourceRows);
    }
    const squares = pull(job, group, partial, large);
    if (job.order === 2) cost += squares;
  }
  if (resident) partial.set(pulled.subarray(0, size));
  job.costs[block] = cost;
}

function matchSlice(job: GradientJob, k: number, large: LargeGroup | undefined): number {
  const { sourceRows, targetRows } = job;
  if (large === undefined) {
    return job.order === 2 ? matchSlot(k, sourceRows, targetRows) : signSlot(k, sourceRows, targetRows);
  }
  return job.order === 2
    ? matchLarge(large, k, sourceRows, targetRows)
    : signLarge(large, k, sourceRows, targetRows);
}

/** Projects all rows of one side on the group's directions, a tile at a time. */
function project(
  job: GradientJob,
  group: number,
  points: Float64Array,
  rows: number,
  from: number,
  to: number,
  large: Float32Array | undefined,
): void {
  const { width, chunks, directions } = job;
  const kernel = width === 8 ? project8 : project4;
  for (let first = 0; first < rows; first += CAPACITY) {
    const n = Math.min(CAPACITY, rows - first);
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (large !== undefined || chunks > 1) {
        const start = (chunk * rows + first) * width;
        staged.set(points.subarray(start, start + n * width), from);
      }
      kernel(from, n, directions, (group * chunks + chunk) * GROUP * width, chunk === 0 ? to : MATCHED);
      if (chunk > 0) addSlots(MATCHED, to, n);
    }
    if (large === undefined) continue;
    for (let k = 0; k < GROUP; k++) {
      const start = to + k * SLOT;
      large.set(values.subarray(start, start + n), k * rows + first);
    }
  }
}

/** Adds the group's share to the gradient; returns the sum of squared differences. */
function pull(job: GradientJob, group: number, partial: Float64Array, large: LargeGroup | undefined): number {
  const { sourceRows, width, chunks, directions } = job;
  const kernel = width === 8 ? pull8 : pull4;
  let squares = 0;
  for (let first = 0; first < sourceRows; first += CAPACITY) {
    const n = Math.min(CAPACITY, sourceRows - first);
    if (large !== undefined) {
      for (let k = 0; k < GROUP; k++) {
        const start = k * sourceRows + first;
        values.set(large.source.subarray(start, start + n), SOURCE + k * SLOT);
        values.set(large.matched.subarray(start, start + n), MATCHED + k * SLOT);
      }
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      const at = (group * chunks + chunk) * GROUP * width;
      if (large === undefined && chunks === 1) return kernel(n, directions, at);
      const start = (chunk * sourceRows + first) * width;
      pulled.set(partial.subarray(start, start + n * width));
      const sum = kernel(n, directions, at);
      if (chunk === 0) squares += sum;
      partial.set(pulled.subarray(0, n * width), start);
    }
  }
  return squares;
}
