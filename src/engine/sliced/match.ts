/** @file One-dimensional optimal transport between two sorted samples: what moves where. */

/**
 * Slope of the transport cost by each source number, scattered to the rows that the numbers came from:
 * the mean over the target mass that a number is matched with of `p |a - b|^(p - 1) sign(a - b)`, without the factor
 * p / M. Samples may have unequal sizes: each number of n carries the share 1 / n, and shares are matched in order.
 * @param values Source numbers, ascending.
 * @param order Row of each.
 * @param targets Target numbers, ascending.
 * @param slopes Where slopes go, by row, from `at` on.
 * @returns The cost, the mean of |a - b|^p over the matched mass: W_p^p.
 */
export function match(
  values: Float32Array,
  order: Int32Array,
  size: number,
  targets: Float32Array,
  targetSize: number,
  power: 1 | 2,
  slopes: Float32Array,
  at: number,
): number {
  if (size !== targetSize) return matchUnequal(values, order, size, targets, targetSize, power, slopes, at);
  let cost = 0;
  if (power === 2) {
    for (let r = 0; r < size; r++) {
      const gap = values[r] - targets[r];
      slopes[at + order[r]] = gap;
      cost += gap * gap;
    }
  } else {
    for (let r = 0; r < size; r++) {
      const gap = values[r] - targets[r];
      slopes[at + order[r]] = gap > 0 ? 1 : gap < 0 ? -1 : gap;
      cost += Math.abs(gap);
    }
  }
  return cost / size;
}

/** Shares are counted in units of 1 / (M N): each source number has N of them, each target number M. */
function matchUnequal(
  values: Float32Array,
  order: Int32Array,
  size: number,
  targets: Float32Array,
  targetSize: number,
  power: 1 | 2,
  slopes: Float32Array,
  at: number,
): number {
  let cost = 0;
  let target = 0;
  let left = size;
  for (let r = 0; r < size; r++) {
    const value = values[r];
    let slope = 0;
    for (let need = targetSize; need > 0; ) {
      const share = Math.min(need, left);
      const gap = value - targets[target];
      if (power === 2) {
        slope += share * gap;
        cost += share * gap * gap;
      } else {
        slope += gap > 0 ? share : gap < 0 ? -share : share * gap;
        cost += share * Math.abs(gap);
      }
      need -= share;
      left -= share;
      if (left === 0) {
        target++;
        left = size;
      }
    }
    slopes[at + order[r]] = slope / targetSize;
  }
  return cost / (size * targetSize);
}
