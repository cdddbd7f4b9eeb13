/** @file Matching projected samples, many slices at once, on all threads of a pool. */
import { DataError } from "../../util/errors.js";
import { defineTask, type Pool, sharedArray } from "../../util/pool.js";
import { SliceSorter } from "./slice-sorter.js";

interface MatchJob {
  readonly source: Float32Array;
  readonly target: Float32Array;
  readonly matched: Float32Array;
  readonly slices: number;
  /** Word: next slice to take. */
  readonly next: Int32Array;
}

export const matchTask = defineTask(import.meta.url, "matchTask", (job: MatchJob): void => {
  const { source, target, matched, slices, next } = job;
  const size = source.length / slices;
  const targetSize = target.length / slices;
  const sorter = new SliceSorter(size);
  const targets = new SliceSorter(targetSize);
  for (let l = Atomics.add(next, 0, 1); l < slices; l = Atomics.add(next, 0, 1)) {
    targets.sort(target, l * targetSize, targetSize);
    sorter.sort(source, l * size, size);
    const { order } = sorter;
    const { values } = targets;
    const at = l * size;
    if (size === targetSize) for (let r = 0; r < size; r++) matched[at + order[r]] = values[r];
    else spread(order, size, values, targetSize, matched, at);
  }
});

/** Each source number of m takes the mean of the targets between the quantiles r / m and (r + 1) / m. */
function spread(
  order: Int32Array,
  size: number,
  values: Float32Array,
  targetSize: number,
  matched: Float32Array,
  at: number,
): void {
  let target = 0;
  let left = size;
  for (let r = 0; r < size; r++) {
    let sum = 0;
    for (let need = targetSize; need > 0; ) {
      const share = Math.min(need, left);
      sum += share * values[target];
      need -= share;
      left -= share;
      if (left === 0) {
        target++;
        left = size;
      }
    }
    matched[at + order[r]] = sum / targetSize;
  }
}

/**
 * Matches projected samples by rank, slice by slice.
 * @param source [slices, m], finite numbers; on shared memory it is read in place.
 * @param target [slices, n]
 * @returns [slices, m]: for each source number the target number of its rank, or the mean over its share of ranks where
 * the samples have different sizes.
 */
export async function matchTargets(
  source: Float32Array,
  target: Float32Array,
  slices: number,
  pool: Pool,
): Promise<Float32Array> {
  if (
    slices < 1 ||
    source.length % slices !== 0 ||
    target.length % slices !== 0 ||
    source.length * target.length === 0
  ) {
    throw new DataError(
      `transport: projections do not go together; expected ${slices} slices of both samples, got ${source.length} and ${target.length} numbers.`,
    );
  }
  const job: MatchJob = {
    source: shared(source),
    target: shared(target),
    matched: sharedArray(Float32Array, source.length),
    slices,
    next: sharedArray(Int32Array, 1),
  };
  await Promise.all(Array.from({ length: Math.min(pool.size, slices) }, () => pool.run(matchTask, job)));
  return job.matched;
}

function shared(data: Float32Array): Float32Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const copy = sharedArray(Float32Array, data.length);
  copy.set(data);
  return copy;
}
