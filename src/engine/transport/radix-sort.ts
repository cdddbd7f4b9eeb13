/** @file A sort of any number of single-precision values of any shape: three radix passes over all their bits. */

let firstKeys = new Int32Array(0);
let nextKeys = new Int32Array(0);
let nextRows = new Int32Array(0);
const low = new Int32Array(2048);
const middle = new Int32Array(2048);
const high = new Int32Array(1024);

/**
 * Sorts values; equal ones keep the order of their rows, and -0 equals 0.
 * @param bits Bits of the values; those in hand start at `from`.
 * @param order Receives the row of each rank.
 */
export function radixSort(bits: Int32Array, from: number, rows: number, order: Int32Array): void {
  if (firstKeys.length < rows) {
    firstKeys = new Int32Array(rows);
    nextKeys = new Int32Array(rows);
    nextRows = new Int32Array(rows);
  }
  // A variable of the module would be looked up on every turn of a loop.
  const keys = firstKeys;
  const keysNext = nextKeys;
  const rowsNext = nextRows;
  low.fill(0);
  middle.fill(0);
  high.fill(0);
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const b = bits[(from + i) | 0];
    const sign = b >> 31;
    // Flipping the top bit makes the order of signed integers that of unsigned ones, whose digits are sorted here.
    const key = ((((b & 0x7fffffff) ^ sign) - sign) | 0) ^ 0x80000000;
    keys[i] = key;
    low[key & 2047]++;
    middle[(key >>> 11) & 2047]++;
    high[key >>> 22]++;
  }
  accumulate(low);
  accumulate(middle);
  accumulate(high);
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const key = keys[i];
    const place = low[key & 2047];
    low[key & 2047] = (place + 1) | 0;
    keysNext[place] = key;
    order[place] = i;
  }
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const key = keysNext[i];
    const digit = (key >>> 11) & 2047;
    const place = middle[digit];
    middle[digit] = (place + 1) | 0;
    keys[place] = key;
    rowsNext[place] = order[i];
  }
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const digit = keys[i] >>> 22;
    const place = high[digit];
    high[digit] = (place + 1) | 0;
    order[place] = rowsNext[i];
  }
}

/** Turns numbers of words into first places. */
export function accumulate(count: Int32Array): void {
  let sum = 0;
  for (let b = 0; b < count.length; b++) {
    const n = count[b];
    count[b] = sum;
    sum = (sum + n) | 0;
  }
}
