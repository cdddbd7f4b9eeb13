import { BLOCK_ROWS, type BoostingJob } from "./boosting-job.js";

const LIMIT = 40;
const STEPS = 64;
/** 1 / (1 + e^-x) at the multiples of 1 / STEPS from -LIMIT to LIMIT; by products, since Math.exp may differ by machine. */
const SIGMOID = new Float64Array(2 * LIMIT * STEPS + 1);
for (let j = 0, odds = 4.248354255291589e-18; j < SIGMOID.length; j++, odds *= 1.0157477085866857) {
  SIGMOID[j] = odds / (1 + odds);
}

/**
 * log(1 + e^x) at the same points: the integral of the above, by the trapezoidal rule with its end correction (Euler and
 * Maclaurin), whose error is below 1e-12.
 */
const SOFTPLUS = new Float64Array(SIGMOID.length);
for (let j = 1, h = 1 / STEPS; j < SOFTPLUS.length; j++) {
  const [p, q] = [SIGMOID[j - 1], SIGMOID[j]];
  SOFTPLUS[j] = SOFTPLUS[j - 1] + (h / 2) * (p + q) - ((h * h) / 12) * (q * (1 - q) - p * (1 - p));
}

/**
 * Returns 1 / (1 + e^-x) for |x| <= 40 (beyond that, of the nearer end), relative error below 1e-7: a Taylor series about
 * the nearest point of a table, whose derivatives follow from the value q itself: q (1 - q), q (1 - q) (1 - 2 q).
 */
export function sigmoid(x: number): number {
  let bounded = x;
  if (x > LIMIT) bounded = LIMIT;
  else if (x < -LIMIT) bounded = -LIMIT;
  const at = (bounded + LIMIT) * STEPS;
  const j = (at + 0.5) | 0;
  const q = SIGMOID[j];
  const d = (at - j) * (1 / STEPS);
  return q + d * q * (1 - q) * (1 + d * (0.5 - q));
}

/**
 * Writes the derivatives of the loss for one block of rows, rounded to the job's units; returns the loss of its
 * held-out rows, which have no derivatives.
 */
export function blockSlopes(job: BoostingJob, block: number, anyHeld: boolean): number {
  const from = block * BLOCK_ROWS;
  const to = Math.min(job.rows, from + BLOCK_ROWS);
  if (job.loss === "logistic") logisticSlopes(job, from, to);
  else squaredSlopes(job, from, to);
  let loss = 0;
  if (!anyHeld) return loss;
  const { held, slope } = job;
  for (let i = from; i < to; i++) {
    if (held[i] === 0) continue;
    loss += lossOf(job, i);
    slope[2 * i] = 0;
    slope[2 * i + 1] = 0;
  }
  return loss;
}

/** Adding and subtracting it leaves a multiple of the unit: a double has no room for smaller digits beside it. */
function magicOf(unit: number): number {
  return 1.5 * 2 ** 52 * unit;
}

function logisticSlopes(job: BoostingJob, from: number, to: number): void {
  const { first, second, margin, slope } = job;
  const magicG = magicOf(job.unitG);
  const magicH = magicOf(job.unitH);
  for (let i = from; i < to; i++) {
    const q = sigmoid(margin[i]);
    const positive = first[i];
    const total = positive + second[i];
    slope[2 * i] = Math.fround(total * q - positive) + magicG - magicG;
    slope[2 * i + 1] = Math.fround(total * q * (1 - q)) + magicH - magicH;
  }
}

function squaredSlopes(job: BoostingJob, from: number, to: number): void {
  const { first, second, margin, slope } = job;
  const magicG = magicOf(job.unitG);
  const magicH = magicOf(job.unitH);
  for (let i = from; i < to; i++) {
    slope[2 * i] = Math.fround(second[i] * (margin[i] - first[i])) + magicG - magicG;
    slope[2 * i + 1] = second[i] + magicH - magicH;
  }
}

function lossOf({ loss, first, second, margin }: BoostingJob, i: number): number {
  const m = margin[i];
  if (loss === "squared") return 0.5 * second[i] * (m - first[i]) ** 2;
  return (first[i] + second[i]) * softplus(m) - first[i] * m;
}

/** log(1 + e^x), absolute error below 1e-10: a Taylor series like that of `sigmoid`. */
export function softplus(x: number): number {
  if (x > LIMIT) return x;
  const bounded = x < -LIMIT ? -LIMIT : x;
  const at = (bounded + LIMIT) * STEPS;
  const j = (at + 0.5) | 0;
  const q = SIGMOID[j];
  const d = (at - j) * (1 / STEPS);
  const curvature = q * (1 - q);
  return SOFTPLUS[j] + d * (q + d * curvature * (0.5 + (d * (1 - 2 * q)) / 6));
}

/**
 * Returns the power of two to whose multiples slopes are rounded: with it every sum of them is exact in float64, so the
 * order of summation, and so the number of threads, cannot matter.
 * @param sum Bound on the sum of their absolute values.
 */
export function gridUnit(sum: number): number {
  return 2 ** (Math.ceil(Math.log2(Math.max(sum, 1e-250))) - 51);
}
