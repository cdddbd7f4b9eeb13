/**
 * Adds the slopes of rows `order[from .. to - 1]` to a histogram that begins at `base`: two sums a bin, feature after
 * feature. Several features are done at a time, since rows, not bins, are what has to come from memory.
 * @param bins Bin of each value, `stride` apart from feature to feature.
 * @param slope First and second derivative, one pair a row.
 */
export function accumulate(
  histogram: Float64Array,
  base: number,
  binStart: Uint32Array,
  bins: Uint16Array,
  stride: number,
  slope: Float32Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  const features = binStart.length - 1;
  let f = 0;
  for (; f + 4 < features; f += 5) {
    const a = base + 2 * binStart[f];
    const b = base + 2 * binStart[f + 1];
    const c = base + 2 * binStart[f + 2];
    const d = base + 2 * binStart[f + 3];
    const e = base + 2 * binStart[f + 4];
    const at = f * stride;
    for (let k = from; k < to; k++) {
      const i = order[k];
      const g = slope[2 * i];
      const h = slope[2 * i + 1];
      const v = a + 2 * bins[at + i];
      const w = b + 2 * bins[at + stride + i];
      const x = c + 2 * bins[at + 2 * stride + i];
      const y = d + 2 * bins[at + 3 * stride + i];
      const z = e + 2 * bins[at + 4 * stride + i];
      histogram[v] += g;
      histogram[v + 1] += h;
      histogram[w] += g;
      histogram[w + 1] += h;
      histogram[x] += g;
      histogram[x + 1] += h;
      histogram[y] += g;
      histogram[y + 1] += h;
      histogram[z] += g;
      histogram[z + 1] += h;
    }
  }
  for (; f + 2 < features; f += 3) {
    const a = base + 2 * binStart[f];
    const b = base + 2 * binStart[f + 1];
    const c = base + 2 * binStart[f + 2];
    const at = f * stride;
    for (let k = from; k < to; k++) {
      const i = order[k];
      const g = slope[2 * i];
      const h = slope[2 * i + 1];
      const x = a + 2 * bins[at + i];
      const y = b + 2 * bins[at + stride + i];
      const z = c + 2 * bins[at + 2 * stride + i];
      histogram[x] += g;
      histogram[x + 1] += h;
      histogram[y] += g;
      histogram[y + 1] += h;
      histogram[z] += g;
      histogram[z + 1] += h;
    }
  }
  for (; f < features; f++) {
    const a = base + 2 * binStart[f];
    const at = f * stride;
    for (let k = from; k < to; k++) {
      const i = order[k];
      const x = a + 2 * bins[at + i];
      histogram[x] += slope[2 * i];
      histogram[x + 1] += slope[2 * i + 1];
    }
  }
}

/**
 * Moves the rows `from[start .. stop - 1]` to the same part of `to`: those whose bin is at most `bin` to its front, in
 * their order, the others behind them, in reverse; returns where the others begin.
 * @param bins Bin of each value; the tested feature's begin at `at`.
 */
export function partition(
  from: Int32Array,
  to: Int32Array,
  bins: Uint16Array,
  at: number,
  bin: number,
  start: number,
  stop: number,
): number {
  let left = start;
  let right = stop - 1;
  for (let k = start; k < stop; k++) {
    const i = from[k];
    // The row goes to both ends, and one of them moves on: a processor guesses a branch here wrongly all the time.
    to[left] = i;
    to[right] = i;
    const goesRight = (bin - bins[at + i]) >> 31;
    left += 1 + goesRight;
    right += goesRight;
  }
  return left;
}
