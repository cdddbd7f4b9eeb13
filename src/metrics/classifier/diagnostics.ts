import type { Estimate, FeatureImportance, WeightDiagnostics } from "../evaluation.js";

/** Events that were tested, with what the calibrated classifier says of them. */
export interface Judged {
  /** 1 for the reference, 0 for the candidate. */
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  /** Calibrated probability that the event is of the reference, strictly between 0 and 1. */
  readonly probabilities: Float64Array;
}

const BINS = 40;
const LIMIT = 2;

/**
 * What the likelihood ratio w = p / (1 - p) of reference to candidate looks like.
 * Source: Das, Favaro, Heimel, Krause, Plehn, Shih (2023), arXiv:2305.16774.
 * @param calibrated Events of each class that the calibration saw: its own noise is in the error of the mean.
 */
export function weightDiagnostics({ labels, weights, probabilities }: Judged, calibrated: number): WeightDiagnostics {
  const contents = [new Array<number>(BINS).fill(0), new Array<number>(BINS).fill(0)];
  const totals = [0, 0];
  let first = 0;
  let second = 0;
  let squares = 0;
  let below = 0;
  let above = 0;
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    const v = weights[i];
    const p = probabilities[i];
    const w = p / (1 - p);
    const bin = Math.floor(((Math.log10(w) + LIMIT) / (2 * LIMIT)) * BINS);
    contents[labels[i]][Math.max(0, Math.min(BINS - 1, bin))] += v;
    totals[labels[i]] += v;
    if (labels[i] === 1) continue;
    count++;
    squares += v * v;
    first += v * w;
    second += v * w * w;
    if (w <= 0.5) below += v;
    if (w >= 2) above += v;
  }
  const mean = first / totals[0];
  const variance = Math.max(0, second / totals[0] - mean * mean);
  const inverseSize = (squares / totals[0] ** 2) * (1 + count / calibrated);
  return {
    edges: Array.from({ length: BINS + 1 }, (_, k) => (2 * LIMIT * k) / BINS - LIMIT),
    reference: contents[1].map((sum) => sum / totals[1]),
    candidate: contents[0].map((sum) => sum / totals[0]),
    mean: { value: mean, error: Math.sqrt(variance * inverseSize) },
    effectiveShare: second > 0 ? (first * first) / (totals[0] * second) : 0,
    belowHalf: below / totals[0],
    aboveTwo: above / totals[0],
  };
}

/** Share of events on the right side of w = 1, both classes alike; events on the line count half. */
export function accuracyOf({ labels, weights, probabilities }: Judged): Estimate {
  const sums = [0, 0];
  const right = [0, 0];
  const squares = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const side = probabilities[i] === 0.5 ? 0.5 : probabilities[i] > 0.5 ? 1 : 0;
    sums[labels[i]] += weights[i];
    squares[labels[i]] += weights[i] * weights[i];
    right[labels[i]] += weights[i] * (labels[i] === 1 ? side : 1 - side);
  }
  const shares = right.map((r, c) => r / sums[c]);
  const variance = shares.map((s, c) => s * (1 - s) * (squares[c] / sums[c] ** 2));
  return { value: (shares[0] + shares[1]) / 2, error: Math.sqrt(variance[0] + variance[1]) / 2 };
}

/** Share of the candidate's events in each tail of the weights that is looked at, and how many they are at least. */
const TAIL_SHARE = 0.02;
const TAIL_EVENTS = 20;

/** Mean of each feature in both tails of the candidate's weights, in deviations from the candidate's mean. */
export function tailShifts(
  { labels, weights, probabilities }: Judged,
  scores: Float32Array,
  features: number,
  value: (feature: number, event: number) => number,
): Pick<FeatureImportance, "low" | "high">[] {
  const events = Array.from(labels.keys())
    .filter((i) => labels[i] === 0)
    .sort((i, j) => probabilities[i] - probabilities[j] || scores[i] - scores[j] || i - j);
  const count = Math.min(events.length, Math.max(TAIL_EVENTS, Math.round(TAIL_SHARE * events.length)));
  const mean = (list: readonly number[], of: (event: number) => number): number => {
    let sum = 0;
    let total = 0;
    for (const i of list) {
      sum += weights[i] * of(i);
      total += weights[i];
    }
    return total > 0 ? sum / total : 0;
  };
  const [low, high] = [events.slice(0, count), events.slice(-count)];
  return Array.from({ length: features }, (_, f) => {
    const centre = mean(events, (i) => value(f, i));
    const deviation = Math.sqrt(mean(events, (i) => (value(f, i) - centre) ** 2));
    const shift = (list: readonly number[]) =>
      deviation > 0 ? (mean(list, (i) => value(f, i)) - centre) / deviation : 0;
    return { low: shift(low), high: shift(high) };
  });
}
