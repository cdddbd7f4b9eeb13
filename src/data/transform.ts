/**
 * @file Changes of variable before learning, and back. Each is a plain description (which is what a bundle stores) and the
 * functions made of it; fitting looks at a sample once.
 */
import { ConfigError, DataError } from "../util/errors.js";
import { normalQuantile } from "../util/special.js";

/** A transform as data: what `toJSON` gives and `makeTransform` takes. */
export type TransformSpec =
  /** (x - mean) / deviation. */
  | { readonly kind: "standardise"; readonly mean: number; readonly deviation: number }
  /** (x - low) / (high - low): the range becomes [0, 1]; values beyond are not clipped. */
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  /** Natural logarithm of (x - low), for values above `low`. */
  | { readonly kind: "log"; readonly low: number }
  /** log(u / (1 - u)) of the place u of x between low and high, both allowed: u keeps `margin` from 0 and 1. */
  | { readonly kind: "logit"; readonly low: number; readonly high: number; readonly margin: number }
  /** Sine and cosine of the phase 2 pi x / period: two numbers each. */
  | { readonly kind: "cyclic"; readonly period: number }
  /** Linear between knots that carry the sample's quantiles to those of the normal distribution, and beyond. */
  | { readonly kind: "quantile-normal"; readonly values: readonly number[]; readonly normals: readonly number[] };

/** A change of variable of one column. */
export interface Transform {
  /** Numbers out for each number in: 2 for "cyclic", else 1. */
  readonly width: number;
  /** Returns `width` numbers for each value. @throws DataError where a value has no image. */
  forward(values: ArrayLike<number>): Float64Array;
  /** Undoes `forward`; cyclic variables come back in (-period / 2, period / 2]. */
  inverse(images: ArrayLike<number>): Float64Array;
  toJSON(): TransformSpec;
}

/** Makes a transform of its description. @throws ConfigError where the numbers in it make no sense. */
export function makeTransform(spec: TransformSpec): Transform {
  switch (spec.kind) {
    case "standardise":
      return linear(spec, spec.mean, spec.deviation);
    case "range":
      return linear(spec, spec.low, spec.high - spec.low);
    case "log":
      return logarithmic(spec, spec.low);
    case "logit":
      return logit(spec, spec);
    case "cyclic":
      return cyclic(spec, spec.period);
    case "quantile-normal":
      return knotted(spec, spec.values, spec.normals);
  }
}

/**
 * Fits mean and (population) standard deviation; a constant column gets deviation 1.
 * @param weights One non-negative number a value (default all 1).
 * @throws DataError where the sample is empty or holds a number that is not finite.
 */
export function fitStandardise(sample: ArrayLike<number>, weights?: ArrayLike<number>): Transform {
  requireFinite(sample, "standardise");
  const weight = (i: number) => (weights === undefined ? 1 : weights[i]);
  let total = 0;
  let sum = 0;
  for (let i = 0; i < sample.length; i++) {
    total += weight(i);
    sum += weight(i) * (sample[i] - sample[0]);
  }
  const mean = sample[0] + sum / total;
  // The corrected two-pass algorithm (Chan, Golub, LeVeque 1983, The American Statistician 37) does not cancel far from zero.
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < sample.length; i++) {
    const d = sample[i] - mean;
    squares += weight(i) * d * d;
    rest += weight(i) * d;
  }
  const deviation = Math.sqrt(Math.max(0, squares - (rest * rest) / total) / total);
  return makeTransform({ kind: "standardise", mean, deviation: deviation > 0 ? deviation : 1 });
}

/** Fits the range of a sample to [0, 1]; a constant column gets a range of 1. @throws DataError as `fitStandardise`. */
export function fitRange(sample: ArrayLike<number>): Transform {
  requireFinite(sample, "range");
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] < low) low = sample[i];
    if (sample[i] > high) high = sample[i];
  }
  return makeTransform({ kind: "range", low, high: high > low ? high : low + 1 });
}

/**
 * Fits a monotonic map of the sample to the normal distribution of mean 0 and deviation 1. Equal values share the mean of
 * the normal quantiles that they span; beyond the outermost knots the map goes on with the slope of the outer 2 % of the sample,
 * so nothing is clipped and everything can be undone.
 * @param knots Largest number of knots (default 1000).
 * @throws DataError as `fitStandardise`.
 */
export function fitQuantileNormal(sample: ArrayLike<number>, knots = 1000): Transform {
  requireFinite(sample, "quantile-normal");
  if (!Number.isInteger(knots) || knots < 2)
    throw new ConfigError(`transform: knots; expected an integer >= 2, got ${knots}.`);
  const sorted = Float64Array.from(sample).sort();
  const count = Math.min(knots, sorted.length);
  const values: number[] = [];
  const normals: number[] = [];
  for (let k = 0; k < count; ) {
    const value = quantileOf(sorted, (k + 0.5) / count);
    let last = k + 1;
    while (last < count && quantileOf(sorted, (last + 0.5) / count) === value) last++;
    values.push(value);
    normals.push((normalQuantile((k + 0.5) / count) + normalQuantile((last - 0.5) / count)) / 2);
    k = last;
  }
  return makeTransform({ kind: "quantile-normal", values, normals });
}

/** Linear between order statistics, which stand at (i + 1/2) / n (Hazen's definition). */
function quantileOf(sorted: Float64Array, p: number): number {
  const place = Math.min(Math.max(p * sorted.length - 0.5, 0), sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

function requireFinite(sample: ArrayLike<number>, kind: string): void {
  if (sample.length === 0) throw new DataError(`transform: no values to fit "${kind}" to; expected at least one.`);
  for (let i = 0; i < sample.length; i++) {
    if (!Number.isFinite(sample[i])) {
      throw new DataError(
        `transform: value ${i} of the sample for "${kind}"; expected a finite number, got ${sample[i]}.`,
      );
    }
  }
}

function requireThat(holds: boolean, spec: TransformSpec, expected: string): void {
  if (!holds)
    throw new ConfigError(`transform: "${spec.kind}" out of range; expected ${expected}, got ${JSON.stringify(spec)}.`);
}

function map(values: ArrayLike<number>, f: (x: number) => number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = f(values[i]);
  return out;
}

function linear(spec: TransformSpec, origin: number, unit: number): Transform {
  requireThat(
    Number.isFinite(origin) && Number.isFinite(unit) && unit > 0,
    spec,
    "a finite origin and a positive scale",
  );
  return {
    width: 1,
    forward: (values) => map(values, (x) => (x - origin) / unit),
    inverse: (images) => map(images, (y) => y * unit + origin),
    toJSON: () => spec,
  };
}

function outside(value: number, expected: string): DataError {
  return new DataError(`transform: value out of range; expected a number ${expected}, got ${value}.`);
}

function logarithmic(spec: TransformSpec, low: number): Transform {
  requireThat(Number.isFinite(low), spec, "a finite low");
  return {
    width: 1,
    forward: (values) =>
      map(values, (x) => {
        if (!(x > low)) throw outside(x, `above ${low}`);
        return Math.log(x - low);
      }),
    inverse: (images) => map(images, (y) => Math.exp(y) + low),
    toJSON: () => spec,
  };
}

function logit(spec: TransformSpec, { low, high, margin }: { low: number; high: number; margin: number }): Transform {
  requireThat(high > low && margin > 0 && margin < 0.5, spec, "low < high and a margin between 0 and 1/2");
  const scale = (1 - 2 * margin) / (high - low);
  return {
    width: 1,
    forward: (values) =>
      map(values, (x) => {
        if (!(x >= low && x <= high)) throw outside(x, `in [${low}, ${high}]`);
        return Math.log((margin + (x - low) * scale) / (margin + (high - x) * scale));
      }),
    inverse: (images) =>
      map(images, (y) => Math.min(high, Math.max(low, low + (1 / (1 + Math.exp(-y)) - margin) / scale))),
    toJSON: () => spec,
  };
}

function cyclic(spec: TransformSpec, period: number): Transform {
  requireThat(period > 0 && Number.isFinite(period), spec, "a positive period");
  const toPhase = (2 * Math.PI) / period;
  return {
    width: 2,
    forward(values) {
      const out = new Float64Array(2 * values.length);
      for (let i = 0; i < values.length; i++) {
        out[2 * i] = Math.sin(values[i] * toPhase);
        out[2 * i + 1] = Math.cos(values[i] * toPhase);
      }
      return out;
    },
    inverse(images) {
      const out = new Float64Array(images.length / 2);
      for (let i = 0; i < out.length; i++) out[i] = Math.atan2(images[2 * i], images[2 * i + 1]) / toPhase;
      return out;
    },
    toJSON: () => spec,
  };
}

/** Interpolates linearly between knots; the outermost fiftieth of them sets the slope beyond. */
function interpolator(from: readonly number[], to: readonly number[]): (x: number) => number {
  const last = from.length - 1;
  if (last === 0) return (x) => x - from[0] + to[0];
  const reach = Math.max(1, Math.round(last / 50));
  const lowSlope = (to[reach] - to[0]) / (from[reach] - from[0]);
  const highSlope = (to[last] - to[last - reach]) / (from[last] - from[last - reach]);
  return (x) => {
    if (x <= from[0]) return to[0] + (x - from[0]) * lowSlope;
    if (x >= from[last]) return to[last] + (x - from[last]) * highSlope;
    let below = 0;
    let above = last;
    while (above - below > 1) {
      const middle = (below + above) >> 1;
      if (from[middle] <= x) below = middle;
      else above = middle;
    }
    return to[below] + ((x - from[below]) / (from[above] - from[below])) * (to[above] - to[below]);
  };
}

function knotted(spec: TransformSpec, values: readonly number[], normals: readonly number[]): Transform {
  const rising = (knots: readonly number[]) =>
    knots.every((k, i) => Number.isFinite(k) && (i === 0 || k > knots[i - 1]));
  requireThat(
    values.length > 0 && values.length === normals.length && rising(values) && rising(normals),
    spec,
    "as many rising values as rising normals",
  );
  const there = interpolator(values, normals);
  const back = interpolator(normals, values);
  return { width: 1, forward: (x) => map(x, there), inverse: (y) => map(y, back), toJSON: () => spec };
}
