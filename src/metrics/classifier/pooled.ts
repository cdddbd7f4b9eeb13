import { defineTask, type Pool, sharedArray } from "../../util/pool.js";
import type { Random } from "../../util/random.js";
import { normalQuantile } from "../../util/special.js";
import type { Points } from "../points.js";
import { sortWithWeights } from "../sort.js";
import { dealFolds } from "./folds.js";

/** The events of both samples that a classifier sees, reference first. All arrays have one entry an event. */
export interface Pooled {
  readonly names: readonly string[];
  /** Features as classifiers see them: normal scores of the pooled ranks, on shared memory. */
  readonly columns: readonly Float32Array[];
  /** 1 for the reference, 0 for the candidate. */
  readonly labels: Uint8Array;
  /** Each class sums to half the number of all events. */
  readonly weights: Float64Array;
  readonly folds: Uint8Array;
  /** Number of the event in its table: rows of one event belong together. */
  readonly groups: Uint32Array;
  /** A feature's own value in an event. */
  value(feature: number, event: number): number;
}

/** Pools both samples, at most `most` events of each. */
export async function poolSamples(
  reference: Points,
  candidate: Points,
  groups: readonly [Uint32Array, Uint32Array],
  most: number,
  random: Random,
  pool: Pool,
): Promise<Pooled> {
  const [a, b] = dealFolds(groups, most, random);
  const total = a.rows.length + b.rows.length;
  const labels = new Uint8Array(total).fill(1, 0, a.rows.length);
  const join = (first: Float64Array, second: Float64Array): Float64Array => {
    const out = new Float64Array(total);
    for (let i = 0; i < a.rows.length; i++) out[i] = first[a.rows[i]];
    for (let i = 0; i < b.rows.length; i++) out[a.rows.length + i] = second[b.rows[i]];
    return out;
  };
  const raw = reference.columns.map((column, k) => join(column, candidate.columns[k]));
  const ones = (points: Points) => points.weights ?? new Float64Array(points.length).fill(1);
  const folds = new Uint8Array(total);
  folds.set(a.folds);
  folds.set(b.folds, a.rows.length);
  const groupOf = new Uint32Array(total);
  groupOf.set(a.rows.map((row) => groups[0][row]));
  groupOf.set(
    b.rows.map((row) => groups[1][row]),
    a.rows.length,
  );
  return {
    names: reference.names,
    columns: await Promise.all(raw.map((values) => pool.run(normalScoresTask, values))),
    labels,
    weights: balanced(join(ones(reference), ones(candidate)), labels),
    folds,
    groups: groupOf,
    value: (feature, event) => raw[feature][event],
  };
}

/** Scales weights so that each class sums to half the number of events. */
export function balanced(weights: Float64Array, labels: Uint8Array): Float64Array {
  const sums = [0, 0];
  for (let i = 0; i < weights.length; i++) sums[labels[i]] += weights[i];
  return weights.map((w, i) => (w * weights.length) / 2 / sums[labels[i]]);
}

/** Features of some events, on shared memory. */
export function takeColumns(columns: readonly Float32Array[], events: Uint32Array): Float32Array[] {
  return columns.map((column) => {
    const out = sharedArray(Float32Array, events.length);
    for (let i = 0; i < events.length; i++) out[i] = column[events[i]];
    return out;
  });
}

export const normalScoresTask = defineTask(import.meta.url, "normalScoresTask", normalScores);

/** Stretches of equal probability between two knots of the map to normal scores. */
const STRETCHES = 2000;

/**
 * Maps values to what a normal distribution has at their rank: heavy tails come near, a spike stands apart from what
 * surrounds it, and the order of values stays. Straight between knots, which lie denser in the tails.
 */
export function normalScores(values: Float64Array): Float32Array {
  const n = values.length;
  const { values: sorted } = sortWithWeights(values);
  const at: number[] = [];
  const score: number[] = [];
  let last = 0;
  let isSpike = false;
  for (let from = 0, to = 0; from < n; from = to) {
    const value = sorted[from];
    for (to = from + 1; to < n && sorted[to] === value; ) to++;
    const wasSpike = isSpike;
    isSpike = to - from > n / STRETCHES && to - from > 1;
    const edge = Math.min(from, n - to);
    // A knot at the end of every stretch; in the tails whenever the rank has grown by a quarter; beside spikes.
    const due = to - last >= Math.min(n / STRETCHES, edge / 4) || wasSpike || to === n;
    if (isSpike && !due && from > 0) {
      at.push(sorted[from - 1]);
      score.push(normalQuantile((from - 0.5) / n));
    }
    if (!due && !isSpike) continue;
    at.push(value);
    score.push(normalQuantile((from + to) / 2 / n));
    last = to;
  }
  const out = sharedArray(Float32Array, n);
  for (let i = 0; i < n; i++) {
    let low = 0;
    let high = at.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (at[middle] <= values[i]) low = middle;
      else high = middle;
    }
    out[i] =
      high === low || values[i] <= at[low]
        ? score[low]
        : score[low] + ((score[high] - score[low]) * (values[i] - at[low])) / (at[high] - at[low]);
  }
  return out;
}
