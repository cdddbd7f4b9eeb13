/** Where a node is cut best, and the sums of its left side. */
export interface Split {
  /** -1 where no cut lowers the loss. */
  feature: number;
  bin: number;
  leftG: number;
  leftH: number;
}

/**
 * Finds the cut of highest gain G_L^2 / (H_L + l2) + G_R^2 / (H_R + l2) - G^2 / (H + l2); of equal ones the first.
 * Among cuts that part the node's rows alike, the middle one is taken.
 * @param histogram Sums of first and second derivative, in turn, one pair a bin.
 * @param low First bin of each feature in which the node has rows.
 * @param high Last such bin.
 */
export function findSplit(
  histogram: Float64Array,
  base: number,
  binStart: Uint32Array,
  low: Int32Array,
  high: Int32Array,
  boundsAt: number,
  sumG: number,
  sumH: number,
  l2: number,
  minChildWeight: number,
  out: Split,
): void {
  const parent = (sumG * sumG) / (sumH + l2);
  // Gains below the rounding error of the formula are no gains.
  let best = parent * (1 + 1e-12) + 1e-12 * sumH;
  out.feature = -1;
  const features = binStart.length - 1;
  const least = minChildWeight > 0 ? minChildWeight : Number.MIN_VALUE;
  const most = sumH - least;
  for (let f = 0; f < features; f++) {
    const from = low[boundsAt + f];
    const to = high[boundsAt + f];
    const start = base + 2 * binStart[f];
    let g = 0;
    let h = 0;
    for (let b = from; b < to; b++) {
      const at = start + 2 * b;
      const more = histogram[at + 1];
      g += histogram[at];
      h += more;
      if (more === 0 || h < least) continue;
      if (h > most) break;
      const rest = sumG - g;
      const gain = (g * g) / (h + l2) + (rest * rest) / (sumH - h + l2);
      if (gain > best) {
        best = gain;
        out.feature = f;
        out.bin = b;
        out.leftG = g;
        out.leftH = h;
      }
    }
  }
  if (out.feature < 0) return;
  const start = base + 2 * binStart[out.feature];
  const last = high[boundsAt + out.feature];
  let next = out.bin + 1;
  while (next < last && histogram[start + 2 * next + 1] === 0) next++;
  out.bin = (out.bin + next - 1) >> 1;
}
