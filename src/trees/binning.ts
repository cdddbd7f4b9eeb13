import { defineTask, sharedArray } from "../util/pool.js";

/** More rows than this are thinned out to place the cuts; the error of a quantile is then about 0.1 %. */
const SAMPLE = 262_144;

/** Returns a float32 number m with a <= m < b, halfway where there is one. */
export function midpoint(a: number, b: number): number {
  const middle = Math.fround(a + (b - a) / 2);
  return middle < b && middle >= a ? middle : a;
}

/**
 * Chooses at most `maxBins - 1` ascending cuts of a feature; bin b holds the x with `cuts[b - 1] < x <= cuts[b]`.
 * With few distinct values, one cut lies between each pair of neighbours; else half of the cuts are at equal frequency
 * and half at equal width, since a sharp edge of the detector may lie where events are rare.
 */
export function chooseCuts(column: Float32Array, maxBins: number): Float32Array {
  const sorted = sampleOf(column).sort();
  const distinct = distinctOf(sorted);
  if (distinct.length <= maxBins) return distinct.subarray(1).map((x, i) => midpoint(distinct[i], x));
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < column.length; i++) {
    if (column[i] < low) low = column[i];
    if (column[i] > high) high = column[i];
  }
  const cuts = new Float32Array(maxBins - 1);
  const byFrequency = maxBins >> 1;
  const byWidth = cuts.length - byFrequency;
  for (let k = 0; k < byFrequency; k++) {
    const x = sorted[Math.floor(((k + 1) * sorted.length) / (byFrequency + 1))];
    const next = countBelow(distinct, x) + 1;
    cuts[k] = next < distinct.length ? midpoint(x, distinct[next]) : x;
  }
  for (let k = 0; k < byWidth; k++) cuts[byFrequency + k] = low + ((high - low) * (k + 1)) / (byWidth + 1);
  // A cut at or above the highest value would leave a bin empty for ever.
  return distinctOf(cuts.sort()).filter((cut) => cut < high);
}

/** Writes the bin of each value: the number of cuts below it. */
export function binColumn(column: Float32Array, cuts: Float32Array, out: Uint16Array): void {
  const slots = 4 * cuts.length + 1;
  const low = cuts.length > 0 ? cuts[0] : 0;
  const scale = cuts.length > 1 ? (slots - 1) / (cuts[cuts.length - 1] - low) : 0;
  const slotOf = (x: number): number => Math.min(slots - 1, Math.max(0, Math.floor((x - low) * scale)));
  // The number of cuts in lower slots: there the search begins. slotOf is monotonic, so no cut of a higher slot counts.
  const first = new Uint32Array(slots + 1);
  for (const cut of cuts) first[slotOf(cut) + 1]++;
  for (let s = 0; s < slots; s++) first[s + 1] += first[s];
  for (let i = 0; i < column.length; i++) {
    const x = column[i];
    const slot = slotOf(x);
    let from = first[slot];
    let to = first[slot + 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (cuts[middle] < x) from = middle + 1;
      else to = middle;
    }
    out[i] = from;
  }
}

/** The cuts of a feature, and the bin of each of its values. */
export interface Binned {
  readonly cuts: Float32Array;
  readonly bins: Uint16Array;
}

/** Bins one feature, on any thread. */
export const binFeature = defineTask(
  import.meta.url,
  "binFeature",
  ({ column, maxBins }: { readonly column: Float32Array; readonly maxBins: number }): Binned => {
    const cuts = chooseCuts(column, maxBins);
    const bins = sharedArray(Uint16Array, column.length);
    binColumn(column, cuts, bins);
    return { cuts, bins };
  },
);

function countBelow(sorted: Float32Array, x: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < x) from = middle + 1;
    else to = middle;
  }
  return from;
}

function sampleOf(column: Float32Array): Float32Array {
  if (column.length <= SAMPLE) return column.slice();
  const step = column.length / SAMPLE;
  const sample = new Float32Array(SAMPLE);
  for (let i = 0; i < SAMPLE; i++) sample[i] = column[Math.floor((i + 0.5) * step)];
  return sample;
}

function distinctOf(sorted: Float32Array): Float32Array {
  const distinct = sorted.slice();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct[count++] = sorted[i];
  return distinct.subarray(0, count);
}
