const KEY_BITS = 15;

/**
 * Returns the order of the rows along a Z-shaped curve (Morton 1966) through the bins of the first features. Rows of a
 * tree's node then stand in few long runs: memory is read in sequence, and tests come out alike many times in a row.
 * @param bins Bin of each value, feature after feature.
 */
export function curveOrder(bins: Uint16Array, binStart: Uint32Array, rows: number): Int32Array {
  const features = binStart.length - 1;
  const used = Math.min(features, KEY_BITS);
  const bits = Math.floor(KEY_BITS / used);
  const parts = Array.from({ length: used }, (_, f) => {
    const count = binStart[f + 1] - binStart[f];
    return Int32Array.from({ length: count }, (_, b) => spread(Math.floor((b * 2 ** bits) / count), bits, used, f));
  });
  const keys = new Uint16Array(rows);
  for (let f = 0; f < used; f++) {
    const part = parts[f];
    for (let i = 0; i < rows; i++) keys[i] |= part[bins[f * rows + i]];
  }
  const start = new Int32Array(2 ** KEY_BITS + 1);
  for (let i = 0; i < rows; i++) start[keys[i] + 1]++;
  for (let k = 0; k < 2 ** KEY_BITS; k++) start[k + 1] += start[k];
  const order = new Int32Array(rows);
  for (let i = 0; i < rows; i++) order[start[keys[i]]++] = i;
  return order;
}

/** Puts bit k of a coordinate at bit k * step + offset of the key. */
function spread(coordinate: number, bits: number, step: number, offset: number): number {
  let key = 0;
  for (let k = 0; k < bits; k++) key |= ((coordinate >> k) & 1) << (k * step + offset);
  return key;
}
