import type { Sample } from "./sample.js";

/** A share of events with its interval; limits are undefined where nothing bounds them. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a share.
 * @param share Observed share, 0 to 1.
 * @param size Effective number of events, > 0.
 * @param z Half width in standard normal deviations (default 1: 68.27 %).
 * *Reference:* Wilson (1927), J. Am. Stat. Assoc. 22, 209.
 */
export function wilson(share: number, size: number, z = 1): Interval {
  const z2 = z * z;
  const centre = (share + z2 / (2 * size)) / (1 + z2 / size);
  const half = (z / (1 + z2 / size)) * Math.sqrt((share * (1 - share)) / size + z2 / (4 * size * size));
  return {
    value: share,
    low: Math.max(0, Math.min(share, centre - half)),
    high: Math.min(1, Math.max(share, centre + half)),
  };
}

/**
 * Interval of the ratio a / b of two independent shares, from their own intervals (MOVER). The upper limit is infinite
 * where b may be 0.
 * *Reference:* Donner and Zou (2012), Stat. Methods Med. Res. 21, 347, equations 8 and 9.
 */
export function ratioInterval(a: Interval, b: Interval): Interval {
  const product = a.value * b.value;
  const top = { low: a.low * (2 * a.value - a.low), high: a.high * (2 * a.value - a.high) };
  const bottom = { low: b.low * (2 * b.value - b.low), high: b.high * (2 * b.value - b.high) };
  // The lower root in the form that stays finite where `bottom.high` passes through 0.
  const low = top.low > 0 ? top.low / (product + root(product * product - top.low * bottom.high)) : 0;
  const high =
    b.low > 0 ? (product + root(product * product - top.high * bottom.low)) / bottom.low : Number.POSITIVE_INFINITY;
  return { value: a.value / b.value, low, high };
}

/** Square root of what is never negative but for rounding. */
function root(x: number): number {
  return Math.sqrt(Math.max(0, x));
}

/** Sums of a weighted count of passes, enough to give a share and its error. */
export interface Passes {
  /** Sum of weights of all events. */
  readonly total: number;
  /** Sum of squared weights of all events. */
  readonly totalSquares: number;
  /** Sum of weights of the events that pass. */
  readonly passed: number;
  /** Sum of squared weights of the events that pass. */
  readonly passedSquares: number;
}

/** Counts the non-zero values of a sample. */
export function passesOf({ values, weights, sumOfWeights, sumOfSquaredWeights }: Sample): Passes {
  let passed = 0;
  let passedSquares = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    const w = weights === undefined ? 1 : weights[i];
    passed += w;
    passedSquares += w * w;
  }
  return { total: sumOfWeights, totalSquares: sumOfSquaredWeights, passed, passedSquares };
}

/** Share that passes, clipped to 0 .. 1, which signed weights may leave. */
export function shareOf(passes: Passes): number {
  return Math.max(0, Math.min(1, passes.passed / passes.total));
}

/** Variance of the share: sum w^2 (a - share)^2 / (sum w)^2; share (1 - share) / n without weights. */
export function shareVariance(passes: Passes): number {
  const p = shareOf(passes);
  const failedSquares = Math.max(0, passes.totalSquares - passes.passedSquares);
  return ((1 - p) ** 2 * passes.passedSquares + p * p * failedSquares) / passes.total ** 2;
}

/** The share with Wilson's interval, at the effective size that has the share's true variance. */
export function efficiency(passes: Passes, z = 1): Interval {
  const p = shareOf(passes);
  const variance = shareVariance(passes);
  const kish = passes.total ** 2 / passes.totalSquares;
  return wilson(p, variance > 0 ? (p * (1 - p)) / variance : kish, z);
}
