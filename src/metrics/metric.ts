import { chiSquareTail } from "./chi-square-tail.js";
import type { Comparison } from "./comparison.js";

/**
 * What a metric looks at: a distribution; a response or an efficiency in bins of truth; an efficiency; what objects are taken for; a number of events;
 * several variables of an event together; a classifier's separation of the two; predicted acceptances against flags;
 * several draws for one truth; copies of the training events; a classifier trained on the candidate for another task.
 */
export type MetricScope =
  | "distribution"
  | "response"
  | "acceptance"
  | "acceptance-profile"
  | "category"
  | "yield"
  | "joint"
  | "classifier"
  | "reliability"
  | "draws"
  | "memorisation"
  | "downstream";

/** What there is to say about a metric. */
export interface MetricInfo {
  /** Short name, the key in `metrics.json` and on the command line. */
  readonly name: string;
  readonly title: string;
  /** One line. */
  readonly description: string;
  /** Authors, year, title, journal or arXiv number. */
  readonly reference: string;
  readonly scope: MetricScope;
  /** Whether the value stays the same when reference and candidate change places. */
  readonly symmetric: boolean;
}

/** A way to say how far two samples of one variable are apart. */
export interface Metric extends MetricInfo {
  compute(comparison: Comparison): MetricValue;
}

/**
 * How a null was found: by formula; by drawing what the formula's limit is (bridges) or from the reference itself; by
 * comparing two disjoint parts of the reference; by dealing the events of both samples out anew.
 */
export type NullMethod = "formula" | "simulation" | "split" | "permutation";

/** A metric's value, its error, and what statistical noise alone would give. Plain data: it stands in `metrics.json`. */
export interface MetricValue {
  /** Name of the metric. */
  readonly metric: string;
  readonly value: number;
  /** Standard deviation of `value` if both samples were drawn afresh. */
  readonly error: number;
  /** Distance from perfect agreement: `value` itself, or |value - 1| of a ratio. */
  readonly distance: number;
  /** Mean `distance` between the reference and an independent sample of the candidate's size from the same distribution. */
  readonly null: number;
  /** Standard deviation of that distance. */
  readonly nullSpread: number;
  /** The headline: distance / null, about 1 where nothing but noise is seen; at most 1e6. */
  readonly score: number;
  /** (distance - null) / nullSpread: standard deviations beyond the noise; at most 1e6. */
  readonly excess: number;
  /** How `null` was found. */
  readonly nullMethod: NullMethod;
  /** Probability that noise alone gives at least this distance; approximate where only the null's mean and spread are known. */
  readonly pValue: number;
  /** Degrees of freedom of a chi-square per degree of freedom. */
  readonly degrees?: number;
  /** The value in the variable's own unit, where `value` is in units of the reference's standard deviation. */
  readonly raw?: number;
}

/** Largest score and excess: a difference from a reference without any spread would be infinite, which JSON cannot hold. */
export const SCORE_LIMIT = 1e6;

/**
 * Completes a metric's value with its score and excess. The p-value, where none is given, is that of the gamma distribution
 * with the null's mean and spread, which sums of squares and integrals of moduli follow closely.
 */
export function metricValue(
  parts: Omit<MetricValue, "score" | "excess" | "distance" | "nullMethod" | "pValue"> & {
    readonly distance?: number;
    readonly nullMethod?: MetricValue["nullMethod"];
    readonly pValue?: number;
  },
): MetricValue {
  const distance = parts.distance ?? parts.value;
  return {
    ...parts,
    distance,
    nullMethod: parts.nullMethod ?? "formula",
    score: limitedRatio(distance, parts.null),
    excess: limitedRatio(distance - parts.null, parts.nullSpread),
    pValue: parts.pValue ?? gammaTail(distance, parts.null, parts.nullSpread),
  };
}

const ROUNDING = 1e-12;

/** Probability that a gamma-distributed distance of this mean and spread is at least x. */
export function gammaTail(x: number, mean: number, spread: number): number {
  // Where nothing fluctuates, what is more than rounding is a difference.
  if (x <= 0 || !(spread > 0)) return x <= mean * (1 + 1e-9) + ROUNDING ? 1 : 0;
  if (!(mean > 0)) return 0;
  const variance = spread * spread;
  return chiSquareTail((2 * x * mean) / variance, (2 * mean * mean) / variance);
}

function limitedRatio(a: number, b: number): number {
  if (a === 0) return 0;
  return Math.max(-SCORE_LIMIT, Math.min(SCORE_LIMIT, a / b));
}
