/**
 * @file Samples of unequal sizes. Each of m source values owns an interval of 1/m of the probability, and the target's
 * quantile function is constant over pieces of 1/n; in units of 1/(m n) all masses are integers, so none is lost.
 */

/**
 * Averages the target's quantile function over each source interval.
 * @param target Sorted target values, `n` of them from `at` on.
 * @param into Receives the `m` means, from `to` on.
 * @returns The sum over intervals of the quantile function's variance within each.
 */
export function intervalMeans(
  target: Float32Array,
  at: number,
  n: number,
  into: Float32Array,
  to: number,
  m: number,
): number {
  let variance = 0;
  let j = 0;
  let left = m;
  for (let r = 0; r < m; r++) {
    // Sums of differences from the interval's first value: those of the values themselves would cancel.
    const first = target[at + j];
    let sum = 0;
    let squares = 0;
    for (let need = n; need > 0; ) {
      const mass = Math.min(left, need);
      const x = target[at + j] - first;
      sum += mass * x;
      squares += mass * x * x;
      need -= mass;
      left -= mass;
      if (left === 0) {
        left = m;
        j++;
      }
    }
    const mean = sum / n;
    into[to + r] = first + mean;
    variance += Math.max(0, squares / n - mean * mean);
  }
  return variance;
}

/**
 * Replaces each source value by the mean over its interval of the sign of (value - target quantile).
 * @param target Sorted target values, `n` of them from `at` on.
 * @param source Source values in row order, `m` of them from `from` on.
 * @param order The low bits, after `mask`, hold the row that has each rank.
 * @returns The sum over intervals of the mean distance.
 */
export function intervalSigns(
  target: Float32Array,
  at: number,
  n: number,
  source: Float32Array,
  from: number,
  m: number,
  order: Int32Array,
  mask: number,
): number {
  let cost = 0;
  let j = 0;
  let left = m;
  for (let r = 0; r < m; r++) {
    const place = from + (order[r] & mask);
    const value = source[place];
    let signs = 0;
    let distance = 0;
    for (let need = n; need > 0; ) {
      const mass = Math.min(left, need);
      const gap = value - target[at + j];
      signs += mass * Math.sign(gap);
      distance += mass * Math.abs(gap);
      need -= mass;
      left -= mass;
      if (left === 0) {
        left = m;
        j++;
      }
    }
    source[place] = signs / n;
    cost += distance / n;
  }
  return cost;
}

/** Replaces each of `rows` source values by the sign of its distance from the matched one; returns the sum of distances. */
export function pairSigns(source: Float32Array, from: number, matched: Float32Array, at: number, rows: number): number {
  let cost = 0;
  for (let i = 0; i < rows; i++) {
    const gap = source[from + i] - matched[at + i];
    cost += Math.abs(gap);
    source[from + i] = Math.sign(gap);
  }
  return cost;
}
