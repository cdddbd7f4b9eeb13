/** @file Sorting one slice: single-precision numbers, tens of thousands of them, thousands of times a second. */
import { RadixSorter } from "./radix-sorter.js";

/**
 * Numbers are first sorted by twenty bits, ten at a time: so few counts stay in the fastest cache, and what twenty bits
 * do not tell apart is so little that a pass of insertions sets it right.
 */
const DIGIT = 10;
const DIGITS = 2 ** DIGIT;
/** Largest key. */
export const TOP_KEY = DIGITS * DIGITS - 1;
/** A position and a digit share a word. */
const POSITION_BITS = 32 - DIGIT;
const POSITION = 2 ** POSITION_BITS - 1;
/** Numbers looked at to lay out the bits. */
const SAMPLE = 256;
/** Half of what the bits span in mean absolute deviations; what lies beyond is set right by insertions. */
const REACH = 5;
/** Insertions a number, on average, from which on another way is faster: where outliers squeeze the rest together. */
const PATIENCE = 4;

/** Largest number of rows that can be sorted. */
export const LARGEST_SLICE = POSITION + 1;

/**
 * Sorts slices of up to `size` numbers, using the same memory again. Equal numbers keep their order, so that the result
 * does not depend on which way it was found. Numbers must be finite.
 */
export class SliceSorter {
  /** The numbers in ascending order. */
  readonly values: Float32Array;
  /** Where each came from. */
  readonly order: Int32Array;
  readonly #keys: Int32Array;
  readonly #words: Int32Array;
  readonly #low = new Int32Array(DIGITS);
  readonly #high = new Int32Array(DIGITS);
  #radix: RadixSorter | undefined;

  constructor(size: number) {
    this.values = new Float32Array(size);
    this.order = new Int32Array(size);
    this.#keys = new Int32Array(size);
    this.#words = new Int32Array(size);
  }

  /** Sorts `numbers[start .. start + n - 1]` into `values` and `order`; positions count from 0. */
  sort(numbers: Float32Array, start: number, n: number): void {
    let mean = 0;
    let seen = 0;
    const stride = Math.max(1, Math.floor(n / SAMPLE));
    for (let i = 0; i < n; i += stride, seen++) mean += numbers[start + i];
    mean /= seen;
    let deviation = 0;
    for (let i = 0; i < n; i += stride) deviation += Math.abs(numbers[start + i] - mean);
    const scale = TOP_KEY / ((2 * REACH * deviation) / seen);
    const keys = this.#keys;
    if (Number.isFinite(scale)) lay(numbers, start, n, scale, TOP_KEY / 2 - mean * scale, keys);
    else keys.fill(0, 0, n);
    this.sortByKeys(numbers, start, n, keys, 0);
  }

  /**
   * The same, from keys that someone else laid: integers from 0 to `TOP_KEY` that rise with the numbers, the more evenly
   * the better.
   */
  sortByKeys(numbers: Float32Array, start: number, n: number, keys: Int32Array, keyStart: number): void {
    this.#count(keys, keyStart, n);
    this.#deal(keys, keyStart, n);
    if (this.#collect(numbers, start, n)) return;
    this.#radix ??= new RadixSorter(this.values.length);
    this.#radix.sort(numbers, start, n, this.values, this.order);
  }

  /** Counts both digits of the keys, and turns counts into places. */
  #count(keys: Int32Array, start: number, n: number): void {
    const low = this.#low.fill(0);
    const high = this.#high.fill(0);
    for (let i = 0; i < n; i++) {
      const key = keys[start + i];
      low[key & (DIGITS - 1)]++;
      high[key >>> DIGIT]++;
    }
    let below = 0;
    let above = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const a = low[digit];
      const b = high[digit];
      low[digit] = below;
      high[digit] = above;
      below += a;
      above += b;
    }
  }

  /** Orders the positions by the low digit, then by the high one. */
  #deal(keys: Int32Array, start: number, n: number): void {
    const words = this.#words;
    const order = this.order;
    const low = this.#low;
    const high = this.#high;
    for (let i = 0; i < n; i++) {
      const key = keys[start + i];
      const digit = key & (DIGITS - 1);
      const at = low[digit];
      low[digit] = at + 1;
      words[at] = ((key >>> DIGIT) << POSITION_BITS) | i;
    }
    for (let i = 0; i < n; i++) {
      const word = words[i];
      const digit = word >>> POSITION_BITS;
      const at = high[digit];
      high[digit] = at + 1;
      order[at] = word & POSITION;
    }
  }

  /** Puts the numbers in order, and sets right what the bits did not tell apart; false where that is too much. */
  #collect(numbers: Float32Array, start: number, n: number): boolean {
    const { values, order } = this;
    let patience = PATIENCE * n;
    let last = Number.NEGATIVE_INFINITY;
    for (let r = 0; r < n; r++) {
      const from = order[r];
      const v = numbers[start + from];
      if (v >= last) {
        values[r] = v;
        last = v;
        continue;
      }
      let j = r - 1;
      do {
        values[j + 1] = values[j];
        order[j + 1] = order[j];
        j--;
      } while (j >= 0 && values[j] > v);
      values[j + 1] = v;
      order[j + 1] = from;
      patience -= r - j;
      if (patience < 0) return false;
    }
    return true;
  }
}

/** Lays keys in a straight line through the numbers. */
function lay(numbers: Float32Array, start: number, n: number, scale: number, offset: number, keys: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const x = numbers[start + i] * scale + offset;
    keys[i] = x > 0 ? (x < TOP_KEY ? x | 0 : TOP_KEY) : 0;
  }
}
