/**
 * Error function, to about 1e-15 relative in the centre and 1e-13 in the tails.
 * Series for |x| < 2 (Abramowitz and Stegun 7.1.6), continued fraction of erfc beyond (7.1.14, Lentz).
 */
export function erf(x: number): number {
  if (Math.abs(x) >= 2) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Complementary error function 1 - erf(x), without loss of precision for large x. */
export function erfc(x: number): number {
  if (x < 2) return 1 - erf(x);
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Cumulative distribution of the normal distribution of mean 0 and standard deviation 1. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

/** Ratio of polynomials, coefficients from the highest power down. */
function ratio(x: number, above: readonly number[], below: readonly number[]): number {
  const value = (coefficients: readonly number[]) => coefficients.reduce((sum, c) => sum * x + c, 0);
  return value(above) / value(below);
}

/**
 * Quantile of the normal distribution of mean 0 and standard deviation 1: the inverse of `normalCdf`, to about 1e-14
 * relative. Acklam (2003), "An algorithm for computing the inverse normal cumulative distribution function", refined by one
 * step of Halley's method.
 * @param p In [0, 1]; 0 and 1 give the infinities, anything else outside gives NaN.
 */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (!(p > 0)) return Number.NaN;
  const start = p < 0.02425 ? tailGuess(Math.sqrt(-2 * Math.log(p))) : centreGuess(p - 0.5);
  const excess = (normalCdf(start) - p) * Math.sqrt(2 * Math.PI) * Math.exp((start * start) / 2);
  // Below 1e-308 the exponential overflows; the guess is good to 1e-9 there.
  return Number.isFinite(excess) ? start - excess / (1 + (start * excess) / 2) : start;
}

function centreGuess(q: number): number {
  return (
    q *
    ratio(
      q * q,
      [
        -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
        2.506628277459239,
      ],
      [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
    )
  );
}

function tailGuess(q: number): number {
  return ratio(
    q,
    [
      -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ],
    [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
  );
}
