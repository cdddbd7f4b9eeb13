/**
 * @file The feature map of the kernel (x.y / d + 1)^4: all products of four of the numbers 1, x_1 / sqrt(d) .. x_d / sqrt(d).
 * Sums of features take n D steps where sums over pairs of events take n^2 d; d = 10 has D = 1001 features.
 */
import { defineTask } from "../../util/pool.js";

/** Number of features: (d + 4 choose 4). */
export function featureCount(d: number): number {
  return ((d + 1) * (d + 2) * (d + 3) * (d + 4)) / 24;
}

/** How many orders of its four factors each feature has: what its squares count by. */
export function multiplicities(d: number): Float64Array {
  const out = new Float64Array(featureCount(d));
  let at = 0;
  for (let a = 0; a <= d; a++) {
    for (let b = a; b <= d; b++) {
      for (let c = b; c <= d; c++) for (let e = c; e <= d; e++) out[at++] = ordersOf(a, b, c, e);
    }
  }
  return out;
}

function ordersOf(...sorted: number[]): number {
  let orders = 24;
  for (let i = 1, run = 1; i < 4; i++) {
    run = sorted[i] === sorted[i - 1] ? run + 1 : 1;
    orders /= run;
  }
  return orders;
}

/** k(x, x) of an event. */
export function selfKernel(rows: Float64Array, i: number, d: number): number {
  let square = 0;
  for (let k = i * d; k < (i + 1) * d; k++) square += rows[k] * rows[k];
  return (square / d + 1) ** 4;
}

/** Weighted sums of features over groups of events; arrays stand on shared memory. */
export interface SumsJob {
  /** Shape [n, d]. */
  readonly rows: Float64Array;
  readonly p: Float64Array;
  readonly d: number;
  readonly order: Uint32Array;
  /** Group g holds order[starts[g] .. starts[g + 1]). */
  readonly starts: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** Returns sum p f for each group from .. to, shape [groups, features]. */
export const polynomialSums = defineTask(import.meta.url, "polynomialSums", (job: SumsJob): Float64Array => {
  const { rows, p, d, order, starts, from, to } = job;
  const features = featureCount(d);
  const sums = new Float64Array((to - from) * features);
  const t = new Float64Array(d + 1);
  const scale = 1 / Math.sqrt(d);
  for (let g = from; g < to; g++) {
    const into = sums.subarray((g - from) * features, (g - from + 1) * features);
    for (let r = starts[g]; r < starts[g + 1]; r++) {
      const i = order[r];
      t[0] = 1;
      for (let k = 0; k < d; k++) t[k + 1] = rows[i * d + k] * scale;
      addFeatures(t, p[i], into);
    }
  }
  return sums;
});

function addFeatures(t: Float64Array, weight: number, into: Float64Array): void {
  const size = t.length;
  let at = 0;
  for (let a = 0; a < size; a++) {
    const ta = weight * t[a];
    for (let b = a; b < size; b++) {
      const tb = ta * t[b];
      for (let c = b; c < size; c++) {
        const tc = tb * t[c];
        for (let e = c; e < size; e++) into[at++] += tc * t[e];
      }
    }
  }
}

/** Scalar products of every event's features with a vector of features. */
export interface ProductsJob {
  readonly rows: Float64Array;
  readonly d: number;
  /** Shape [features], multiplicities included. */
  readonly along: Float64Array;
  readonly from: number;
  readonly to: number;
  /** Shape [n]. */
  readonly into: Float64Array;
}

/** Fills `into` for the events from .. to. */
export const polynomialProducts = defineTask(import.meta.url, "polynomialProducts", (job: ProductsJob): void => {
  const { rows, d, along, from, to, into } = job;
  const t = new Float64Array(d + 1);
  const scale = 1 / Math.sqrt(d);
  for (let i = from; i < to; i++) {
    t[0] = 1;
    for (let k = 0; k < d; k++) t[k + 1] = rows[i * d + k] * scale;
    into[i] = productOf(t, along);
  }
});

function productOf(t: Float64Array, along: Float64Array): number {
  const size = t.length;
  let at = 0;
  let sum = 0;
  for (let a = 0; a < size; a++) {
    let sumA = 0;
    for (let b = a; b < size; b++) {
      let sumB = 0;
      for (let c = b; c < size; c++) {
        let sumC = 0;
        for (let e = c; e < size; e++) sumC += along[at++] * t[e];
        sumB += sumC * t[c];
      }
      sumA += sumB * t[b];
    }
    sum += sumA * t[a];
  }
  return sum;
}
