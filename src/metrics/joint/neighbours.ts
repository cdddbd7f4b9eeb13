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
  const { rows, d, count, from, to } = job;
  const n = rows.length / d;
  const nearest = new Nearest(count);
  const distances = new Float64Array(n);
  for (let i = from; i < to; i++) {
    squaredDistances(rows, d, i, distances);
    nearest.clear();
    for (let j = 0; j < n; j++) if (distances[j] < nearest.limit && j !== i) nearest.add(distances[j], j);
    nearest.finish(job.squares, job.indices, i * count);
  }
});

/** Squared distances of all events from event i. */
export function squaredDistances(rows: Float64Array, d: number, i: number, into: Float64Array): void {
  const own = rows.slice(i * d, (i + 1) * d);
  for (let j = 0, at = 0; j < into.length; j++) {
    let sum = 0;
    for (let k = 0; k < d; k++) {
      const away = rows[at++] - own[k];
      sum += away * away;
    }
    into[j] = sum;
  }
}

/** Keeps the smallest of a stream of distances: collects a few times as many, then drops what is too large. */
class Nearest {
  limit = Number.POSITIVE_INFINITY;
  readonly #count: number;
  readonly #squares: Float64Array;
  readonly #indices: Uint32Array;
  #size = 0;

  constructor(count: number) {
    this.#count = count;
    this.#squares = new Float64Array(3 * count);
    this.#indices = new Uint32Array(3 * count);
  }

  clear(): void {
    this.#size = 0;
    this.limit = Number.POSITIVE_INFINITY;
  }

  add(square: number, index: number): void {
    this.#squares[this.#size] = square;
    this.#indices[this.#size++] = index;
    if (this.#size === this.#squares.length) this.#shrink();
  }

  finish(squares: Float64Array, indices: Uint32Array, at: number): void {
    this.#shrink();
    squares.set(this.#squares.subarray(0, this.#size), at);
    indices.set(this.#indices.subarray(0, this.#size), at);
  }

  #shrink(): void {
    const [squares, indices] = [this.#squares, this.#indices];
    const places = Array.from({ length: this.#size }, (_, k) => k);
    places.sort((a, b) => squares[a] - squares[b] || indices[a] - indices[b]);
    const kept = places.slice(0, this.#count);
    const keptSquares = kept.map((k) => squares[k]);
    const keptIndices = kept.map((k) => indices[k]);
    squares.set(keptSquares);
    indices.set(keptIndices);
    this.#size = kept.length;
    if (kept.length === this.#count) this.limit = squares[this.#count - 1];
  }
}
