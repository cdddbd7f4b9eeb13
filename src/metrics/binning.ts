import { quantile } from "./quantile.js";
import type { Sample } from "./sample.js";

/** Bins of a variable for plots and chi-square where the spec names none. */
export const DEFAULT_BINS = 100;

/** How many times farther the upper 49 % must reach than the lower for a distribution to count as steep. */
const STEEP = 4;

/**
 * Chooses bin edges from the reference alone, so that every candidate is measured alike.
 * Few distinct integers get a bin each, centred on them. Anything else gets equal bins over the 0.1 to 99.9 % quantiles
 * widened by 5 %, but hardly beyond the smallest and largest value; at least about 25 effective entries a bin on average,
 * 10 to 100 bins. Widths are 1, 2, 2.5 or 5 times a power of ten, unless the distribution ends sharply on both sides.
 * @param bins Number of bins (default as above).
 * @param range Lower and upper edge (default as above).
 */
export function defaultEdges(reference: Sample, bins?: number, range?: readonly [number, number]): number[] {
  if (range === undefined && bins === undefined) {
    const unit = unitBins(reference);
    if (unit !== undefined) return unit;
  }
  const count = bins ?? Math.max(10, Math.min(DEFAULT_BINS, Math.floor(reference.effectiveSize / 25)));
  if (range !== undefined) return equalEdges(range[0], range[1], count);
  return roundEdges(reference, count, bins !== undefined);
}

/**
 * Chooses the bins of a profile: about 400 effective entries a bin on average, 4 to 25 bins. They are equally wide over
 * the robust range (few integers: one each), unless the distribution falls steeply to one side, as momenta do: then
 * they hold equal numbers of entries, with edges rounded to two digits.
 */
export function profileEdges(against: Sample): number[] {
  const unit = unitBins(against);
  if (unit !== undefined && unit.length <= 41) return unit;
  const count = Math.max(4, Math.min(25, Math.floor(against.effectiveSize / 400)));
  return isSteep(against) ? frequencyEdges(against, count) : roundEdges(against, count, false);
}

/** Chooses bins for one axis of a map: equally wide, or equally filled where the distribution falls steeply. */
export function mapEdges(sample: Sample, bins: number): number[] {
  const unit = unitBins(sample);
  if (unit !== undefined && unit.length <= 2 * bins) return unit;
  return isSteep(sample) ? frequencyEdges(sample, bins) : roundEdges(sample, bins, true);
}

/** Whether the upper half of a sample spreads over far more than the lower. */
function isSteep(sample: Sample): boolean {
  const middle = quantile(sample, 0.5);
  return quantile(sample, 0.99) - middle > STEEP * (middle - quantile(sample, 0.01));
}

function frequencyEdges(sample: Sample, count: number): number[] {
  const { values } = sample;
  const [first, last] = [values[0], values[values.length - 1]];
  const inner = Array.from({ length: count - 1 }, (_, k) => Number(quantile(sample, (k + 1) / count).toPrecision(2)));
  // The highest entries of a falling distribution lie far out: the last bin ends where all but a thousandth do.
  const end = Math.min(last, quantile(sample, 0.999) * 1.05);
  return [...new Set([first, ...inner.filter((edge) => edge > first && edge < end), end])];
}

function unitBins({ values }: Sample): number[] | undefined {
  const low = values[0];
  const high = values[values.length - 1];
  if (high - low + 1 > DEFAULT_BINS || !values.every(Number.isInteger)) return undefined;
  return Array.from({ length: high - low + 2 }, (_, i) => low - 0.5 + i);
}

function equalEdges(low: number, high: number, count: number): number[] {
  const width = (high - low) / count;
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + i * width));
}

/** Edges over nearly all of a sample, at most `count` bins of a round width, or exactly `count` where asked for. */
function roundEdges(sample: Sample, count: number, exact: boolean): number[] {
  const { values } = sample;
  const first = values[0];
  const last = values[values.length - 1];
  // Nothing but rounding apart counts as one value.
  if (last - first <= 1e-9 * Math.max(Math.abs(first), Math.abs(last))) {
    const half = Math.max(Math.abs(first) * 0.5, 0.5);
    return equalEdges(first - half, first + half, count);
  }
  const low = quantile(sample, 0.001);
  const high = quantile(sample, 0.999);
  // Where nearly all entries are equal, the few others set the range.
  const margin = high > low ? 0.05 * (high - low) : Number.POSITIVE_INFINITY;
  const start = Math.max(first, low - margin);
  const stop = Math.min(last, high + margin);
  const raw = (stop - start) / count;
  const isSharpLow = start === first && isSharp(values, start, start + raw, count);
  const isSharpHigh = stop === last && isSharp(values, stop - raw, stop, count);
  const hair = 10 ** (Math.floor(Math.log10(stop - start)) - 3);
  if (exact || (isSharpLow && isSharpHigh)) return equalEdges(roundTo(start, hair, -1), roundTo(stop, hair, 1), count);
  const width = roundWidth(raw);
  if (isSharpLow) return steps(roundTo(start, hair, -1), width, Math.ceil((stop - roundTo(start, hair, -1)) / width));
  if (isSharpHigh) {
    const end = roundTo(stop, hair, 1);
    const bins = Math.ceil((end - start) / width);
    return steps(end - bins * width, width, bins);
  }
  const from = Math.floor(start / width);
  return steps(from * width, width, Math.ceil(stop / width) - from);
}

/** Whether the outermost bin holds at least half of an average bin's entries. */
function isSharp(values: Float64Array, from: number, to: number, count: number): boolean {
  let inside = 0;
  for (let i = 0; i < values.length && values[i] <= to; i++) if (values[i] >= from) inside++;
  return inside * count >= values.length / 2;
}

/** The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is not below `width`. */
function roundWidth(width: number): number {
  const decade = 10 ** Math.floor(Math.log10(width));
  const factor = [1, 2, 2.5, 5].find((f) => width <= f * decade * 1.0001) ?? 10;
  return factor * decade;
}

/** Rounds down (direction -1) or up (1) to a multiple of `unit`, free of binary dust. */
function roundTo(x: number, unit: number, direction: 1 | -1): number {
  return tidy((direction < 0 ? Math.floor(x / unit + 1e-9) : Math.ceil(x / unit - 1e-9)) * unit);
}

function steps(start: number, width: number, bins: number): number[] {
  return Array.from({ length: Math.max(1, bins) + 1 }, (_, i) => tidy(start + i * width));
}

function tidy(x: number): number {
  return Number(x.toPrecision(12));
}
