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
    for (const label of [0, 1]) {
      const { mean, square } = meanLoss(rotation, signed, shares, label === 1);
      value += mean / 2;
      variance += square / 4;
    }
  }
  const n = rotations.length;
  return { value: value / n, error: Math.sqrt(variance) / n };
}

/** Mean loss of one class's test events, and the square of its standard error. */
function meanLoss({ test, nearest }: Rotation, signed: Float64Array, shares: Float64Array, isReference: boolean) {
  const losses = lossesOf(shares, isReference);
  let sum = 0;
  let squares = 0;
  let first = 0;
  let cross = 0;
  let second = 0;
  for (let k = 0; k < test.length; k++) {
    const s = signed[test[k]];
    if (s >= 0 !== isReference) continue;
    const w = Math.abs(s);
    const loss = w * losses[nearest[k]];
    sum += w;
    squares += w * w;
    first += loss;
    cross += w * loss;
    second += loss * loss;
  }
  const mean = first / sum;
  return { mean, square: Math.max(0, second - 2 * mean * cross + mean * mean * squares) / (sum * sum) };
}

/** Loss of each group; shares come in long runs of equal ones. */
function lossesOf(shares: Float64Array, isReference: boolean): Float64Array {
  const out = new Float64Array(shares.length);
  let last = Number.NaN;
  let loss = 0;
  for (let g = 0; g < shares.length; g++) {
    if (shares[g] !== last) {
      last = shares[g];
      loss = isReference ? -Math.log(last) : -Math.log1p(-last);
    }
    out[g] = loss;
  }
  return out;
}

/** (ln 2 - cross-entropy) / ln 2. */
export const divergenceOf = (entropy: number): number => 1 - entropy / Math.LN2;

interface NullJob {
  readonly rotations: readonly Rotation[];
  readonly signed: Float64Array;
  /** Events of each fold that plays a part. */
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
          // 32 bits of randomness are enough here, and half the work.
          const j = Math.floor((random.uint32() / 0x100000000) * (i + 1));
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
