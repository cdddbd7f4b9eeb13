/** @file The nearest neighbours of every event among those of both samples, found once for all labellings. */
import { defineTask } from "../../util/pool.js";

/** Arrays stand on shared memory. */
export interface NeighbourJob {
  /** Shape [n, d]. */
  readonly rows: Float64Array;
  readonly d: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  /** Filled, shape [n, count]: squared distances ascending, and whose they are. The event itself is left out. */
  readonly squares: Float64Array;
  readonly indices: Uint32Array;
}

/** Finds the neighbours of the events from .. to by looking at all events. */
export const findNeighbours = defineTask(import.meta.url, "findNeighbours", (job: NeighbourJob): void => {
  const { rows, d, count } = job;
  const n = rows.length / d;
  const half = d >> 1;
  for (let i = job.from; i < job.to; i++) {
    const own = rows.slice(i * d, (i + 1) * d);
    const squares = job.squares.subarray(i * count, (i + 1) * count).fill(Number.POSITIVE_INFINITY);
    const indices = job.indices.subarray(i * count, (i + 1) * count);
    let limit = Number.POSITIVE_INFINITY;
    for (let j = 0, at = 0; j < n; j++, at += d) {
      let sum = 0;
      for (let k = 0; k < half; k++) {
        const away = rows[at + k] - own[k];
        sum += away * away;
      }
      // Most events are too far in half of the variables already.
      if (sum >= limit) continue;
      for (let k = half; k < d; k++) {
        const away = rows[at + k] - own[k];
        sum += away * away;
      }
      if (sum >= limit || j === i) continue;
      insert(squares, indices, sum, j);
      limit = squares[count - 1];
    }
  }
});

/** Puts a distance in its place among ascending ones, of which the last falls out. */
function insert(squares: Float64Array, indices: Uint32Array, square: number, index: number): void {
  let at = squares.length - 1;
  while (at > 0 && squares[at - 1] > square) {
    squares[at] = squares[at - 1];
    indices[at] = indices[at - 1];
    at--;
  }
  squares[at] = square;
  indices[at] = index;
}

/** Squared distances of all events from event i. */
export function squaredDistances(rows: Float64Array, d: number, i: number, into: Float64Array): void {
  const own = rows.slice(i * d, (i + 1) * d);
  for (let j = 0, at = 0; j < into.length; j++, at += d) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (rows[at + k] - own[k]) ** 2;
    into[j] = sum;
  }
}
