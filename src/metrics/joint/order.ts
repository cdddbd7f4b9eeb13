const BUCKETS = 2048;
/** Longest stretch of equal keys that is worth sorting by insertion. */
const SHORT = 24;

/**
 * Finds the order of doubles: a radix sort of their upper halves, which tells apart what differs by a part in a million, and
 * exact comparisons within stretches that those leave equal. Sorts the same number of values again and again.
 */
export class Orderer {
  readonly #n: number;
  #keys: Uint32Array;
  #otherKeys: Uint32Array;
  #order: Uint32Array;
  #other: Uint32Array;
  readonly #counts = new Uint32Array(3 * BUCKETS);

  constructor(n: number) {
    this.#n = n;
    this.#keys = new Uint32Array(n);
    this.#otherKeys = new Uint32Array(n);
    this.#order = new Uint32Array(n);
    this.#other = new Uint32Array(n);
  }

  /**
   * @param values Shape [n], none NaN, at an offset that is a multiple of 8.
   * @returns Places of the values in ascending order; overwritten by the next call.
   */
  order(values: Float64Array): Uint32Array {
    const n = this.#n;
    const words = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
    const counts = this.#counts.fill(0);
    for (let i = 0; i < n; i++) {
      const high = words[2 * i + 1];
      // Turned so that unsigned order is the order of the numbers.
      const key = (high ^ ((high >> 31) | 0x80000000)) >>> 0;
      this.#keys[i] = key;
      this.#order[i] = i;
      counts[key & 2047]++;
      counts[BUCKETS + ((key >>> 11) & 2047)]++;
      counts[2 * BUCKETS + (key >>> 22)]++;
    }
    for (let pass = 0; pass < 3; pass++)
      this.#scatter(11 * pass, counts.subarray(pass * BUCKETS, (pass + 1) * BUCKETS));
    this.#settle(values);
    return this.#order;
  }

  #scatter(shift: number, counts: Uint32Array): void {
    const n = this.#n;
    const [keys, order, toKeys, to] = [this.#keys, this.#order, this.#otherKeys, this.#other];
    let sum = 0;
    for (let b = 0; b < BUCKETS; b++) {
      const count = counts[b];
      if (count === n) return;
      counts[b] = sum;
      sum += count;
    }
    for (let i = 0; i < n; i++) {
      const key = keys[i];
      const at = counts[(key >>> shift) & 2047]++;
      toKeys[at] = key;
      to[at] = order[i];
    }
    this.#keys = toKeys;
    this.#otherKeys = keys;
    this.#order = to;
    this.#other = order;
  }

  #settle(values: Float64Array): void {
    const n = this.#n;
    const keys = this.#keys;
    const order = this.#order;
    for (let i = 0; i + 1 < n; ) {
      const key = keys[i];
      let end = i + 1;
      while (end < n && keys[end] === key) end++;
      if (end - i > SHORT) settleLong(order.subarray(i, end), values);
      else if (end - i > 1) settleShort(order, values, i, end);
      i = end;
    }
  }
}

function settleShort(order: Uint32Array, values: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const place = order[i];
    const value = values[place];
    let j = i;
    while (j > from && values[order[j - 1]] > value) {
      order[j] = order[j - 1];
      j--;
    }
    order[j] = place;
  }
}

function settleLong(order: Uint32Array, values: Float64Array): void {
  const first = values[order[0]];
  let i = 1;
  while (i < order.length && values[order[i]] === first) i++;
  if (i < order.length) order.sort((a, b) => values[a] - values[b]);
}
