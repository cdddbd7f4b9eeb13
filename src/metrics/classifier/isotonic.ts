/**
 * The non-decreasing shares closest to the observed ones: minimises the squared error, and the cross-entropy, over groups
 * of events in ascending order of score. Pool-adjacent-violators.
 * Source: Ayer, Brunk, Ewing, Reid, Silverman (1955), Ann. Math. Stat. 26, 641.
 * @param positive, negative Shape [groups]: weight of each class, not negative.
 * @returns Shape [groups]: share of positive weight.
 */
export function isotonic(positive: Float64Array, negative: Float64Array): Float64Array {
  const n = positive.length;
  const a = new Float64Array(n);
  const b = new Float64Array(n);
  const end = new Uint32Array(n);
  let top = -1;
  for (let i = 0; i < n; i++) {
    top++;
    a[top] = positive[i];
    b[top] = negative[i];
    end[top] = i + 1;
    // a / (a + b) falls exactly where a / b does; without division, groups of no weight join their neighbours.
    while (top > 0 && a[top - 1] * b[top] >= a[top] * b[top - 1]) {
      a[top - 1] += a[top];
      b[top - 1] += b[top];
      end[top - 1] = end[top];
      top--;
    }
  }
  const out = new Float64Array(n);
  for (let k = 0, from = 0; k <= top; from = end[k++]) out.fill(a[k] / (a[k] + b[k]), from, end[k]);
  return out;
}

/**
 * Isotonic shares that are neither 0 nor 1: an end of m events of one class only gets the share of half an event more,
 * 1 / (2 (m + 1)), as long as the order of the groups remains (Krichevsky, Trofimov, 1981, IEEE Trans. Inf. Theory 27, 199).
 * @param positive, negative Weights of the groups in units of an event.
 */
export function calibratedShares(positive: Float64Array, negative: Float64Array): Float64Array {
  const shares = isotonic(positive, negative);
  const n = shares.length;
  let low = 0;
  let onlyNegative = 0;
  for (; low < n && shares[low] === 0; low++) onlyNegative += negative[low];
  let high = n;
  let onlyPositive = 0;
  for (; high > low && shares[high - 1] === 1; high--) onlyPositive += positive[high - 1];
  const bottom = 0.5 / (onlyNegative + 1);
  const top = 1 - 0.5 / (onlyPositive + 1);
  shares.fill(low < high ? Math.min(bottom, shares[low]) : bottom, 0, low);
  shares.fill(low < high ? Math.max(top, shares[high - 1]) : top, high);
  return shares;
}
