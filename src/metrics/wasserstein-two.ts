import type { Random } from "../util/random.js";
import { gammaTail, type Metric, metricValue } from "./metric.js";
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
    const noise = bootstrapNull(reference, candidate, unit, random.at(2));
    // An entry far out in the candidate alone makes noise that the reference knows nothing of.
    const other = bootstrapNull(candidate, reference, unit, random.at(3));
    const pValue = Math.max(
      gammaTail(distance, noise.mean, noise.spread),
      gammaTail(distance, other.mean, other.spread),
    );
    return metricValue({
      metric: "w2-squared",
      value: distance,
      error: Math.max(noise.spread, Math.sqrt(variance)),
      null: noise.mean,
      nullSpread: noise.spread,
      nullMethod: "simulation",
      pValue,
      raw: distance * unit * unit,
    });
  },
};

/** Pairs of samples that a null is made of. */
const REPLICATES = 48;
/** Entries at either end that are drawn one by one, and cells that the rest is drawn in where there are more. */
const SINGLE = 2000;
const CELLS = 16_000;
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
  const cells = cellsOf(reference);
  const ratio = Math.min(MOST_DRAWS, candidate.effectiveSize / reference.effectiveSize);
  const a = new PoissonTable(1);
  const b = new PoissonTable(ratio);
  let sum = 0;
  let squares = 0;
  for (let r = 0; r < REPLICATES; r++) {
    const distance = walk(drawn(cells, a, 1, unit, random), drawn(cells, b, ratio, unit, random));
    sum += distance;
    squares += distance * distance;
  }
  const mean = sum / REPLICATES;
  return { mean, spread: Math.sqrt(Math.max(0, (squares - REPLICATES * mean * mean) / (REPLICATES - 1))) };
}

/** A sorted sample in cells; the outermost hold one entry each. */
interface Cells {
  /** Mean of each cell's entries. */
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly squaredWeights: Float64Array;
  readonly counts: Uint32Array;
}

/**
 * Cells far smaller than what the bridge moves change nothing: noise shifts the distribution by some 1 / sqrt(n) of
 * its probability, a cell holds 1 / 16,000. The tails, where one entry is far from the next, stay as they are.
 */
function cellsOf({ values, weights }: Sample): Cells {
  const n = values.length;
  const inner = Math.max(0, n - 2 * SINGLE);
  const cells = inner > CELLS ? CELLS : inner;
  const total = cells + Math.min(n, 2 * SINGLE);
  const out: Cells = {
    values: new Float64Array(total),
    weights: new Float64Array(total),
    squaredWeights: new Float64Array(total),
    counts: new Uint32Array(total),
  };
  const low = Math.min(SINGLE, n);
  let cell = 0;
  for (let start = 0; start < n; cell++) {
    const isInner = start >= low && start < low + inner;
    const stop = isInner ? low + Math.round(((cell - low + 1) * inner) / cells) : start + 1;
    let sum = 0;
    for (let i = start; i < stop; i++) {
      const w = weights === undefined ? 1 : weights[i];
      sum += values[i];
      out.weights[cell] += w;
      out.squaredWeights[cell] += w * w;
    }
    out.values[cell] = sum / (stop - start);
    out.counts[cell] = stop - start;
    start = stop;
  }
  return out;
}

/** Above this many entries a cell's Poisson number is drawn as a normal one. */
const NORMAL = 20;

/** Draws how often each entry comes into a sample; a weighted one keeps its weight. */
function drawn(cells: Cells, table: PoissonTable, ratio: number, unit: number, random: Random): Steps {
  const { values, weights, squaredWeights, counts } = cells;
  const out = new Float64Array(values.length);
  let total = 0;
  for (let c = 0; c < out.length; c++) {
    let weight = 0;
    if (counts[c] > NORMAL) {
      weight = Math.max(0, weights[c] * ratio + Math.sqrt(squaredWeights[c] * ratio) * random.normal());
    } else {
      let times = 0;
      for (let k = 0; k < counts[c]; k++) times += table.draw(random);
      weight = (weights[c] / counts[c]) * times;
    }
    out[c] = weight;
    total += weight;
  }
  return { values, weights: out, total: total > 0 ? total : 1, unit };
}
