/** @file How threads and inner loops see points: on shared memory, with weights as probabilities. */
import { sharedArray } from "../../util/pool.js";
import type { Random } from "../../util/random.js";
import type { Points } from "../points.js";

/** Weights divided by their sum, shape [n]. */
export function probabilities({ weights, length }: Points): Float64Array {
  const out = sharedArray(Float64Array, length);
  if (weights === undefined) return out.fill(1 / length);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += weights[i];
  for (let i = 0; i < length; i++) out[i] = weights[i] / sum;
  return out;
}

/** The points event after event, shape [n, d]. */
export function rowsOf({ columns, length }: Points): Float64Array {
  const d = columns.length;
  const rows = sharedArray(Float64Array, length * d);
  for (let k = 0; k < d; k++) {
    const column = columns[k];
    for (let i = 0, at = k; i < length; i++, at += d) rows[at] = column[i];
  }
  return rows;
}

/** The points variable after variable, shape [d, n]. */
export function columnsOf({ columns, length }: Points): Float64Array {
  const out = sharedArray(Float64Array, length * columns.length);
  for (const [k, column] of columns.entries()) out.set(column, k * length);
  return out;
}

/** Events dealt out at random into `groups` of equal size (but for one event): group g holds order[starts[g] .. starts[g + 1]). */
export interface Deal {
  readonly order: Uint32Array;
  readonly starts: Uint32Array;
  readonly groups: number;
}

/** Most groups: the spread of a null that one direction rules is then known to 9 %. */
const GROUPS = 256;
/** Most numbers to hold for all groups together. */
const CAPACITY = 4_000_000;

/** Deals events into as many groups as pay, when each is to hold `features` numbers. */
export function deal(length: number, features: number, random: Random): Deal {
  const groups = Math.max(4, Math.min(GROUPS, length, Math.floor(CAPACITY / features)));
  const order = sharedArray(Uint32Array, length);
  order.set(random.permutation(length));
  const starts = Uint32Array.from({ length: groups + 1 }, (_, g) => Math.round((g * length) / groups));
  return { order, starts, groups };
}

/** Variance of sum p h over samples drawn afresh: sum p^2 (h - mean)^2. */
export function varianceOfMean(p: Float64Array, h: Float64Array): number {
  let mean = 0;
  for (let i = 0; i < h.length; i++) mean += p[i] * h[i];
  let sum = 0;
  for (let i = 0; i < h.length; i++) sum += (p[i] * (h[i] - mean)) ** 2;
  return sum;
}

/** Sum of squared probabilities: 1 over the effective size. */
export function concentration(p: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i] * p[i];
  return sum;
}
