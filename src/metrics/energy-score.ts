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

/**
 * A perfect candidate has E|Y - x| = E|Y - Y'|, event by event on average: the distance is the modulus of the difference
 * of the two, and its null is that of a normal deviate with the difference's own error.
 */
export function energyScore(
  reference: readonly Float64Array[],
  drawn: readonly Float64Array[],
  rows: Uint32Array,
  draws: number,
): MetricValue {
  const d = reference.length;
  const scale = reference.map((column) => 1 / deviationOf(column, rows));
  const n = rows.length;
  let score = 0;
  let scoreSquare = 0;
  let gap = 0;
  let gapSquare = 0;
  for (const row of rows) {
    let toReference = 0;
    let among = 0;
    for (let k = 0; k < draws; k++) {
      let square = 0;
      for (let c = 0; c < d; c++) square += ((drawn[c][row * draws + k] - reference[c][row]) * scale[c]) ** 2;
      toReference += Math.sqrt(square);
      for (let l = 0; l < k; l++) {
        let between = 0;
        for (let c = 0; c < d; c++)
          between += ((drawn[c][row * draws + k] - drawn[c][row * draws + l]) * scale[c]) ** 2;
        among += Math.sqrt(between);
      }
    }
    const a = toReference / draws;
    const b = among / ((draws * (draws - 1)) / 2);
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
