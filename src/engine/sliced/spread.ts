/** @file How widely a sample is spread along any direction. */

/** Rows looked at. */
const SAMPLE = 2048;

export interface Spread {
  readonly dims: number;
  readonly mean: Float64Array;
  /** [dims, dims] */
  readonly covariance: Float64Array;
}

/** Mean and covariance of a table [n, dims], from some of its rows. */
export function spreadOf(table: Float32Array, dims: number): Spread {
  const rows = table.length / dims;
  const stride = Math.max(1, Math.floor(rows / SAMPLE));
  const mean = new Float64Array(dims);
  const covariance = new Float64Array(dims * dims);
  let seen = 0;
  for (let i = 0; i < rows; i += stride, seen++) for (let k = 0; k < dims; k++) mean[k] += table[i * dims + k];
  for (let k = 0; k < dims; k++) mean[k] /= seen;
  for (let i = 0; i < rows; i += stride) {
    for (let a = 0; a < dims; a++) {
      const gap = (table[i * dims + a] - mean[a]) / seen;
      for (let b = 0; b < dims; b++) covariance[a * dims + b] += gap * (table[i * dims + b] - mean[b]);
    }
  }
  return { dims, mean, covariance };
}

/** Mean and standard deviation of the projections on direction number `index` of [count, dims]. */
export function along({ dims, mean, covariance }: Spread, directions: Float32Array, index: number) {
  const at = index * dims;
  let centre = 0;
  let variance = 0;
  for (let a = 0; a < dims; a++) {
    centre += directions[at + a] * mean[a];
    for (let b = 0; b < dims; b++) variance += directions[at + a] * directions[at + b] * covariance[a * dims + b];
  }
  return { centre, deviation: Math.sqrt(Math.max(0, variance)) };
}
