/** @file Sorting by all 32 bits, whatever the numbers: slower than `SliceSorter` where they are spread as physics spreads them. */

const DIGITS = 2048;
const NEGATIVE_ZERO = -2147483648;

/** Least significant digit first, three digits of eleven bits. Keeps the order of equal numbers. */
export class RadixSorter {
  readonly #keys: readonly [Uint32Array, Uint32Array];
  readonly #spare: Int32Array;
  readonly #counts = new Int32Array(3 * DIGITS);

  constructor(size: number) {
    this.#keys = [new Uint32Array(size), new Uint32Array(size)];
    this.#spare = new Int32Array(size);
  }

  sort(numbers: Float32Array, start: number, n: number, values: Float32Array, order: Int32Array): void {
    const raw = new Int32Array(numbers.buffer, numbers.byteOffset + 4 * start, n);
    const counts = this.#counts.fill(0);
    let [from, to] = this.#keys;
    let fromOrder = this.#spare;
    let toOrder = order;
    for (let i = 0; i < n; i++) {
      // Bits of negative numbers fall as the numbers rise; minus zero counts as zero.
      const bits = raw[i] === NEGATIVE_ZERO ? 0 : raw[i];
      const key = (bits < 0 ? ~bits : bits | 0x80000000) >>> 0;
      from[i] = key;
      fromOrder[i] = i;
      counts[key & 2047]++;
      counts[DIGITS + ((key >>> 11) & 2047)]++;
      counts[2 * DIGITS + (key >>> 22)]++;
    }
    for (let digit = 0; digit < 3; digit++) {
      const base = DIGITS * digit;
      let sum = 0;
      for (let c = 0; c < DIGITS; c++) {
        const count = counts[base + c];
        counts[base + c] = sum;
        sum += count;
      }
      for (let i = 0; i < n; i++) {
        const at = counts[base + ((from[i] >>> (11 * digit)) & 2047)]++;
        to[at] = from[i];
        toOrder[at] = fromOrder[i];
      }
      [from, to] = [to, from];
      [fromOrder, toOrder] = [toOrder, fromOrder];
    }
    // After three passes the positions stand where the first wrote to: in `order`.
    for (let r = 0; r < n; r++) values[r] = numbers[start + order[r]];
  }
}
