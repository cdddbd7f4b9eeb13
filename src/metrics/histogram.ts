import type { Sample } from "./sample.js";

/** Weighted bin contents. Index 0 is the underflow, index `edges.length` the overflow. */
export interface Histogram {
  /** Sums of weights, length edges.length + 1. */
  readonly sums: Float64Array;
  /** Sums of squared weights: the variances of `sums`. */
  readonly variances: Float64Array;
}

/** Counts a sample in bins [edge, next edge); the last bin holds its upper edge too. */
export function histogramOf(sample: Sample, edges: readonly number[]): Histogram {
  const { values, weights } = sample;
  const bins = edges.length + 1;
  const sums = new Float64Array(bins);
  const variances = new Float64Array(bins);
  const top = edges[edges.length - 1];
  // Values ascend, so the bin only ever moves up.
  let bin = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    while (bin < edges.length && x >= edges[bin] && !(bin === edges.length - 1 && x === top)) bin++;
    const w = weights === undefined ? 1 : weights[i];
    sums[bin] += w;
    variances[bin] += w * w;
  }
  return { sums, variances };
}
