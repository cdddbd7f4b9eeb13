import type { Random } from "../util/random.js";
import { checkCount, checkedWeights, checkFinite, checkTotal } from "./sample-checks.js";

/** Events as points in the space of several variables. Immutable. */
export interface Points {
  /** What to call it in messages, such as "the reference". */
  readonly label: string;
  readonly names: readonly string[];
  /** One array a variable, each of shape [n], all finite. */
  readonly columns: readonly Float64Array[];
  /** Shape [n], a positive sum; undefined where every weight is 1. */
  readonly weights: Float64Array | undefined;
  readonly length: number;
  /** (sum w)^2 / sum w^2. */
  readonly effectiveSize: number;
}

/**
 * Makes points of columns.
 * @param columns One array a variable, of one length >= 2.
 * @param weights Shape [n] (default 1 each).
 * @throws DataError where there are fewer than two points, a value is not finite, or the weights sum to nothing positive.
 */
export function pointsOf(
  names: readonly string[],
  columns: readonly Float64Array[],
  weights?: Float64Array,
  label = "sample",
): Points {
  const length = columns[0]?.length ?? 0;
  checkCount(length, label);
  for (const [k, column] of columns.entries()) checkFinite(column, `"${names[k]}" of ${label}`, "value");
  const weighted = checkedWeights(weights, length, label);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const w = weighted === undefined ? 1 : weighted[i];
    sum += w;
    squares += w * w;
  }
  checkTotal(sum, label);
  return { label, names, columns, weights: weighted, length, effectiveSize: (sum * sum) / squares };
}

/** The points of some rows, in their order. */
export function takePoints(points: Points, rows: Uint32Array): Points {
  const take = (from: Float64Array) => {
    const out = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) out[i] = from[rows[i]];
    return out;
  };
  const weights = points.weights === undefined ? undefined : take(points.weights);
  return pointsOf(points.names, points.columns.map(take), weights, points.label);
}

/** At most `most` of the points, drawn without replacement; the points themselves where there are no more. */
export function subsample(points: Points, most: number, random: Random): Points {
  if (points.length <= most) return points;
  return takePoints(points, random.permutation(points.length).subarray(0, most).sort());
}

/** Mean and standard deviation of each variable, weighted; a variable without any spread counts as spread by 1. */
export function scaleOf({ columns, weights, length }: Points): { readonly mean: number; readonly deviation: number }[] {
  return columns.map((column) => {
    const pivot = column[0];
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let i = 0; i < length; i++) {
      const w = weights === undefined ? 1 : weights[i];
      const d = column[i] - pivot;
      sum += w;
      first += w * d;
      second += w * d * d;
    }
    const shift = first / sum;
    const variance = second / sum - shift * shift;
    // What rounding leaves of a constant is no spread.
    const isConstant = !(variance > 1e-24 * pivot * pivot);
    return { mean: pivot + shift, deviation: isConstant ? 1 : Math.sqrt(variance) };
  });
}

/** Both samples in units of the reference's standard deviations from its means: as every judgement of several variables needs. */
export function standardise(reference: Points, candidate: Points): [Points, Points] {
  const scale = scaleOf(reference);
  const apply = (points: Points): Points => ({
    ...points,
    columns: points.columns.map((column, k) => column.map((x) => (x - scale[k].mean) / scale[k].deviation)),
  });
  return [apply(reference), apply(candidate)];
}
