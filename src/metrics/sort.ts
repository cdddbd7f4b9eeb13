/**
 * @file Sorts doubles and carries weights along: least-significant-digit radix sort over the bits of the numbers, 11 at a
 * time. Digits that are equal in all numbers cost one counting pass only, which is why values that came from 32-bit
 * floats sort in four passes of the six.
 */

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const PASSES = 6;
/** Below this length the built-in sort wins over clearing the counters. */
const SMALL = 4096;

/** Sorted copies of values and, where given, of the weights that belong to them. */
export interface Sorted {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
}

/**
 * Sorts ascending into new arrays. Equal values keep their order. Values must not be NaN.
 * @param values Shape [n].
 * @param weights Shape [n], or undefined.
 */
export function sortWithWeights(values: Float64Array, weights?: Float64Array): Sorted {
  const n = values.length;
  if (n < SMALL) {
    if (weights === undefined) return { values: values.slice().sort(), weights };
    const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a] - values[b]);
    return { values: Float64Array.from(order, (i) => values[i]), weights: Float64Array.from(order, (i) => weights[i]) };
  }
  return radixSort(values, weights);
}

function radixSort(values: Float64Array, weights: Float64Array | undefined): Sorted {
  const n = values.length;
  // Adding 0 turns -0 into +0, so that both compare equal in the key order as they do as numbers.
  let from: Float64Array = new Float64Array(n);
  for (let i = 0; i < n; i++) from[i] = values[i] + 0;
  flipBits(from);
  let to: Float64Array = new Float64Array(n);
  let fromWeights = weights?.slice();
  let toWeights = weights === undefined ? undefined : new Float64Array(n);
  const counts = countDigits(from);
  for (let pass = 0; pass < PASSES; pass++) {
    const starts = counts.subarray(pass * BUCKETS, (pass + 1) * BUCKETS);
    if (!prefixSum(starts, n)) continue;
    scatter(from, to, fromWeights, toWeights, starts, pass);
    [from, to] = [to, from];
    [fromWeights, toWeights] = [toWeights, fromWeights];
  }
  unflipBits(from);
  return { values: from, weights: fromWeights };
}

/** Maps the bits so that unsigned order of the bits is the order of the numbers. Keys move as doubles only by `copyKey`. */
function flipBits(keys: Float64Array): void {
  const words = new Uint32Array(keys.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1];
    if (high >>> 31 === 1) {
      words[i] = ~words[i];
      words[i + 1] = ~high;
    } else words[i + 1] = high ^ 0x80000000;
  }
}

function unflipBits(keys: Float64Array): void {
  const words = new Uint32Array(keys.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1];
    if (high >>> 31 === 0) {
      words[i] = ~words[i];
      words[i + 1] = ~high;
    } else words[i + 1] = high ^ 0x80000000;
  }
}

/** Digit `pass` of a key; the last one holds the nine highest bits. */
function digitOf(low: number, high: number, pass: number): number {
  if (pass === 0) return low & 0x7ff;
  if (pass === 1) return (low >>> 11) & 0x7ff;
  if (pass === 2) return ((low >>> 22) | (high << 10)) & 0x7ff;
  if (pass === 3) return (high >>> 1) & 0x7ff;
  if (pass === 4) return (high >>> 12) & 0x7ff;
  return high >>> 23;
}

function countDigits(keys: Float64Array): Uint32Array {
  const words = new Uint32Array(keys.buffer);
  const counts = new Uint32Array(PASSES * BUCKETS);
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i];
    const high = words[i + 1];
    counts[low & 0x7ff]++;
    counts[BUCKETS + ((low >>> 11) & 0x7ff)]++;
    counts[2 * BUCKETS + (((low >>> 22) | (high << 10)) & 0x7ff)]++;
    counts[3 * BUCKETS + ((high >>> 1) & 0x7ff)]++;
    counts[4 * BUCKETS + ((high >>> 12) & 0x7ff)]++;
    counts[5 * BUCKETS + (high >>> 23)]++;
  }
  return counts;
}

/** Turns counts into start positions; returns false where one bucket holds everything and the pass can be left out. */
function prefixSum(counts: Uint32Array, n: number): boolean {
  let sum = 0;
  for (let b = 0; b < counts.length; b++) {
    const count = counts[b];
    if (count === n) return false;
    counts[b] = sum;
    sum += count;
  }
  return true;
}

function scatter(
  from: Float64Array,
  to: Float64Array,
  fromWeights: Float64Array | undefined,
  toWeights: Float64Array | undefined,
  starts: Uint32Array,
  pass: number,
): void {
  // Keys move as integers: as doubles some of them would be NaNs, whose bits an engine may change.
  const source = new Uint32Array(from.buffer);
  const target = new Uint32Array(to.buffer);
  const n = from.length;
  for (let i = 0; i < n; i++) {
    const low = source[2 * i];
    const high = source[2 * i + 1];
    const at = starts[digitOf(low, high, pass)]++;
    target[2 * at] = low;
    target[2 * at + 1] = high;
    if (fromWeights !== undefined) (toWeights as Float64Array)[at] = fromWeights[i];
  }
}
