import { BLOCK_ROWS, type BoostingJob } from "./boosting-job.js";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LIMIT = 80;
const POWERS = Float64Array.from({ length: 2 * 128 + 1 }, (_, i) => 2 ** (i - 128));

/**
 * Returns e^x for |x| <= 80 (beyond that, of the nearer end), relative error below 1e-8: a polynomial on
 * [-ln 2 / 2, ln 2 / 2], scaled by a power of two. Faster than Math.exp, and the same on every machine.
 */
export function fastExp(x: number): number {
  const bounded = Math.min(LIMIT, Math.max(-LIMIT, x));
  const k = Math.floor(bounded * Math.LOG2E + 0.5);
  const r = bounded - k * LN2_HIGH - k * LN2_LOW;
  // Estrin's scheme: shorter chains of dependent operations than Horner's.
  const r2 = r * r;
  const low = 1 + r + r2 * (1 / 2 + r * (1 / 6));
  const high = 1 / 24 + r * (1 / 120) + r2 * (1 / 720 + r * (1 / 5040));
  return (low + r2 * r2 * high) * POWERS[k + 128];
}

/** Writes the derivatives of the loss for one block of rows, and its sums, for the choice of the grid and for stopping. */
export function blockSlopes(job: BoostingJob, block: number): void {
  const from = block * BLOCK_ROWS;
  const to = Math.min(job.rows, from + BLOCK_ROWS);
  if (job.loss === "logistic") logisticSlopes(job, from, to);
  else squaredSlopes(job, from, to);
  const { held, slope, blockSums } = job;
  let sumG = 0;
  let sumH = 0;
  let loss = 0;
  for (let i = from; i < to; i++) {
    if (held[i] === 1) {
      loss += lossOf(job, i);
      slope[2 * i] = 0;
      slope[2 * i + 1] = 0;
    }
    sumG += Math.abs(slope[2 * i]);
    sumH += slope[2 * i + 1];
  }
  blockSums[3 * block] = sumG;
  blockSums[3 * block + 1] = sumH;
  blockSums[3 * block + 2] = loss;
}

function logisticSlopes(job: BoostingJob, from: number, to: number): void {
  const { first, second, margin, slope } = job;
  for (let i = from; i < to; i++) {
    const q = 1 / (1 + fastExp(-margin[i]));
    const total = first[i] + second[i];
    slope[2 * i] = total * q - first[i];
    slope[2 * i + 1] = total * q * (1 - q);
  }
}

function squaredSlopes(job: BoostingJob, from: number, to: number): void {
  const { first, second, margin, slope } = job;
  for (let i = from; i < to; i++) {
    slope[2 * i] = second[i] * (margin[i] - first[i]);
    slope[2 * i + 1] = second[i];
  }
}

function lossOf({ loss, first, second, margin }: BoostingJob, i: number): number {
  const m = margin[i];
  if (loss === "squared") return 0.5 * second[i] * (m - first[i]) ** 2;
  return first[i] * softplus(-m) + second[i] * softplus(m);
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * Returns the power of two to whose multiples slopes are rounded: with it every sum of them is exact in float64, so the
 * order of summation, and so the number of threads, cannot matter.
 * @param sum Sum of their absolute values.
 */
export function gridUnit(sum: number): number {
  return 2 ** (Math.ceil(Math.log2(Math.max(sum, 1e-250))) - 51);
}

/** Rounds the slopes of one block to multiples of the units. */
export function roundSlopes(job: BoostingJob, block: number, unitG: number, unitH: number): void {
  const { slope } = job;
  // Adding and subtracting 1.5 * 2^52 units leaves no room for smaller digits.
  const magicG = 1.5 * 2 ** 52 * unitG;
  const magicH = 1.5 * 2 ** 52 * unitH;
  const stop = Math.min(job.rows, (block + 1) * BLOCK_ROWS);
  for (let i = block * BLOCK_ROWS; i < stop; i++) {
    slope[2 * i] = slope[2 * i] + magicG - magicG;
    slope[2 * i + 1] = slope[2 * i + 1] + magicH - magicH;
  }
}
