/** @file The threads' part of sliced distances. Arrays of the jobs stand on shared memory. */
import { defineTask } from "../../util/pool.js";
import { Random } from "../../util/random.js";
import { PoissonTable } from "../poisson-table.js";
import { Orderer } from "./order.js";
import { type Line, lineOf, walkGap, walkQuantiles, walkWeightings } from "./sliced-walk.js";

/** A sample. */
export interface SlicedSide {
  /** Shape [d, n]. */
  readonly columns: Float64Array;
  readonly p: Float64Array;
  /** Place of each event among those that a null is made of, or -1. */
  readonly chosen: Int32Array;
  /** Filled for every second slice: those events' places in ascending order, and their values, shape [slices / 2, chosen]. */
  readonly order: Uint32Array;
  readonly values: Float64Array;
}

export interface SliceJob {
  readonly x: SlicedSide;
  readonly y: SlicedSide;
  readonly d: number;
  /** Shape [slices, d], unit vectors. */
  readonly directions: Float64Array;
  readonly from: number;
  readonly to: number;
}

export interface SliceResult {
  /** W1, W2 squared and KS, slice after slice. */
  readonly distances: Float64Array;
  /** Sums over slices of the influences on each of the three, shape [n, 3]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Projects, sorts and compares the slices from .. to. */
export const compareSlices = defineTask(import.meta.url, "compareSlices", (job: SliceJob): SliceResult => {
  const { x, y, d, directions, from, to } = job;
  const a = new Projector(x, d);
  const b = new Projector(y, d);
  const distances = new Float64Array(3 * (to - from));
  for (let slice = from; slice < to; slice++) {
    const direction = directions.subarray(slice * d, (slice + 1) * d);
    a.project(direction);
    b.project(direction);
    const { w1, ks } = walkGap(a.line, b.line);
    distances.set([w1, walkQuantiles(a.line, b.line), ks], 3 * (slice - from));
    for (const side of [a, b]) {
      side.gather();
      if (slice % 2 === 0) side.keep(slice / 2, Math.ceil(directions.length / d / 2));
    }
  }
  return { distances, x: a.influence, y: b.influence };
});

class Projector {
  readonly line: Line;
  readonly influence: Float64Array;
  readonly #side: SlicedSide;
  readonly #d: number;
  readonly #projected: Float64Array;
  readonly #orderer: Orderer;
  readonly #isWeighted: boolean;
  #order: Uint32Array = new Uint32Array(0);

  constructor(side: SlicedSide, d: number) {
    const n = side.p.length;
    this.line = lineOf(n);
    this.influence = new Float64Array(3 * n);
    this.#side = side;
    this.#d = d;
    this.#projected = new Float64Array(n);
    this.#orderer = new Orderer(n);
    this.line.p.set(side.p);
    this.#isWeighted = side.p.some((p) => p !== side.p[0]);
  }

  /** Sorts the events along a direction. */
  project(direction: Float64Array): void {
    const { columns, p } = this.#side;
    const { values, p: sortedP } = this.line;
    const n = p.length;
    const d = this.#d;
    const projected = this.#projected.fill(0);
    // Two variables at a time halve the traffic to memory, which is what this costs.
    for (let k = 0; k + 1 < d; k += 2) {
      const [first, second] = [direction[k], direction[k + 1]];
      const a = columns.subarray(k * n, (k + 1) * n);
      const b = columns.subarray((k + 1) * n, (k + 2) * n);
      for (let i = 0; i < n; i++) projected[i] += first * a[i] + second * b[i];
    }
    if (d % 2 === 1) {
      const last = direction[d - 1];
      for (let i = 0, at = (d - 1) * n; i < n; i++) projected[i] += last * columns[at++];
    }
    const order = this.#orderer.order(projected);
    for (let r = 0; r < n; r++) values[r] = projected[order[r]];
    if (this.#isWeighted) for (let r = 0; r < n; r++) sortedP[r] = p[order[r]];
    this.#order = order;
  }

  /** Adds the influences of this slice to the events that they belong to. */
  gather(): void {
    const order = this.#order;
    const n = order.length;
    const { w1, w2, ks } = this.line;
    const into = this.influence;
    // Side by side, so that an event far away in memory is fetched once.
    for (let r = 0; r < n; r++) {
      const at = 3 * order[r];
      into[at] += w1[r];
      into[at + 1] += w2[r];
      into[at + 2] += ks[r];
    }
  }

  /** Writes down the order of the events that a null is made of. */
  keep(index: number, kept: number): void {
    const { chosen, order, values } = this.#side;
    let at = index * (order.length / kept);
    for (let r = 0; r < this.#order.length; r++) {
      const place = chosen[this.#order[r]];
      if (place < 0) continue;
      order[at] = place;
      values[at++] = this.line.values[r];
    }
  }
}

export interface NullJob {
  readonly order: Uint32Array;
  readonly values: Float64Array;
  /** Weights of the chosen events, mean 1. */
  readonly weights: Float64Array;
  /** How often an event is drawn on average into either sample. */
  readonly draws: readonly [number, number];
  readonly seed: number | bigint;
  readonly stream: number;
  readonly from: number;
  readonly to: number;
}

/** Draws pairs of samples from .. to of one sample; returns the three distances, means over slices, pair after pair. */
export const drawSlicedNull = defineTask(import.meta.url, "drawSlicedNull", (job: NullJob): Float64Array => {
  const { order, values, weights, from, to } = job;
  const n = weights.length;
  const slices = values.length / n;
  const random = new Random(job.seed, job.stream);
  const tables = job.draws.map((mean) => new PoissonTable(mean));
  const [first, second] = [new Float64Array(n), new Float64Array(n)];
  const [u, v] = [new Float64Array(n), new Float64Array(n)];
  const out = new Float64Array(3 * (to - from));
  for (let pair = from; pair < to; pair++) {
    random.at(pair);
    if (!draw(tables[0], weights, random, first) || !draw(tables[1], weights, random, second)) continue;
    const at = 3 * (pair - from);
    for (let slice = 0; slice < slices; slice++) {
      for (let r = 0, o = slice * n; r < n; r++) {
        const i = order[o++];
        u[r] = first[i];
        v[r] = second[i];
      }
      walkWeightings(values.subarray(slice * n, (slice + 1) * n), u, v, out, at);
    }
    for (let k = at; k < at + 3; k++) out[k] /= slices;
  }
  return out;
});

/** How often each event is drawn, times its weight, as shares; false where that came to nothing. */
function draw(table: PoissonTable, weights: Float64Array, random: Random, into: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    into[i] = weights[i] * table.draw(random);
    sum += into[i];
  }
  if (!(sum > 0)) return false;
  for (let i = 0; i < weights.length; i++) into[i] /= sum;
  return true;
}
