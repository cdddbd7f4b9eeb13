/** @file A sort of any number of single-precision values of any shape: three radix passes over all their bits. */

let keys = new Int32Array(0);
let keysNext = new Int32Array(0);
let rowsNext = new Int32Array(0);
const counts = new Int32Array(3 * 2048);

/**
 * Sorts values; equal ones keep the order of their rows, and -0 equals 0.
 * @param bits Bits of the values; those in hand start at `from`.
 * @param order Receives the row of each rank.
 */
export function radixSort(bits: Int32Array, from: number, rows: number, order: Int32Array): void {
  if (keys.length < rows) {
    keys = new Int32Array(rows);
    keysNext = new Int32Array(rows);
    rowsNext = new Int32Array(rows);
  }
  counts.fill(0);
  for (let i = 0; i < rows; i++) {
    const b = bits[from + i];
    const sign = b >> 31;
    // Flipping the top bit makes the order of signed integers that of unsigned ones, whose digits are sorted here.
    const key = ((((b & 0x7fffffff) ^ sign) - sign) | 0) ^ 0x80000000;
    keys[i] = key;
    counts[key & 2047]++;
    counts[2048 + ((key >>> 11) & 2047)]++;
    counts[4096 + (key >>> 22)]++;
  }
  for (let digit = 0; digit < 3; digit++) {
    let sum = 0;
    for (let b = digit * 2048; b < (digit + 1) * 2048; b++) {
      const n = counts[b];
      counts[b] = sum;
      sum += n;
    }
  }
  for (let i = 0; i < rows; i++) {
    const key = keys[i];
    const place = counts[key & 2047]++;
    keysNext[place] = key;
    order[place] = i;
  }
  for (let i = 0; i < rows; i++) {
    const key = keysNext[i];
    const place = counts[2048 + ((key >>> 11) & 2047)]++;
    keys[place] = key;
    rowsNext[place] = order[i];
  }
  for (let i = 0; i < rows; i++) order[counts[4096 + (keys[i] >>> 22)]++] = rowsNext[i];
}
