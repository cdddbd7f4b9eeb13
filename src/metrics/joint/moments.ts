import { concentration } from "./layout.js";

export interface Moments {
  readonly mean: Float64Array;
  /** Shape [d, d], free of bias: divided by 1 - sum p^2. */
  readonly covariance: Float64Array;
}

/**
 * Means and covariances of weighted events.
 * @param rows Shape [n, d].
 * @param p Shape [n], summing to 1.
 */
export function momentsOf(rows: Float64Array, p: Float64Array, d: number): Moments {
  const n = p.length;
  const mean = new Float64Array(d);
  for (let i = 0, at = 0; i < n; i++) for (let k = 0; k < d; k++) mean[k] += p[i] * rows[at++];
  const covariance = new Float64Array(d * d);
  const z = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) z[k] = rows[i * d + k] - mean[k];
    for (let j = 0; j < d; j++) {
      const a = p[i] * z[j];
      for (let k = 0; k <= j; k++) covariance[j * d + k] += a * z[k];
    }
  }
  const free = freedom(p);
  for (let j = 0; j < d; j++) {
    for (let k = 0; k <= j; k++) {
      covariance[j * d + k] /= free;
      covariance[k * d + j] = covariance[j * d + k];
    }
  }
  return { mean, covariance };
}

/** 1 - sum p^2, which is 1 - 1/n without weights; signed weights that leave less than two effective events count as two. */
export function freedom(p: Float64Array): number {
  return Math.max(0.5, 1 - concentration(p));
}
