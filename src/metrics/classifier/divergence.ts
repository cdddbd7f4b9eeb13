import { defineTask, type Pool } from "../../util/pool.js";
import { Random } from "../../util/random.js";
import { calibratedShares } from "./isotonic.js";

/** How the scores of one classifier calibrate it, and which events they test. Plain data, for any thread. */
export interface Rotation {
  /** Events of the calibration part, in ascending order of score. */
  readonly calibrate: Uint32Array;
  /** Group of equal scores of each of `calibrate`: 0, 0, 1, ... */
  readonly groups: Uint32Array;
  readonly groupCount: number;
  /** Events of the test part. */
  readonly test: Uint32Array;
  /** Group of `calibrate` whose score is nearest, of each of `test`. */
  readonly nearest: Uint32Array;
}

/**
 * @param calibrate, test Events.
 * @param order Order of the scores of each part.
 */
export function rotationOf(
  calibrate: { readonly events: Uint32Array; readonly scores: Float32Array; readonly order: Uint32Array },
  test: { readonly events: Uint32Array; readonly scores: Float32Array; readonly order: Uint32Array },
): Rotation {
  const groups = new Uint32Array(calibrate.order.length);
  const values: number[] = [];
  for (const [k, i] of calibrate.order.entries()) {
    const score = calibrate.scores[i];
    if (k === 0 || score !== values[values.length - 1]) values.push(score);
    groups[k] = values.length - 1;
  }
  const nearest = new Uint32Array(test.order.length);
  let at = 0;
  for (const i of test.order) {
    const score = test.scores[i];
    while (at + 1 < values.length && Math.abs(values[at + 1] - score) <= Math.abs(values[at] - score)) at++;
    nearest[i] = at;
  }
  return {
    calibrate: calibrate.order.map((i) => calibrate.events[i]),
    groups,
    groupCount: values.length,
    test: test.events,
    nearest,
  };
}

/** Calibrated probability of the reference of each group. @param signed Weights, those of the candidate below 0. */
export function calibrate({ calibrate, groups, groupCount }: Rotation, signed: Float64Array): Float64Array {
  const positive = new Float64Array(groupCount);
  const negative = new Float64Array(groupCount);
  let a = 0;
  let b = 0;
  for (let k = 0; k < calibrate.length; k++) {
    const w = signed[calibrate[k]];
    if (w >= 0) {
      positive[groups[k]] += w;
      a += w;
    } else {
      negative[groups[k]] -= w;
      b -= w;
    }
  }
  const half = calibrate.length / 2;
  for (let g = 0; g < groupCount; g++) {
    positive[g] *= half / a;
    negative[g] *= half / b;
  }
  return calibratedShares(positive, negative);
}

/**
 * Mean cross-entropy of the calibrated classifiers on their test parts, both classes alike, and its standard error for
 * fixed classifiers.
 */
export function crossEntropy(
  rotations: readonly Rotation[],
  signed: Float64Array,
): { readonly value: number; readonly error: number } {
  let value = 0;
  let variance = 0;
  for (const rotation of rotations) {
    const shares = calibrate(rotation, signed);
    const log1 = shares.map((p) => -Math.log(p));
    const log0 = shares.map((p) => -Math.log1p(-p));
    const { test, nearest } = rotation;
    const sums = [0, 0];
    const first = [0, 0];
    const squares = [0, 0];
    const cross = [0, 0];
    const second = [0, 0];
    for (let k = 0; k < test.length; k++) {
      const s = signed[test[k]];
      const label = s >= 0 ? 1 : 0;
      const w = Math.abs(s);
      const loss = label === 1 ? log1[nearest[k]] : log0[nearest[k]];
      sums[label] += w;
      first[label] += w * loss;
      squares[label] += w * w;
      cross[label] += w * w * loss;
      second[label] += w * w * loss * loss;
    }
    for (const c of [0, 1]) {
      const mean = first[c] / sums[c];
      value += mean / 2;
      variance += (second[c] - 2 * mean * cross[c] + mean * mean * squares[c]) / (4 * sums[c] * sums[c]);
    }
  }
  const n = rotations.length;
  return { value: value / n, error: Math.sqrt(Math.max(0, variance)) / n };
}

/** (ln 2 - cross-entropy) / ln 2. */
export const divergenceOf = (entropy: number): number => 1 - entropy / Math.LN2;

interface NullJob {
  readonly rotations: readonly Rotation[];
  readonly signed: Float64Array;
  /** Events of each fold. */
  readonly folds: readonly Uint32Array[];
  readonly seed: number | bigint;
  readonly stream: number;
  readonly first: number;
  readonly count: number;
}

/** Divergences after the classes of the events of each fold were dealt out anew. */
export const shuffledDivergences = defineTask(
  import.meta.url,
  "shuffledDivergences",
  ({ rotations, signed, folds, seed, stream, first, count }: NullJob): number[] => {
    const random = new Random(seed, stream);
    const shuffled = signed.slice();
    return Array.from({ length: count }, (_, k) => {
      random.at(first + k);
      for (const events of folds) {
        for (let i = 0; i < events.length; i++) {
          const j = random.integer(i + 1);
          shuffled[events[i]] = shuffled[events[j]];
          shuffled[events[j]] = signed[events[i]];
        }
      }
      return divergenceOf(crossEntropy(rotations, shuffled).value);
    });
  },
);

/** Draws of the null: enough for its mean to 8 %. */
const DRAWS = 100;
const DRAWS_A_TASK = 10;

/** Divergences where scores say nothing about the class: what calibration makes of noise, and what the test part adds. */
export async function nullDivergences(
  rotations: readonly Rotation[],
  signed: Float64Array,
  folds: readonly Uint32Array[],
  { seed, stream, pool }: { readonly seed: number | bigint; readonly stream: number; readonly pool: Pool },
): Promise<number[]> {
  const tasks = Array.from({ length: DRAWS / DRAWS_A_TASK }, (_, k) =>
    pool.run(shuffledDivergences, {
      rotations,
      signed,
      folds,
      seed,
      stream,
      first: k * DRAWS_A_TASK,
      count: DRAWS_A_TASK,
    }),
  );
  return (await Promise.all(tasks)).flat();
}
