/**
 * @file Sorts doubles and carries weights along: least-significant-digit radix sort over the bits of the numbers, in three
 * digits of each 32-bit half. A digit that is equal in all numbers costs no pass, which is why values that came from
 * 32-bit floats sort in four passes of the six.
 */

/** Digits from low to high: which half of the number (0 is the low one), and how far to shift it. */
const DIGITS = [
  [0, 0],
  [0, 11],
  [0, 22],
  [1, 0],
  [1, 11],
  [1, 22],
] as const;
const MASK = 0x7ff;
const BUCKETS = MASK + 1;
const SIGN = 0x80000000;
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
  if (n >= SMALL) return radixSort(values, weights);
  if (weights === undefined) return { values: values.slice().sort(), weights };
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  return { values: Float64Array.from(order, (i) => values[i]), weights: Float64Array.from(order, (i) => weights[i]) };
}

function radixSort(values: Float64Array, weights: Float64Array | undefined): Sorted {
  const n = values.length;
  let from = orderedBits(values);
  let to = new Uint32Array(2 * n);
  let fromWeights: Float64Array | undefined = weights;
  let toWeights: Float64Array | undefined = weights === undefined ? undefined : new Float64Array(n);
  for (const [half, shift] of DIGITS) {
    const starts = startsOf(from, half, shift);
    if (starts === undefined) continue;
    if (fromWeights === undefined || toWeights === undefined) scatter(from, to, starts, half, shift);
    else {
      scatterBoth(from, to, fromWeights, toWeights, starts, half, shift);
      const emptied = fromWeights === weights ? new Float64Array(n) : fromWeights;
      fromWeights = toWeights;
      toWeights = emptied;
    }
    [from, to] = [to, from];
  }
  // Where no pass was needed the caller's own array is still in place; hand out a copy of it.
  const sortedWeights = fromWeights === weights ? weights?.slice() : fromWeights;
  return { values: numbersOf(from), weights: sortedWeights };
}

/** Bits of the numbers, turned so that their unsigned order is the order of the numbers. */
function orderedBits(values: Float64Array): Uint32Array<ArrayBuffer> {
  const copy = new Float64Array(values.length);
  // Adding 0 turns -0 into +0: equal as numbers, they must be equal as bits.
  for (let i = 0; i < copy.length; i++) copy[i] = values[i] + 0;
  const words = new Uint32Array(copy.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1];
    const flip = high >> 31;
    words[i] ^= flip;
    words[i + 1] = high ^ (flip | SIGN);
  }
  return words;
}

/** Undoes `orderedBits` in place. */
function numbersOf(words: Uint32Array<ArrayBuffer>): Float64Array {
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1];
    const flip = ~(high >> 31);
    words[i] ^= flip;
    words[i + 1] = high ^ (flip | SIGN);
  }
  return new Float64Array(words.buffer);
}

/** First place of each bucket; undefined where one bucket would hold everything. */
function startsOf(words: Uint32Array, half: number, shift: number): Uint32Array | undefined {
  const counts = new Uint32Array(BUCKETS);
  for (let i = half; i < words.length; i += 2) counts[(words[i] >>> shift) & MASK]++;
  if (counts[(words[half] >>> shift) & MASK] === words.length / 2) return undefined;
  let sum = 0;
  for (let b = 0; b < BUCKETS; b++) {
    const count = counts[b];
    counts[b] = sum;
    sum += count;
  }
  return counts;
}

// Keys move as integers: as doubles some of them would be NaNs, whose bits an engine may change.
function scatter(from: Uint32Array, to: Uint32Array, starts: Uint32Array, half: number, shift: number): void {
  for (let i = 0; i < from.length; i += 2) {
    const at = 2 * starts[(from[i + half] >>> shift) & MASK]++;
    to[at] = from[i];
    to[at + 1] = from[i + 1];
  }
}

function scatterBoth(
  from: Uint32Array,
  to: Uint32Array,
  fromWeights: Float64Array,
  toWeights: Float64Array,
  starts: Uint32Array,
  half: number,
  shift: number,
): void {
  for (let i = 0; i < from.length; i += 2) {
    const place = starts[(from[i + half] >>> shift) & MASK]++;
    to[2 * place] = from[i];
    to[2 * place + 1] = from[i + 1];
    toWeights[place] = fromWeights[i >> 1];
  }
}
