/** @file What every sample must hold to, of one variable or of several. */
import { DataError } from "../util/errors.js";

/** @throws DataError where there are fewer than two events. */
export function checkCount(length: number, label: string): void {
  if (length >= 2) return;
  const count = length === 0 ? "none" : "one";
  throw new DataError(
    `metrics: ${label} has too few events to compare; expected at least 2, got ${count}. Simulate or read more events.`,
  );
}

/** @throws DataError naming the first entry that is not finite. @param what "value" or "weight". */
export function checkFinite(values: Float64Array, label: string, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new DataError(
      `metrics: ${label} has a ${what} that is not a number; expected finite ${what}s, got ${values[i]} at entry ${i}. Leave such entries out or repair them before comparing.`,
    );
  }
}

/**
 * Returns the weights, or undefined where each of them is 1.
 * @throws DataError where one is not finite, or they are of other events.
 */
export function checkedWeights(
  weights: Float64Array | undefined,
  length: number,
  label: string,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  checkFinite(weights, label, "weight");
  if (weights.length !== length) {
    throw new DataError(
      `metrics: ${label} has weights for other events; expected ${length} weights, got ${weights.length}.`,
    );
  }
  return weights.every((w) => w === 1) ? undefined : weights;
}

/** @throws DataError where weights sum to nothing positive. */
export function checkTotal(sum: number, label: string): void {
  if (sum > 0) return;
  throw new DataError(
    `metrics: the weights of ${label} sum to nothing; expected a positive sum, got ${sum}. Check the weight column.`,
  );
}
