import { sortWithWeights } from "../sort.js";

/** Events with the score that a classifier gives them. */
export interface Scored {
  /** Shape [n]; higher for the positive class. */
  readonly scores: Float32Array;
  /** 1 for the positive class, 0 for the negative. */
  readonly labels: Uint8Array;
  /** Shape [n], not negative. */
  readonly weights: Float64Array;
}

/** The area under a ROC curve, with what its error and the error of differences need. */
export interface Ranking {
  readonly auc: number;
  /** Standard error, from the spread of the placement values. */
  readonly error: number;
  /** Standard deviation of the AUC where scores say nothing; ties lessen it. */
  readonly nullDeviation: number;
  /** Of each positive event the share of negative weight below it, of each negative the share of positive weight above; ties half. */
  readonly placements: Float64Array;
}

/** The order of the scores, lowest first; equal scores keep theirs. */
export function orderOf(scores: Float32Array): Uint32Array {
  const index = new Float64Array(scores.length);
  for (let i = 0; i < index.length; i++) index[i] = i;
  return Uint32Array.from(sortWithWeights(Float64Array.from(scores), index).weights as Float64Array);
}

/**
 * The AUC: the weighted share of pairs in which the positive event has the higher score, ties counted half.
 * Error: DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837, with effective sizes where events are weighted.
 * Null: Mann, Whitney (1947), Ann. Math. Stat. 18, 50, with the correction for ties.
 */
export function rankingOf(scored: Scored, order = orderOf(scored.scores)): Ranking {
  const { scores, labels, weights } = scored;
  const n = order.length;
  const [positive, negative] = [sizeOf(scored, 1), sizeOf(scored, 0)];
  const placements = new Float64Array(n);
  let below = 0;
  let positiveBelow = 0;
  let sum = 0;
  let cubes = 0;
  for (let from = 0, to = 0; from < n; from = to) {
    let p = 0;
    let q = 0;
    for (to = from; to < n && scores[order[to]] === scores[order[from]]; to++) {
      if (labels[order[to]] === 1) p += weights[order[to]];
      else q += weights[order[to]];
    }
    for (let k = from; k < to; k++) {
      placements[order[k]] =
        labels[order[k]] === 1 ? (below + q / 2) / negative.sum : 1 - (positiveBelow + p / 2) / positive.sum;
    }
    sum += p * (below + q / 2);
    // A tie of few events is what a continuous score has, too.
    if (to - from > 1) cubes += ((p / positive.sum + q / negative.sum) / 2) ** 3;
    below += q;
    positiveBelow += p;
  }
  const auc = sum / (positive.sum * negative.sum);
  const { effective: a } = positive;
  const { effective: b } = negative;
  return {
    auc,
    error: Math.sqrt(varianceOfMeans(scored, placements, auc)),
    nullDeviation: Math.sqrt(((a + b + 1) / (12 * a * b)) * Math.max(0, 1 - cubes)),
    placements,
  };
}

/** Standard error of the difference of two AUCs of the same events. */
export function pairedError(scored: Omit<Scored, "scores">, a: Ranking, b: Ranking): number {
  const differences = a.placements.map((x, i) => x - b.placements[i]);
  return Math.sqrt(varianceOfMeans(scored, differences, a.auc - b.auc));
}

/** Sum of the variances of both classes' mean values, each value about the common mean. */
function varianceOfMeans({ labels, weights }: Omit<Scored, "scores">, values: Float64Array, mean: number): number {
  return [0, 1].reduce((total, label) => {
    let sum = 0;
    let squares = 0;
    let spread = 0;
    for (let i = 0; i < values.length; i++) {
      if (labels[i] !== label) continue;
      const w = weights[i];
      sum += w;
      squares += w * w;
      spread += (w * (values[i] - mean)) ** 2;
    }
    const effective = (sum * sum) / squares;
    return total + (spread / (sum * sum)) * (effective / Math.max(effective - 1, 0.5));
  }, 0);
}

/** Sum of a class's weights, and its effective number of events. */
export function sizeOf(
  { labels, weights }: Omit<Scored, "scores">,
  label: number,
): { readonly sum: number; readonly effective: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== label) continue;
    sum += weights[i];
    squares += weights[i] * weights[i];
  }
  return { sum, effective: (sum * sum) / squares };
}

/** False positive rates at which ROC curves are given. */
export const ROC_GRID: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 100);

/** True positive rates at ROC_GRID, straight between the corners of the curve. */
export function rocOf({ scores, labels, weights }: Scored, order = orderOf(scores)): number[] {
  const totals = [0, 0];
  for (let i = 0; i < labels.length; i++) totals[labels[i]] += weights[i];
  const out = new Array<number>(ROC_GRID.length).fill(1);
  let [x, y] = [0, 0];
  let next = 0;
  for (let from = order.length - 1, to = from; from >= 0; from = to) {
    const [lastX, lastY] = [x, y];
    for (to = from; to >= 0 && scores[order[to]] === scores[order[from]]; to--) {
      if (labels[order[to]] === 1) y += weights[order[to]] / totals[1];
      else x += weights[order[to]] / totals[0];
    }
    // The last grid point stays 1, whatever rounding leaves of the sums.
    for (; next < ROC_GRID.length - 1 && ROC_GRID[next] < x; next++) {
      out[next] = lastY + ((y - lastY) * (ROC_GRID[next] - lastX)) / (x - lastX);
    }
  }
  return out.map((rate) => Math.min(1, rate));
}
