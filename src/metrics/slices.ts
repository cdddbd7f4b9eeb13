import type { Random } from "../util/random.js";
import { Comparison } from "./comparison.js";
import { binFinder } from "./map.js";
import { type Sample, sampleOf } from "./sample.js";

/** Values with the truth variable that they are binned in. */
export interface Binned {
  readonly values: Float64Array;
  readonly against: Float64Array;
  readonly weights: Float64Array | undefined;
}

/**
 * Cuts both samples into bins [edge, next edge) of another variable (the last holds its upper edge too); entries outside
 * are left out.
 * @returns One comparison a bin, undefined where either side holds fewer than two entries or no positive weight.
 */
export function sliceComparisons(
  reference: Binned,
  candidate: Binned,
  edges: readonly number[],
  random: Random,
): (Comparison | undefined)[] {
  const a = sliceSamples(reference, edges);
  const b = sliceSamples(candidate, edges);
  return a.map((sample, i) => {
    const other = b[i];
    return sample === undefined || other === undefined ? undefined : new Comparison(sample, other, { random });
  });
}

function sliceSamples({ values, against, weights }: Binned, edges: readonly number[]): (Sample | undefined)[] {
  const bins = edges.length - 1;
  const counts = new Uint32Array(bins);
  const binOf = new Int32Array(values.length);
  const find = binFinder(edges);
  for (let i = 0; i < values.length; i++) {
    binOf[i] = find(against[i]);
    if (binOf[i] >= 0) counts[binOf[i]]++;
  }
  const parts = Array.from(counts, (n) => new Float64Array(n));
  const partWeights = weights === undefined ? undefined : Array.from(counts, (n) => new Float64Array(n));
  counts.fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = binOf[i];
    if (bin < 0) continue;
    if (partWeights !== undefined) partWeights[bin][counts[bin]] = (weights as Float64Array)[i];
    parts[bin][counts[bin]++] = values[i];
  }
  return parts.map((part, bin) => {
    const w = partWeights?.[bin];
    const usable = part.length >= 2 && (w === undefined || w.reduce((sum, x) => sum + x, 0) > 0);
    return usable ? sampleOf(part, w, `bin ${bin}`) : undefined;
  });
}
