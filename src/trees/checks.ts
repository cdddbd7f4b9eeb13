import { ConfigError, DataError } from "../util/errors.js";

/**
 * Checks columns to be trained on; returns the number of rows.
 * @throws DataError where there is no column or no row, lengths differ, or a value is not finite.
 */
export function checkColumns(columns: readonly Float32Array[], where: string, what: string): number {
  const first = columns[0];
  if (first === undefined) throw new DataError(`${where}: no ${what}; expected at least one column, got none.`);
  const rows = first.length;
  if (rows === 0) throw new DataError(`${where}: empty input; expected at least one row, got 0.`);
  columns.forEach((column, j) => {
    if (column.length !== rows) {
      throw new DataError(`${where}: ${what} ${j} has another length; expected ${rows} rows, got ${column.length}.`);
    }
    for (let i = 0; i < rows; i++) {
      // x - x is 0 for every finite number and NaN for the rest.
      if (column[i] - column[i] !== 0) {
        throw new DataError(
          `${where}: ${what} ${j} holds a value that is not finite; expected a number, got ${column[i]} in row ${i}. Drop or fill such rows first.`,
        );
      }
    }
  });
  return rows;
}

/** Checks weights (finite, not negative, one a row); returns their sum. */
export function checkWeights(weight: Float32Array, rows: number, where: string, what: string): number {
  if (weight.length !== rows) {
    throw new DataError(`${where}: ${what} has another length; expected ${rows} rows, got ${weight.length}.`);
  }
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const w = weight[i];
    if (!(w >= 0) || w === Number.POSITIVE_INFINITY) {
      throw new DataError(`${where}: bad ${what}; expected finite numbers >= 0, got ${w} in row ${i}.`);
    }
    sum += w;
  }
  return sum;
}

/** Checks an integer option. */
export function checkInteger(value: number, low: number, high: number, name: string): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ConfigError(`${name}: out of range; expected an integer in [${low}, ${high}], got ${value}.`);
  }
}

/** Checks a real option against the closed interval [low, high]. */
export function checkNumber(value: number, low: number, high: number, name: string): void {
  if (!(value >= low && value <= high)) {
    throw new ConfigError(`${name}: out of range; expected a number in [${low}, ${high}], got ${value}.`);
  }
}
