/**
 * @file Decimal fractions of 16 to 18 digits, as programs print doubles, without making a string of each. The quotient of
 * two exact numbers is taken in double-double arithmetic; where that leaves the last bit in doubt, the caller must ask
 * `Number`.
 *
 * Reference: Dekker (1971), "A floating-point technique for extending the available precision", Numer. Math. 18.
 */

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** 2^27 + 1 splits a double in two halves of 26 bits. */
const SPLIT = 134217729;
const HALF_WORD = 32768;
/** Far above the error of the correction below (some 2^-100 of the result), far below half a unit in the last place. */
const DOUBT = 2 ** -80;

/**
 * Returns (high x 10^digits + low) / 10^decimals rounded to the nearest double, or NaN where that needs more care.
 * @param high Whole, below 2^30. @param low Whole, below 10^digits.
 * @param digits In [0, 9]. @param decimals In [0, 22].
 */
export function quotient(high: number, digits: number, low: number, decimals: number): number {
  const scale = POWERS[digits];
  const top = Math.floor(high / HALF_WORD);
  // Both products have less than 46 bits, and so are exact; the sum and its error are exact by Dekker's fast two-sum.
  const upper = top * scale * HALF_WORD;
  const lower = (high - top * HALF_WORD) * scale + low;
  const sum = upper + lower;
  const error = lower - (sum - upper);

  const divisor = POWERS[decimals];
  const first = sum / divisor;
  const product = first * divisor;
  let t = SPLIT * first;
  const a1 = t - (t - first);
  const a0 = first - a1;
  t = SPLIT * divisor;
  const b1 = t - (t - divisor);
  const b0 = divisor - b1;
  const lost = a0 * b0 - (product - a1 * b1 - a0 * b1 - a1 * b0);
  const correction = (sum - product - lost + error) / divisor;
  const doubt = first * DOUBT;
  const result = first + (correction - doubt);
  return result === first + (correction + doubt) ? result : Number.NaN;
}
