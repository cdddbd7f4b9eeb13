import { erfc } from "../util/special.js";
import type { Comparison } from "./comparison.js";
import { type Metric, metricValue } from "./metric.js";
import { quantile } from "./quantile.js";

/** Shares of the reference below its own quantiles: the bulk, and both tails down to a thousandth. */
const PROBABILITIES = [0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.995, 0.998, 0.999];
/** A tail in which fewer effective entries are expected is not looked at: its noise is not normal. */
const EXPECTED_ENTRIES = 10;
const DRAWS = 2000;

/** How far the candidate's shares beyond the reference's quantiles are off: the tails that moments and KS pass over. */
export const tails: Metric = {
  name: "tails",
  title: "Tail shares",
  description:
    "Largest pull of the candidate's shares below the reference's quantiles from 0.1 to 99.9 %: a tail lost or invented.",
  reference: "Wilks (1962), Mathematical Statistics, section 11.2; null: Brownian bridge at these quantiles",
  scope: "distribution",
  symmetric: false,
  compute(comparison) {
    const places = placesOf(comparison);
    const pulls = places.map(({ f, g, sigma }) => (Math.abs(f - g) < 1e-12 ? 0 : Math.abs(f - g) / sigma));
    const value = pulls.reduce((a, b) => Math.max(a, b), 0);
    const noise = bridgeMaximum(
      places.map(({ f }) => f),
      comparison,
    );
    // Neighbouring places move together: as many looks as places is the cautious count.
    const single = erfc(value / Math.SQRT2);
    return metricValue({
      metric: "tails",
      value,
      error: Math.max(1, noise.spread),
      null: noise.mean,
      nullSpread: noise.spread,
      nullMethod: "simulation",
      pValue: places.length === 0 ? 1 : -Math.expm1(places.length * Math.log1p(-Math.min(single, 1 - 1e-16))),
    });
  },
};

interface Place {
  /** Share of the reference at or below it. */
  readonly f: number;
  /** Share of the candidate. */
  readonly g: number;
  readonly sigma: number;
}

/** Distinct quantiles with the shares of both samples at or below them. */
function placesOf(comparison: Comparison): Place[] {
  const { reference, candidate, pooledSize } = comparison;
  const places: Place[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const p of PROBABILITIES) {
    const x = quantile(reference, p);
    if (x <= last) continue;
    last = x;
    const f = shareBelow(reference, x);
    const g = shareBelow(candidate, x);
    // The share of both samples together is the best guess of what they have in common.
    const [n, m] = [reference.effectiveSize, candidate.effectiveSize];
    const common = Math.max(0, Math.min(1, (n * f + m * g) / (n + m)));
    if (Math.min(common, 1 - common) * Math.min(n, m) < EXPECTED_ENTRIES) continue;
    places.push({ f, g, sigma: Math.sqrt((common * (1 - common)) / pooledSize) });
  }
  return places;
}

function shareBelow({ values, weights, sumOfWeights }: Comparison["reference"], x: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= x) low = middle + 1;
    else high = middle;
  }
  if (weights === undefined) return low / values.length;
  let sum = 0;
  for (let i = 0; i < low; i++) sum += weights[i];
  return sum / sumOfWeights;
}

/** Mean and spread of the largest |B(f)| / sqrt(f (1 - f)) of a Brownian bridge at the shares f, ascending. */
function bridgeMaximum(shares: readonly number[], { random }: Comparison): { mean: number; spread: number } {
  if (shares.length === 0) return { mean: 1, spread: 1 };
  random.at(1);
  let sum = 0;
  let squares = 0;
  const walk = new Float64Array(shares.length);
  for (let k = 0; k < DRAWS; k++) {
    let at = 0;
    let before = 0;
    for (const [i, f] of shares.entries()) {
      at += Math.sqrt(Math.max(0, f - before)) * random.normal();
      walk[i] = at;
      before = f;
    }
    const end = at + Math.sqrt(Math.max(0, 1 - before)) * random.normal();
    let largest = 0;
    for (const [i, f] of shares.entries()) {
      const deviation = Math.sqrt(f * (1 - f));
      if (deviation > 0) largest = Math.max(largest, Math.abs(walk[i] - f * end) / deviation);
    }
    sum += largest;
    squares += largest * largest;
  }
  const mean = sum / DRAWS;
  return { mean, spread: Math.sqrt(Math.max(0, squares / DRAWS - mean * mean)) };
}
