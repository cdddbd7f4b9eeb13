/** @file Many random numbers at once, one 32-bit word of Philox each. */
import { philox4x32 } from "./philox.js";
import { toSeed } from "./random.js";

const STEP = 2 ** -32;

function keyOf(seed: number | bigint): readonly [number, number] {
  const key = toSeed(seed);
  return [Number(key & 0xffffffffn) | 0, Number(key >> 32n) | 0];
}

/**
 * Fills with uniform numbers in (0, 1), a function of seed, stream, index and position alone.
 * @param index Which of 2^53 blocks of numbers under this seed and stream, such as the step of a training.
 */
export function fillUniform(into: Float32Array, seed: number | bigint, stream: number, index: number): void {
  const [key0, key1] = keyOf(seed);
  const low = index | 0;
  const high = Math.floor(index / 2 ** 32) | 0;
  const words = new Uint32Array(4);
  // The largest single-precision number below one: words near the top would round up to it.
  const top = 1 - 2 ** -24;
  for (let i = 0, block = 0; i < into.length; i += 4, block++) {
    philox4x32(block, stream, low, high, key0, key1, words, 0);
    const end = Math.min(4, into.length - i);
    for (let k = 0; k < end; k++) into[i + k] = Math.min(top, (words[k] + 0.5) * STEP);
  }
}

/**
 * Fills with normal numbers of mean 0 and deviation 1, a function of seed, stream, index and position alone. They are
 * quantiles of uniform numbers of 32 bits, so they reach 6.3 deviations.
 */
export function fillNormal(into: Float32Array, seed: number | bigint, stream: number, index: number): void {
  const [key0, key1] = keyOf(seed);
  const low = index | 0;
  const high = Math.floor(index / 2 ** 32) | 0;
  const words = new Uint32Array(4);
  for (let i = 0, block = 0; i < into.length; i += 4, block++) {
    philox4x32(block, stream, low, high, key0, key1, words, 0);
    const end = Math.min(4, into.length - i);
    for (let k = 0; k < end; k++) into[i + k] = normalQuantile((words[k] + 0.5) * STEP);
  }
}

/**
 * Quantile of the normal distribution, to 1 part in 10^7.
 * Source: Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution", routine PPND7.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  const tail = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  let size: number;
  if (tail <= 5) {
    const r = tail - 1.6;
    size =
      (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) /
      ((0.12021132975 * r + 0.7370016425) * r + 1);
  } else {
    const r = tail - 5;
    size =
      (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) /
      ((0.012258202635 * r + 0.24197894225) * r + 1);
  }
  return q < 0 ? -size : size;
}

/**
 * Fills a table with normal numbers, row i of which is a function of seed, stream and row number `first + i` alone: whoever
 * draws them, and however the rows are cut into parts.
 */
export function fillNormalRows(
  into: Float32Array,
  columns: number,
  seed: number | bigint,
  stream: number,
  first: number,
): void {
  const [key0, key1] = keyOf(seed);
  const words = new Uint32Array(4);
  const rows = into.length / columns;
  for (let i = 0, at = 0; i < rows; i++) {
    const row = first + i;
    const low = row | 0;
    const high = Math.floor(row / 2 ** 32) | 0;
    for (let k = 0; k < columns; k++) {
      if ((k & 3) === 0) philox4x32(k >> 2, stream, low, high, key0, key1, words, 0);
      into[at++] = normalQuantile((words[k & 3] + 0.5) * STEP);
    }
  }
}

/**
 * Fills a table with uniform numbers in (0, 1), one 32-bit word each; row i is a function of seed, stream and row number
 * `numberOf(i)` alone: whoever draws them, and however the rows are cut into parts.
 */
export function fillUniformRows(
  into: Float32Array,
  columns: number,
  seed: number | bigint,
  stream: number,
  numberOf: (row: number) => number,
): void {
  const [key0, key1] = keyOf(seed);
  const words = new Uint32Array(4);
  const top = 1 - 2 ** -24;
  for (let i = 0, at = 0; at < into.length; i++) {
    const row = numberOf(i);
    const low = row | 0;
    const high = Math.floor(row / 2 ** 32) | 0;
    for (let k = 0; k < columns; k++) {
      if ((k & 3) === 0) philox4x32(k >> 2, stream, low, high, key0, key1, words, 0);
      into[at++] = Math.min(top, (words[k & 3] + 0.5) * STEP);
    }
  }
}
