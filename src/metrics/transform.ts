import { perDegree } from "./chi-square.js";
import type { Comparison } from "./comparison.js";
import type { ProbabilityTransform } from "./evaluation.js";
import type { Metric } from "./metric.js";
import type { Sample } from "./sample.js";

/** Bins of the transform. */
const BINS = 20;

/** Contents of one and of two standard deviations of a normal distribution. */
const NOMINAL = [0.682689492137086, 0.954499736103642] as const;

/** Chi-square of the probability integral transform: whether the whole conditional distribution is right. */
export const transformMetric: Metric = {
  name: "pit",
  title: "Probability transform",
  description:
    "Chi-square per degree of freedom of the ranks of reference responses among candidate responses of equal truth.",
  reference:
    "Rosenblatt (1952), Ann. Math. Stat. 23, 470; Gneiting, Balabdaoui, Raftery (2007), J. R. Stat. Soc. B 69, 243",
  scope: "response",
  symmetric: false,
  compute({ slices }) {
    const { shares, variance } = transformOf(slices);
    if (variance === 0) return perDegree("pit", 0, 0);
    let chiSquare = 0;
    for (const share of shares) chiSquare += (share - 1 / BINS) ** 2 * BINS;
    return perDegree("pit", chiSquare / variance, BINS - 1);
  },
};

/** The transform's histogram and coverages as plain data. */
export function probabilityTransform(slices: readonly Comparison[]): ProbabilityTransform {
  const { shares, inside, variance } = transformOf(slices);
  const error = (p: number) => Math.sqrt(p * (1 - p) * variance);
  return {
    shares,
    error: error(1 / BINS),
    coverage: NOMINAL.map((nominal, k) => ({ nominal, value: inside[k], error: error(nominal) })),
  };
}

/**
 * Ranks of reference entries among the candidate's of the same slice. Each entry is spread evenly over the ranks that it
 * could have, so ties and small slices leave the transform uniform where both distributions are equal.
 * `variance` is that of a share p under the null, over p (1 - p).
 */
function transformOf(slices: readonly Comparison[]): { shares: number[]; inside: number[]; variance: number } {
  const shares = new Array<number>(BINS).fill(0);
  const inside = NOMINAL.map(() => 0);
  const total = slices.reduce((sum, { reference }) => sum + reference.sumOfWeights, 0);
  let variance = 0;
  for (const { reference, candidate } of slices) {
    const part = reference.sumOfWeights / total;
    variance += part * part * (1 / reference.effectiveSize + 1 / candidate.effectiveSize);
    eachRank(reference, candidate, (low, high, weight) => {
      const share = weight / total;
      spread(shares, low, high, share);
      for (const [k, nominal] of NOMINAL.entries()) {
        const overlap = Math.min(high, 0.5 + nominal / 2) - Math.max(low, 0.5 - nominal / 2);
        inside[k] += share * Math.max(0, overlap / (high - low));
      }
    });
  }
  return { shares, inside, variance };
}

/** Calls back with the interval of ranks, in [0, 1], and the weight of each reference entry. */
function eachRank(
  reference: Sample,
  candidate: Sample,
  visit: (low: number, high: number, weight: number) => void,
): void {
  const y = candidate.values;
  const step = candidate.sumOfWeights / y.length;
  const all = candidate.sumOfWeights + step;
  let j = 0;
  let below = 0;
  let upTo = 0;
  let k = 0;
  for (let i = 0; i < reference.values.length; i++) {
    const x = reference.values[i];
    for (; j < y.length && y[j] < x; j++) below += candidate.weights === undefined ? 1 : candidate.weights[j];
    for (; k < y.length && y[k] <= x; k++) upTo += candidate.weights === undefined ? 1 : candidate.weights[k];
    // Signed weights can make a cumulative sum fall.
    const low = Math.max(0, Math.min(1, below / all));
    const high = Math.max(low + 1e-12, Math.min(1, (upTo + step) / all));
    visit(low, high, reference.weights === undefined ? 1 : reference.weights[i]);
  }
}

/** Adds a weight to equal bins over [0, 1], evenly over [low, high]. */
function spread(bins: number[], low: number, high: number, weight: number): void {
  const n = bins.length;
  const first = Math.min(n - 1, Math.floor(low * n));
  const last = Math.min(n - 1, Math.floor(high * n));
  if (first === last) {
    bins[first] += weight;
    return;
  }
  for (let b = first; b <= last; b++) {
    const overlap = Math.min(high, (b + 1) / n) - Math.max(low, b / n);
    bins[b] += (weight * Math.max(0, overlap)) / (high - low);
  }
}
