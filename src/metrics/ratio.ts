import { erfc } from "../util/special.js";
import { perDegree } from "./chi-square.js";
import type { Comparison } from "./comparison.js";
import { type Passes, passesOf, shareOf, shareVariance } from "./efficiency.js";
import { type Metric, type MetricValue, metricValue } from "./metric.js";

const REFERENCE =
  "Wilson (1927), J. Am. Stat. Assoc. 22, 209; ratio: Donner, Zou (2012), Stat. Methods Med. Res. 21, 347";

/** Ratio of the shares of events that pass, candidate over reference. Samples hold 0 and 1. */
export const efficiencyRatio: Metric = {
  name: "efficiency",
  title: "Efficiency ratio",
  description: "Share of accepted events, candidate over reference; 1 is perfect.",
  reference: REFERENCE,
  scope: "acceptance",
  symmetric: false,
  compute: (comparison) => shareRatio("efficiency", comparison),
};

/** Ratio of the numbers of events in which everything asked for is accepted, per event generated. */
export const yieldRatio: Metric = {
  name: "yield",
  title: "Yield ratio",
  description: "Weighted number of events with everything accepted, per event generated, candidate over reference.",
  reference: REFERENCE,
  scope: "yield",
  symmetric: false,
  compute: (comparison) => shareRatio("yield", comparison),
};

/** Chi-square of the efficiencies in bins of a truth variable. */
export const efficiencyProfile: Metric = {
  name: "efficiency-profile",
  title: "Efficiency profile",
  description: "Chi-square per degree of freedom of the two efficiencies in bins of a truth variable.",
  reference: "Pearson (1900), Philos. Mag. 50, 157, for two proportions in each bin",
  scope: "acceptance-profile",
  symmetric: true,
  compute({ slices }) {
    let chiSquare = 0;
    let degrees = 0;
    for (const slice of slices) {
      const a = passesOf(slice.reference);
      const b = passesOf(slice.candidate);
      const variance = sharedVariance(a, b);
      if (variance === 0) continue;
      chiSquare += (shareOf(a) - shareOf(b)) ** 2 / variance;
      degrees++;
    }
    return perDegree("efficiency-profile", chiSquare, degrees);
  },
};

/** Variance of the difference of two shares that are equal: both from the common share, as in the two-proportion test. */
function sharedVariance(a: Passes, b: Passes): number {
  const n = a.total ** 2 / a.totalSquares;
  const m = b.total ** 2 / b.totalSquares;
  const p = (n * shareOf(a) + m * shareOf(b)) / (n + m);
  return p * (1 - p) * (1 / n + 1 / m);
}

function shareRatio(metric: string, { reference, candidate }: Comparison): MetricValue {
  const a = passesOf(reference);
  const b = passesOf(candidate);
  const p = shareOf(a);
  const q = shareOf(b);
  // A reference without any pass counts as half an event, so that the ratio stays finite and its error says why.
  const base = p > 0 ? p : 0.5 / reference.effectiveSize;
  const value = q / base;
  const varianceP = shareVariance(a) || (base * (1 - base)) / reference.effectiveSize;
  const varianceQ = shareVariance(b) || ((0.5 / candidate.effectiveSize) * (1 - base)) / candidate.effectiveSize;
  // Under the null both share the reference's efficiency; a normal deviate's modulus has mean sqrt(2 / pi) sigma.
  const sigma = Math.sqrt(((1 - base) / base) * (1 / reference.effectiveSize + 1 / candidate.effectiveSize));
  return metricValue({
    metric,
    value,
    error: Math.sqrt(varianceQ + value * value * varianceP) / base,
    distance: Math.abs(value - 1),
    null: Math.sqrt(2 / Math.PI) * sigma,
    nullSpread: Math.sqrt(1 - 2 / Math.PI) * sigma,
    pValue: sigma > 0 ? erfc(Math.abs(value - 1) / sigma / Math.SQRT2) : undefined,
  });
}
