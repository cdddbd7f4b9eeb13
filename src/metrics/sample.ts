import { toFloat64 } from "../data/event-table.js";
import type { TypedArray } from "../data/schema.js";
import { checkCount, checkedWeights, checkFinite, checkTotal } from "./sample-checks.js";
import { sortWithWeights } from "./sort.js";

/** One variable of one set of events, sorted once and shared by all metrics. Immutable. */
export interface Sample {
  /** What to call it in messages, such as `reco_p of the reference`. */
  readonly label: string;
  /** Ascending, shape [n], n >= 2, all finite. */
  readonly values: Float64Array;
  /** Weights in the order of `values`; undefined where every weight is 1. May be negative, but their sum is positive. */
  readonly weights: Float64Array | undefined;
  readonly sumOfWeights: number;
  readonly sumOfSquaredWeights: number;
  /** (sum w)^2 / sum w^2 (Kish, 1965): the number of unweighted events of the same statistical power. */
  readonly effectiveSize: number;
  readonly mean: number;
  /** Weighted standard deviation (divided by the sum of weights). */
  readonly deviation: number;
}

/**
 * Makes a sample of plain numbers.
 * @param values Shape [n], any order, n >= 2.
 * @param weights Shape [n] (default 1 each).
 * @param label What to call it in messages.
 * @throws DataError where there are fewer than two values, one is not finite, or the weights do not sum to a positive number.
 */
export function sampleOf(values: TypedArray | readonly number[], weights?: Float64Array, label = "sample"): Sample {
  const numbers = Array.isArray(values) ? Float64Array.from(values) : toFloat64(values as TypedArray);
  checkFinite(numbers, label, "value");
  checkCount(numbers.length, label);
  const sorted = sortWithWeights(numbers, checkedWeights(weights, numbers.length, label));
  return { label, ...sorted, ...moments(sorted.values, sorted.weights, label) };
}

function moments(values: Float64Array, weights: Float64Array | undefined, label: string) {
  const n = values.length;
  // Moments about the middle value keep their digits where the mean is far from 0.
  const pivot = values[n >> 1];
  let sum = 0;
  let squares = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < n; i++) {
    const w = weights === undefined ? 1 : weights[i];
    const d = values[i] - pivot;
    sum += w;
    squares += w * w;
    first += w * d;
    second += w * d * d;
  }
  checkTotal(sum, label);
  const shift = first / sum;
  return {
    sumOfWeights: sum,
    sumOfSquaredWeights: squares,
    effectiveSize: (sum * sum) / squares,
    mean: pivot + shift,
    deviation: Math.sqrt(Math.max(0, second / sum - shift * shift)),
  };
}
