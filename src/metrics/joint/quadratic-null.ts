/**
 * @file The null of squared distances between means. If T = |mean of f over X - mean of f over Y|^2 for some features f, then
 * under the null T is a sum of lambda_k chi-square_1, with lambda the eigenvalues of the features' covariance C times
 * 1/n + 1/m. Its cumulants are 2^(j-1) (j-1)! tr C^j (Gretton et al., 2012, JMLR 13, 723, theorem 12, for kernels). The
 * traces come from means of random groups of events: no covariance is ever built, and what is far from normal in an event is
 * near it in a group.
 */
import { chiSquareTail, logGamma } from "../chi-square-tail.js";
import { type MetricValue, metricValue } from "../metric.js";

/** tr C^2 and tr C^3 of a single event's features. */
export interface Traces {
  readonly square: number;
  readonly cube: number;
}

/**
 * Estimates traces from group means.
 * @param means Shape [groups, features].
 * @param scale Effective number of events of one group.
 */
export function tracesOf(means: Float64Array, groups: number, scale: number): Traces {
  const gram = centredGram(means, groups);
  let square = 0;
  let cube = 0;
  for (let a = 0; a < groups; a++) {
    for (let b = 0; b < a; b++) {
      const k = gram[a * groups + b];
      square += 2 * k * k;
      let through = 0;
      for (let c = 0; c < groups; c++) through += gram[a * groups + c] * gram[b * groups + c];
      cube += 2 * k * through;
    }
  }
  return {
    square: (square / (groups * Math.max(1, groups - 3))) * scale ** 2,
    cube: Math.max(0, (cube / (groups * (groups - 1) * Math.max(1, groups - 5))) * scale ** 3),
  };
}

/**
 * Products of the groups' features about their mean, the diagonal 0, centred so that the squares have no bias
 * (Szekely and Rizzo, 2014, Ann. Stat. 42, 2382, equation 2.7).
 */
function centredGram(means: Float64Array, groups: number): Float64Array {
  const features = means.length / groups;
  const centre = new Float64Array(features);
  for (let g = 0; g < groups; g++) for (let f = 0; f < features; f++) centre[f] += means[g * features + f] / groups;
  const away = means.map((x, i) => x - centre[i % features]);
  const gram = new Float64Array(groups * groups);
  const sums = new Float64Array(groups);
  let total = 0;
  for (let a = 0; a < groups; a++) {
    for (let b = 0; b < a; b++) {
      let k = 0;
      for (let f = 0, i = a * features, j = b * features; f < features; f++) k += away[i++] * away[j++];
      gram[a * groups + b] = k;
      gram[b * groups + a] = k;
      sums[a] += k;
      sums[b] += k;
      total += 2 * k;
    }
  }
  const all = total / ((groups - 1) * (groups - 2));
  for (let a = 0; a < groups; a++) {
    for (let b = 0; b < groups; b++) {
      if (a !== b) gram[a * groups + b] += all - (sums[a] + sums[b]) / (groups - 2);
    }
  }
  return gram;
}

/** Fewest and largest skewness: nearly normal; one direction alone (a chi-square of one degree of freedom). */
const SKEWNESS = [0.05, Math.SQRT2 * 2] as const;

/** How sums of lambda_k (chi-square_1 - 1) spread: as a gamma distribution, shifted (Pearson, 1895, type III). */
interface Noise {
  readonly spread: number;
  /** Shape of the gamma distribution. */
  readonly shape: number;
  /** spread / sqrt(shape). */
  readonly unit: number;
}

function noiseOf({ square, cube }: Traces, noise: number): Noise {
  const spread = Math.sqrt(2 * square) * noise;
  const skewness = square > 0 ? (8 * cube) / (2 * square) ** 1.5 : SKEWNESS[1];
  const shape = 4 / Math.max(SKEWNESS[0], Math.min(SKEWNESS[1], skewness || SKEWNESS[1])) ** 2;
  return { spread, shape, unit: spread / Math.sqrt(shape) };
}

/**
 * A value whose noise has a mean of 0, so that only an excess counts.
 * @param own Traces of the reference and of the candidate. The null is the reference's. The p-value is the larger of the two
 * that they give: an event far out, in either sample alone, makes noise that the other knows nothing of.
 * @param noise 1/n + 1/m.
 */
export function excessOf(
  parts: { readonly metric: string; readonly value: number; readonly error: number },
  own: readonly [Traces, Traces],
  noise: number,
): MetricValue {
  const { value } = parts;
  const { spread, shape: k, unit } = noiseOf(own[0], noise);
  // Mean and mean square of max(0, G - k), G following the gamma distribution of shape k.
  const mean = Math.exp(k * Math.log(k) - k - logGamma(k));
  const tail = (shape: number) => chiSquareTail(2 * k, 2 * shape);
  const meanSquare = k * (k + 1) * tail(k + 2) - 2 * k * k * tail(k + 1) + k * k * tail(k);
  const tails = own.map((traces) => {
    const one = noiseOf(traces, noise);
    if (!(one.spread > 0)) return value > 0 ? 0 : 1;
    return chiSquareTail(2 * (one.shape + value / one.unit), 2 * one.shape);
  });
  return metricValue({
    ...parts,
    error: Math.max(spread, parts.error),
    distance: Math.max(0, value),
    null: unit * mean,
    nullSpread: unit * Math.sqrt(Math.max(0, meanSquare - mean * mean)),
    pValue: Math.max(...tails),
  });
}
