import type { Comparison } from "./comparison.js";
import { type Metric, metricValue } from "./metric.js";

/** Separation power (triangular discrimination) of the two histograms, under- and overflow included. */
export const separation: Metric = {
  name: "separation",
  title: "Separation power",
  description: "Half the sum over bins of (a - b)^2 / (a + b), a and b the shares of the bins; 0 to 1.",
  reference:
    "Diefenbacher et al. (2020), JINST 15, P11004, arXiv:2009.03796, equation 15; Topsoe (2000), IEEE Trans. Inf. Theory 46, 1602",
  scope: "distribution",
  symmetric: true,
  compute(comparison) {
    const { value, error, mean, spread } = separationOf(comparison);
    return metricValue({ metric: "separation", value, error: Math.max(spread, error), null: mean, nullSpread: spread });
  },
};

/**
 * Under the null each bin adds half its variance over its content, less the one degree of freedom that the totals fix; a
 * bin too sparse for that adds what it does whenever anything falls into it.
 */
function separationOf({ reference, candidate, histograms }: Comparison) {
  const h1 = histograms.reference;
  const h2 = histograms.candidate;
  const [W1, W2] = [reference.sumOfWeights, candidate.sumOfWeights];
  const [n, m] = [reference.effectiveSize, candidate.effectiveSize];
  let value = 0;
  let mean = 0;
  let square = 0;
  let bins = 0;
  let [first1, second1, first2, second2] = [0, 0, 0, 0];
  for (let b = 0; b < h1.sums.length; b++) {
    const a = Math.max(0, h1.sums[b] / W1);
    const c = Math.max(0, h2.sums[b] / W2);
    if (a + c === 0) continue;
    const difference = a - c;
    value += (0.5 * difference ** 2) / (a + c);
    // Slopes of the value in each share, for the error by propagation.
    const slope1 = (0.5 * difference * (a + 3 * c)) / (a + c) ** 2;
    const slope2 = (-0.5 * difference * (c + 3 * a)) / (a + c) ** 2;
    first1 += a * slope1;
    second1 += a * slope1 ** 2;
    first2 += c * slope2;
    second2 += c * slope2 ** 2;
    const variance = h1.variances[b] / W1 ** 2 + h2.variances[b] / W2 ** 2;
    const term = (0.5 * variance) / (a + c);
    mean += term;
    square += 2 * term ** 2;
    bins++;
  }
  // Shares sum to 1: of B bins, B - 1 are free.
  const free = bins > 1 ? (bins - 1) / bins : 0;
  const variance = Math.max(0, second1 - first1 ** 2) / n + Math.max(0, second2 - first2 ** 2) / m;
  return { value, error: Math.sqrt(variance), mean: mean * free, spread: Math.sqrt(square * free) };
}
