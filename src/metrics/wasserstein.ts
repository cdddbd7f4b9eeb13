import { erfc } from "../util/special.js";
import { gammaTail, type Metric, metricValue } from "./metric.js";
import type { Sample } from "./sample.js";

/** First Wasserstein distance, in standard deviations of the reference; `raw` holds it in the variable's unit. */
export const w1: Metric = {
  name: "w1",
  title: "Wasserstein-1",
  description: "Mean distance that entries must move to turn one distribution into the other, in reference deviations.",
  reference:
    "Vaserstein (1969), Probl. Inf. Transm. 5(3), 64; null: del Barrio, Gine, Matran (1999), Ann. Probab. 27, 1009",
  scope: "distribution",
  symmetric: true,
  compute(comparison) {
    const { reference, candidate, gap, pooledSize } = comparison;
    const scale = reference.deviation > 0 ? reference.deviation : 1;
    const root = Math.sqrt(pooledSize);
    const bridge = bridgeArea(reference);
    const nullSpread = bridge.spread / root / scale;
    const [varianceF, varianceG] = gap.influenceVariance;
    const error = Math.sqrt(varianceF / reference.effectiveSize + varianceG / candidate.effectiveSize) / scale;
    const value = metricValue({
      metric: "w1",
      value: gap.area / scale,
      error: Math.max(nullSpread, error),
      null: bridge.mean / root / scale,
      nullSpread,
      raw: gap.area,
    });
    if (reference.deviation === 0) return value;
    // Noise as in the candidate counts, too: an entry far out in it alone is nothing that the reference foretells.
    const other = bridgeArea(candidate);
    const likely = gammaTail(gap.area, other.mean / root, other.spread / root);
    // W1 is never below the difference of the means, and far out noise is all shift: there that tail is the longer one.
    return { ...value, pValue: Math.max(value.pValue, likely, erfc((value.value * root) / Math.SQRT2)) };
  },
};

const GRID = 128;

/**
 * Mean and standard deviation of the integral of |B(F(x))| dx, B the Brownian bridge and F the sample's distribution.
 * |B| at one place has mean sqrt(2 F (1 - F) / pi); at two places of correlation r the covariance of the moduli is
 * (2 / pi) (sqrt(1 - r^2) + r asin r - 1) times both standard deviations.
 */
function bridgeArea(sample: Sample): { mean: number; spread: number } {
  const { values, weights } = sample;
  const scale = 1 / sample.sumOfWeights;
  const last = values.length - 1;
  // Per cell of about equal probability: the integral of the bridge's deviation, and its mean place in probability.
  const mass = new Float64Array(GRID);
  const place = new Float64Array(GRID);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < last; i++) {
    sum += weights === undefined ? 1 : weights[i];
    const f = sum * scale;
    const step = values[i + 1] - values[i];
    if (step === 0 || f <= 0 || f >= 1) continue;
    const piece = Math.sqrt(f * (1 - f)) * step;
    const cell = Math.min(GRID - 1, Math.floor(f * GRID));
    mass[cell] += piece;
    place[cell] += piece * f;
    total += piece;
  }
  let variance = 0;
  for (let a = 0; a < GRID; a++) {
    if (mass[a] === 0) continue;
    const p = place[a] / mass[a];
    for (let b = 0; b <= a; b++) {
      if (mass[b] === 0) continue;
      const q = place[b] / mass[b];
      const r = Math.min(1, Math.sqrt((q * (1 - p)) / (p * (1 - q))));
      const covariance = Math.sqrt(Math.max(0, 1 - r * r)) + r * Math.asin(r) - 1;
      variance += (a === b ? 1 : 2) * covariance * mass[a] * mass[b];
    }
  }
  return { mean: total * Math.sqrt(2 / Math.PI), spread: Math.sqrt((2 / Math.PI) * variance) };
}
