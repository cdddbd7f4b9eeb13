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
  /** Sums over slices of influences on each of the three, shape [3, n]. */
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
  #order: Uint32Array = new Uint32Array(0);

  constructor(side: SlicedSide, d: number) {
    const n = side.p.length;
    this.line = lineOf(n);
    this.influence = new Float64Array(3 * n);
    this.#side = side;
    this.#d = d;
    this.#projected = new Float64Array(n);
    this.#orderer = new Orderer(n);
  }

  /** Sorts the events along a direction. */
  project(direction: Float64Array): void {
    const { columns, p } = this.#side;
    const n = p.length;
    const projected = this.#projected.fill(0);
    for (let k = 0; k < this.#d; k++) {
      const factor = direction[k];
      for (let i = 0, at = k * n; i < n; i++) projected[i] += factor * columns[at++];
    }
    const order = this.#orderer.order(projected);
    for (let r = 0; r < n; r++) {
      this.line.values[r] = projected[order[r]];
      this.line.p[r] = p[order[r]];
    }
    this.#order = order;
  }

  /** Adds the influences of this slice to the events that they belong to. */
  gather(): void {
    const n = this.#order.length;
    const { w1, w2, ks } = this.line;
    const into = this.influence;
    for (let r = 0; r < n; r++) {
      const i = this.#order[r];
      into[i] += w1[r];
      into[n + i] += w2[r];
      into[2 * n + i] += ks[r];
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
  const drawn = [new Float64Array(n), new Float64Array(n)];
  const [u, v] = [new Float64Array(n), new Float64Array(n)];
  const out = new Float64Array(3 * (to - from));
  for (let pair = from; pair < to; pair++) {
    random.at(pair);
    if (!tables.every((table, k) => draw(table, weights, random, drawn[k]))) continue;
    const at = 3 * (pair - from);
    for (let slice = 0; slice < slices; slice++) {
      for (let r = 0, o = slice * n; r < n; r++) {
        const i = order[o++];
        u[r] = drawn[0][i];
        v[r] = drawn[1][i];
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
