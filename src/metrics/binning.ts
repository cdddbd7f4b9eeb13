import { quantile } from "./quantile.js";
import type { Sample } from "./sample.js";

/** Bins of a variable for plots and chi-square where the spec names none. */
export const DEFAULT_BINS = 100;

/**
 * Chooses bin edges from the reference alone, so that every candidate is measured alike.
 * Few distinct integers get a bin each, centred on them. Anything else gets equal bins over the 0.1 to 99.9 % quantiles
 * widened by 5 %, but never beyond the smallest and largest value by more than a hair; at least about 25 effective
 * entries a bin on average, 10 to 100 bins.
 * @param bins Number of bins (default as above).
 * @param range Lower and upper edge (default as above).
 */
export function defaultEdges(reference: Sample, bins?: number, range?: readonly [number, number]): number[] {
  if (range === undefined && bins === undefined) {
    const unit = unitBins(reference);
    if (unit !== undefined) return unit;
  }
  const count = bins ?? Math.max(10, Math.min(DEFAULT_BINS, Math.floor(reference.effectiveSize / 25)));
  const [low, high] = range ?? robustRange(reference);
  const width = (high - low) / count;
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + i * width));
}

/**
 * Chooses the bins of a profile: equal bins over the robust range (few integers: one each), about 400 effective
 * entries a bin on average, 4 to 25 bins.
 */
export function profileEdges(against: Sample): number[] {
  const unit = unitBins(against);
  if (unit !== undefined && unit.length <= 41) return unit;
  const count = Math.max(4, Math.min(25, Math.floor(against.effectiveSize / 400)));
  return defaultEdges(against, count);
}

function unitBins({ values }: Sample): number[] | undefined {
  const low = values[0];
  const high = values[values.length - 1];
  if (high - low + 1 > DEFAULT_BINS || !values.every(Number.isInteger)) return undefined;
  return Array.from({ length: high - low + 2 }, (_, i) => low - 0.5 + i);
}

function robustRange(sample: Sample): [number, number] {
  const { values } = sample;
  const first = values[0];
  const last = values[values.length - 1];
  if (first === last) {
    const half = Math.max(Math.abs(first) * 0.5, 0.5);
    return [first - half, first + half];
  }
  const low = quantile(sample, 0.001);
  const high = quantile(sample, 0.999);
  const margin = 0.05 * (high - low);
  return roundOut(Math.max(first, low - margin), Math.min(last, high + margin));
}

/** Rounds a range outwards to a tenth of the decade of its length, so that axes and bin widths read well. */
function roundOut(low: number, high: number): [number, number] {
  const unit = 10 ** Math.floor(Math.log10(high - low) - 1);
  const places = Math.max(0, Math.min(100, -Math.floor(Math.log10(high - low) - 1)));
  return [
    Number((Math.floor(low / unit) * unit).toFixed(places)),
    Number((Math.ceil(high / unit) * unit).toFixed(places)),
  ];
}
