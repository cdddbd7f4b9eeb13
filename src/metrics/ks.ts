import { bridgeSupremum } from "./bridge.js";
import { type Metric, metricValue } from "./metric.js";

/** Kolmogorov-Smirnov distance: the largest distance of the two cumulative distributions. */
export const ks: Metric = {
  name: "ks",
  title: "Kolmogorov-Smirnov",
  description: "Largest distance between the two cumulative distributions; 0 to 1, blind to the unit of the variable.",
  reference: "Smirnov (1948), Ann. Math. Stat. 19, 279; null: Marsaglia, Tsang, Wang (2003), J. Stat. Softw. 8(18)",
  scope: "distribution",
  symmetric: true,
  compute(comparison) {
    const { reference, candidate, gap, pooledSize, random } = comparison;
    const [f, g] = gap.atLargest;
    const variance = spread(f) / reference.effectiveSize + spread(g) / candidate.effectiveSize;
    const noise = bridgeSupremum(reference, random);
    const nullSpread = noise.spread / Math.sqrt(pooledSize);
    // Kolmogorov's distribution holds for continuous variables only.
    const isContinuous = noise.method === "formula";
    return metricValue({
      metric: "ks",
      value: gap.largest,
      error: Math.max(nullSpread, Math.sqrt(variance)),
      null: noise.mean / Math.sqrt(pooledSize),
      nullSpread,
      nullMethod: noise.method,
      pValue: isContinuous ? kolmogorovTail(Math.sqrt(pooledSize) * gap.largest) : undefined,
    });
  },
};

function spread(f: number): number {
  return Math.max(0, f * (1 - f));
}

/**
 * Probability that sup |Brownian bridge| exceeds x: 2 sum (-1)^(k-1) exp(-2 k^2 x^2), by its theta-function twin where
 * that converges slowly.
 */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k <= 7; k += 2) sum += Math.exp((-(k * k) * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1; k <= 6; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return 2 * sum;
}
