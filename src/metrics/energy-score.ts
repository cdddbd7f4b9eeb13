import { erfc } from "../util/special.js";
import { type MetricInfo, type MetricValue, metricValue } from "./metric.js";

/** Energy score of several draws for one truth event, in all columns together. */
export const energyInfo: MetricInfo = {
  name: "energy-score",
  title: "Energy score",
  description:
    "Mean of E|Y - x| - E|Y - Y'| / 2 over events, x the reference, Y the draws, in reference deviations; lower is better.",
  reference: "Gneiting, Raftery (2007), J. Am. Stat. Assoc. 102, 359, equation 22",
  scope: "draws",
  symmetric: false,
};

/** Events of the reference, and which rows of the candidate are draws for each. */
export interface DrawnEvents {
  /** Rows of the reference, shape [n]. */
  readonly rows: Uint32Array;
  /** Draws of event i are chosen[starts[i] .. starts[i + 1]), at least two; shape [n + 1]. */
  readonly starts: Uint32Array;
  readonly chosen: Uint32Array;
}

/**
 * A perfect candidate has E|Y - x| = E|Y - Y'|, event by event on average: the distance is the modulus of the difference
 * of the two, and its null is that of a normal deviate with the difference's own error.
 */
export function energyScore(
  reference: readonly Float64Array[],
  drawn: readonly Float64Array[],
  { rows, starts, chosen }: DrawnEvents,
): MetricValue {
  const scale = reference.map((column) => 1 / deviationOf(column, rows));
  const length = (difference: (c: number) => number) => {
    let square = 0;
    for (let c = 0; c < scale.length; c++) square += (difference(c) * scale[c]) ** 2;
    return Math.sqrt(square);
  };
  const n = rows.length;
  let score = 0;
  let scoreSquare = 0;
  let gap = 0;
  let gapSquare = 0;
  for (const [event, row] of rows.entries()) {
    const mine = chosen.subarray(starts[event], starts[event + 1]);
    let toReference = 0;
    let among = 0;
    for (const [k, y] of mine.entries()) {
      toReference += length((c) => drawn[c][y] - reference[c][row]);
      for (let l = 0; l < k; l++) among += length((c) => drawn[c][y] - drawn[c][mine[l]]);
    }
    const a = toReference / mine.length;
    const b = among / ((mine.length * (mine.length - 1)) / 2);
    score += a - b / 2;
    scoreSquare += (a - b / 2) ** 2;
    gap += a - b;
    gapSquare += (a - b) ** 2;
  }
  const error = (sum: number, squares: number) => Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2) / n);
  const sigma = error(gap, gapSquare);
  return metricValue({
    metric: "energy-score",
    value: score / n,
    error: error(score, scoreSquare),
    distance: Math.abs(gap / n),
    null: Math.sqrt(2 / Math.PI) * sigma,
    nullSpread: Math.sqrt(1 - 2 / Math.PI) * sigma,
    pValue: sigma > 0 ? erfc(Math.abs(gap / n) / sigma / Math.SQRT2) : undefined,
  });
}

function deviationOf(column: Float64Array, rows: Uint32Array): number {
  let sum = 0;
  let squares = 0;
  const pivot = column[rows[0]];
  for (const row of rows) {
    sum += column[row] - pivot;
    squares += (column[row] - pivot) ** 2;
  }
  const variance = squares / rows.length - (sum / rows.length) ** 2;
  return variance > 0 ? Math.sqrt(variance) : 1;
}
