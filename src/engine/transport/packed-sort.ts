/**
 * @file The fast sort of one slice. Values are mapped to 17 bits by a curve that suits most shapes (a ratio, so that long
 * tails stay in range), packed into one word with their 15-bit row number, sorted by two radix passes, and what the map
 * could not tell apart is put right by insertion. The order is exact, and equal values keep the order of their rows.
 */
import { accumulate } from "./radix-sort.js";
import * as scratch from "./scratch.js";

const { CAPACITY, order, ROW_BITS, ROW_MASK, sortedBits, valueBits: bits, values } = scratch;

const half = new Int32Array(CAPACITY);
const misplaced = new Int32Array(CAPACITY);
const lowCount = new Int32Array(512);
const highCount = new Int32Array(256);

/** Values looked at to choose the map's centre and scale. */
const PILOTS = 31;
const pilots = new Float64Array(PILOTS);
/** Insertions may move this many words a row before the sort gives up: some distributions are too uneven for the map. */
const PATIENCE = 3;

/**
 * Sorts a slot: its values into `sorted`, its rows into `order`.
 * @param from Slot in `values`.
 * @param to Slot in `sorted`.
 * @returns False where the values are so uneven that a full radix sort is better; the results are then of no use.
 */
export function sortPacked(from: number, rows: number, to: number): boolean {
  choosePilots(from, rows);
  lowCount.fill(0);
  highCount.fill(0);
  pack(from, rows, pilots[PILOTS >> 1], 1 / scaleOf(from, rows));
  accumulate(lowCount);
  sortLow(rows);
  accumulate(highCount);
  sortHigh(rows);
  return insert(gather(from, rows, to), rows, to);
}

function choosePilots(from: number, rows: number): void {
  const step = rows / PILOTS;
  for (let k = 0; k < PILOTS; k++) {
    const x = values[from + Math.floor((k + 0.5) * step)];
    let j = k - 1;
    for (; j >= 0 && pilots[j] > x; j--) pilots[j + 1] = pilots[j];
    pilots[j + 1] = x;
  }
}

/** About 1.5 standard deviations of a normal distribution, which makes its cells about equally full. */
function scaleOf(from: number, rows: number): number {
  const centre = pilots[PILOTS >> 1];
  const quartiles = pilots[PILOTS - 1 - (PILOTS >> 2)] - pilots[PILOTS >> 2];
  if (quartiles > 0) return 1.1 * quartiles;
  let largest = 0;
  for (let i = from; i < from + rows; i++) largest = Math.max(largest, Math.abs(values[i] - centre));
  return largest > 0 ? largest / 4 : 1;
}

function pack(from: number, rows: number, centre: number, inverse: number): void {
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const z = (values[(from + i) | 0] - centre) * inverse;
    const key = ((z / (1 + Math.abs(z))) * 65535 + 65536) | 0;
    lowCount[key & 511]++;
    order[i & ROW_MASK] = (key << ROW_BITS) | i;
  }
}

function sortLow(rows: number): void {
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const word = order[i & ROW_MASK];
    const digit = (word >>> ROW_BITS) & 511;
    const place = lowCount[digit];
    lowCount[digit] = (place + 1) | 0;
    half[place & ROW_MASK] = word;
    // Counted here rather than above: this pass has time to spare.
    highCount[word >>> 24]++;
  }
}

function sortHigh(rows: number): void {
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const word = half[i & ROW_MASK];
    const digit = word >>> 24;
    const place = highCount[digit];
    highCount[digit] = (place + 1) | 0;
    order[place & ROW_MASK] = word;
  }
}

/**
 * Fetches the values in their order; returns how many stand below the one before them, and lists these. A branch here
 * would be mispredicted too often, so each rank is listed and the next overwrites it unless it is to stay.
 */
function gather(from: number, rows: number, to: number): number {
  let found = 0;
  let last = -0x80000000;
  for (let rank = 0; rank < rows; rank = (rank + 1) | 0) {
    const b = bits[(from + (order[rank & ROW_MASK] & ROW_MASK)) | 0];
    sortedBits[(to + rank) | 0] = b;
    const sign = b >> 31;
    const key = (((b & 0x7fffffff) ^ sign) - sign) | 0;
    misplaced[found & ROW_MASK] = rank;
    found = (found + Number(key < last)) | 0;
    last = key;
  }
  return found;
}

/** An integer that orders as the single-precision number of these bits does, with -0 and 0 alike. */
function orderKey(b: number): number {
  const sign = b >> 31;
  return (((b & 0x7fffffff) ^ sign) - sign) | 0;
}

function insert(found: number, rows: number, to: number): boolean {
  let patience = PATIENCE * rows;
  for (let k = 0; k < found; k++) {
    // What an insertion moves up may stand above the next value, which was not found out of order then.
    for (let rank = misplaced[k]; rank < rows; rank++) {
      const b = sortedBits[to + rank];
      const key = orderKey(b);
      let j = rank - 1;
      if (!(orderKey(sortedBits[to + j]) > key)) break;
      const word = order[rank];
      do {
        sortedBits[to + j + 1] = sortedBits[to + j];
        order[j + 1] = order[j];
        j--;
      } while (j >= 0 && orderKey(sortedBits[to + j]) > key);
      sortedBits[to + j + 1] = b;
      order[j + 1] = word;
      patience -= rank - j;
      if (patience < 0) return false;
    }
  }
  return true;
}
