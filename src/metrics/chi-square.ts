import { chiSquareTail } from "./chi-square-tail.js";
import type { Comparison } from "./comparison.js";
import { type Metric, type MetricInfo, type MetricValue, metricValue } from "./metric.js";

/** Neighbouring bins are merged until each sample is expected to have this many effective entries in them. */
const EXPECTED_ENTRIES = 10;

/** Chi-square per degree of freedom of two weighted histograms, under- and overflow included. */
export const chi2: Metric = {
  name: "chi2",
  title: "χ² / ndf",
  description: "Chi-square of the two histograms' shapes per degree of freedom, entries out of range included.",
  reference: "Gagunashvili (2010), Nucl. Instrum. Meth. A 614, 287, arXiv:0905.4221",
  scope: "distribution",
  symmetric: true,
  compute(comparison) {
    const { chiSquare, degrees } = chiSquareOf(comparison);
    return perDegree("chi2", chiSquare, degrees);
  },
};

/** Chi-square of truth against reconstruction in two-dimensional bins; worked out beside the map that shows it. */
export const planInfo: MetricInfo = {
  name: "plan",
  title: "Transport plan",
  description: "Chi-square per degree of freedom of truth against reconstruction, in cells of both.",
  reference: "Gagunashvili (2010), Nucl. Instrum. Meth. A 614, 287, arXiv:0905.4221",
  scope: "response",
  symmetric: true,
};

/** A chi-square as a metric's value: expected 1, with the spread of the (non-central) chi-square distribution. */
export function perDegree(metric: string, chiSquare: number, degrees: number): MetricValue {
  const ndf = Math.max(1, degrees);
  const beyond = Math.max(0, chiSquare - degrees);
  return metricValue({
    metric,
    value: chiSquare / ndf,
    error: Math.sqrt(2 * (ndf + 2 * beyond)) / ndf,
    null: 1,
    nullSpread: Math.sqrt(2 / ndf),
    pValue: degrees > 0 ? chiSquareTail(chiSquare, degrees) : 1,
    degrees,
  });
}

/**
 * Sum over bins of (W1 w2 - W2 w1)^2 / (W1^2 s2^2 + W2^2 s1^2), with w and s^2 the bin's sum of weights and of squared
 * weights, W their totals; degrees of freedom: bins - 1.
 */
function chiSquareOf(comparison: Comparison): { chiSquare: number; degrees: number } {
  const { reference, candidate, histograms } = comparison;
  const h1 = histograms.reference;
  const h2 = histograms.candidate;
  const total1 = reference.sumOfWeights;
  const total2 = candidate.sumOfWeights;
  // Share of a bin in the common distribution, each sample counting by its effective size, whatever its weights' scale.
  const [n1, n2] = [reference.effectiveSize, candidate.effectiveSize];
  const smaller = Math.min(n1, n2);
  const share = (w1: number, w2: number) => ((n1 * w1) / total1 + (n2 * w2) / total2) / (n1 + n2);
  let chiSquare = 0;
  let bins = 0;
  let [w1, w2, s1, s2] = [0, 0, 0, 0];
  let left = 1;
  for (let b = 0; b < h1.sums.length; b++) {
    w1 += h1.sums[b];
    w2 += h2.sums[b];
    s1 += h1.variances[b];
    s2 += h2.variances[b];
    const enough = share(w1, w2) * smaller;
    const rest = (left - share(w1, w2)) * smaller;
    if (b < h1.sums.length - 1 && (enough < EXPECTED_ENTRIES || rest < EXPECTED_ENTRIES)) continue;
    const variance = total1 * total1 * s2 + total2 * total2 * s1;
    if (variance > 0) {
      chiSquare += (total1 * w2 - total2 * w1) ** 2 / variance;
      bins++;
    }
    left -= share(w1, w2);
    [w1, w2, s1, s2] = [0, 0, 0, 0];
  }
  return { chiSquare, degrees: bins - 1 };
}
