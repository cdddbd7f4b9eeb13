import type { Random } from "../util/random.js";
import { type Metric, metricValue } from "./metric.js";
import { PoissonTable } from "./poisson-table.js";
import type { Sample } from "./sample.js";

/** Squared second Wasserstein distance, in the reference's variance; `raw` holds it in the variable's unit squared. */
export const w2: Metric = {
  name: "w2-squared",
  title: "Wasserstein-2 squared",
  description:
    "Mean squared distance that entries must move to turn one distribution into the other, over the reference's variance.",
  reference:
    "Vaserstein (1969), Probl. Inf. Transm. 5(3), 64; Howard et al. (2022), arXiv:2101.08944 call it W; null: bootstrap of the reference",
  scope: "distribution",
  symmetric: true,
  compute(comparison) {
    const { reference, candidate, random } = comparison;
    const unit = reference.deviation > 0 ? reference.deviation : 1;
    const { distance, variance } = transport(reference, candidate, unit);
    const noise = bootstrapNull(reference, candidate, unit, random);
    return metricValue({
      metric: "w2-squared",
      value: distance,
      error: Math.max(noise.spread, Math.sqrt(variance)),
      null: noise.mean,
      nullSpread: noise.spread,
      nullMethod: "simulation",
      raw: distance * unit * unit,
    });
  },
};

/** Pairs of samples that a null is made of; fewer where each costs more than some 10 ms. */
const REPLICATES = 48;
const FEW_REPLICATES = 16;
const LARGE = 400_000;
/** A candidate so many times larger than the reference has no noise of its own to speak of. */
const MOST_DRAWS = 30;

/** A sorted sample as the walk sees it: weight w(i) at values[i]. */
interface Steps {
  readonly values: Float64Array;
  /** Weight of each value, or undefined for 1 each. */
  readonly weights: ArrayLike<number> | undefined;
  readonly total: number;
  /** What one unit of distance is. */
  readonly unit: number;
}

/**
 * W2^2 and the variance of its estimate, by the influence function: the potential phi with phi'(x) = 2 (x - T(x)), T the
 * optimal map, under each distribution (del Barrio and Loubes, 2019, Ann. Probab. 47, 926).
 */
function transport(reference: Sample, candidate: Sample, unit: number): { distance: number; variance: number } {
  const a: Steps = { ...reference, total: reference.sumOfWeights, unit };
  const b: Steps = { ...candidate, total: candidate.sumOfWeights, unit };
  return {
    distance: walk(a, b),
    variance: potentialVariance(a, b) / reference.effectiveSize + potentialVariance(b, a) / candidate.effectiveSize,
  };
}

/** Integral over u of the squared difference of the quantile functions: one pass over both. */
function walk(a: Steps, b: Steps): number {
  const x = a.values;
  const y = b.values;
  let i = 0;
  let j = 0;
  let leftA = weightAt(a, 0);
  let leftB = weightAt(b, 0);
  let sum = 0;
  while (i < x.length && j < y.length) {
    const moved = Math.min(leftA, leftB);
    const d = (x[i] - y[j]) / a.unit;
    sum += moved * d * d;
    leftA -= moved;
    leftB -= moved;
    // Rounding leaves crumbs of 1e-16; what is left of an entry beyond that is real.
    if (leftA <= 1e-18) leftA = weightAt(a, ++i);
    if (leftB <= 1e-18) leftB = weightAt(b, ++j);
  }
  return sum;
}

function weightAt({ weights, total }: Steps, i: number): number {
  return (weights === undefined ? 1 : weights[i]) / total;
}

/** Variance under `a` of the potential of transport to `b`. */
function potentialVariance(a: Steps, b: Steps): number {
  let j = 0;
  let cumulativeA = 0;
  let cumulativeB = weightAt(b, 0);
  let potential = 0;
  let first = 0;
  let second = 0;
  let previous = a.values[0] / a.unit;
  let slope = 0;
  for (let i = 0; i < a.values.length; i++) {
    const x = a.values[i] / a.unit;
    const w = weightAt(a, i);
    while (cumulativeB < cumulativeA + w / 2 && j + 1 < b.values.length) cumulativeB += weightAt(b, ++j);
    const next = 2 * (x - b.values[j] / a.unit);
    potential += ((i === 0 ? next : (slope + next) / 2) || 0) * (x - previous);
    slope = next;
    previous = x;
    cumulativeA += w;
    first += w * potential;
    second += w * potential * potential;
  }
  return Math.max(0, second - first * first);
}

/** Distances of pairs of samples drawn anew from the reference, of the effective sizes of both. */
function bootstrapNull(
  reference: Sample,
  candidate: Sample,
  unit: number,
  random: Random,
): { mean: number; spread: number } {
  random.at(2);
  const { values } = reference;
  const replicates = values.length + candidate.values.length > LARGE ? FEW_REPLICATES : REPLICATES;
  const a = new PoissonTable(1);
  const b = new PoissonTable(Math.min(MOST_DRAWS, candidate.effectiveSize / reference.effectiveSize));
  let sum = 0;
  let squares = 0;
  for (let r = 0; r < replicates; r++) {
    const distance = resampledDistance(reference, unit, a, b, random);
    sum += distance;
    squares += distance * distance;
  }
  const mean = sum / replicates;
  return { mean, spread: Math.sqrt(Math.max(0, (squares - replicates * mean * mean) / (replicates - 1))) };
}

/** Draws how often each reference entry comes into either sample, and walks along both. */
function resampledDistance(reference: Sample, unit: number, a: PoissonTable, b: PoissonTable, random: Random): number {
  const { values } = reference;
  const n = values.length;
  const counts = [new Float64Array(n), new Float64Array(n)];
  const totals = [0, 0];
  const { weights } = reference;
  const mean = reference.sumOfWeights / n;
  for (let i = 0; i < n; i++) {
    // A weighted entry is drawn as often as one of weight 1, and keeps its weight.
    const w = weights === undefined ? 1 : weights[i] / mean;
    const u = a.draw(random) * w;
    const v = b.draw(random) * w;
    counts[0][i] = u;
    counts[1][i] = v;
    totals[0] += u;
    totals[1] += v;
  }
  if (!(totals[0] > 0 && totals[1] > 0)) return 0;
  return walk(
    { values, weights: counts[0], total: totals[0], unit },
    { values, weights: counts[1], total: totals[1], unit },
  );
}
