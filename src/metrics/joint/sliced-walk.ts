/** @file Distances of two sorted weighted samples, with what each event has to do with them. */

/** One sample along one direction, ascending, with weights that sum to 1. */
export interface Line {
  readonly values: Float64Array;
  readonly p: Float64Array;
  /** Filled by the walks: the influence of each event on W1, on W2 squared, and on KS. */
  readonly w1: Float64Array;
  readonly w2: Float64Array;
  readonly ks: Float64Array;
}

export function lineOf(n: number): Line {
  const make = () => new Float64Array(n);
  return { values: make(), p: make(), w1: make(), w2: make(), ks: make() };
}

const ROUNDING = 1e-12;

/**
 * W1 = integral |F - G| and KS = sup |F - G|. Influence on W1: the integral of sign(F - G) up to the event; on KS: whether
 * the event lies below the place of the largest difference.
 */
export function walkGap(a: Line, b: Line): { readonly w1: number; readonly ks: number } {
  const [x, y, p, q, hx, hy] = [a.values, b.values, a.p, b.p, a.w1, b.w1];
  const [n, m] = [x.length, y.length];
  let i = 0;
  let j = 0;
  let gap = 0;
  let w1 = 0;
  let h = 0;
  let largest = 0;
  let place = Number.NEGATIVE_INFINITY;
  let side = 0;
  let previous = Math.min(x[0], y[0]);
  while (i < n || j < m) {
    const isFirst = j === m || (i < n && x[i] <= y[j]);
    const at = isFirst ? x[i] : y[j];
    const step = at - previous;
    // Only between different values do the distributions say anything.
    if (step > 0) {
      const size = gap < 0 ? -gap : gap;
      // Sums of weights in different orders differ by rounding.
      if (size > ROUNDING) {
        const sign = gap < 0 ? -1 : 1;
        w1 += size * step;
        h -= sign * step;
        if (size > largest) {
          largest = size;
          place = previous;
          side = sign;
        }
      }
      previous = at;
    }
    if (isFirst) {
      gap += p[i];
      hx[i++] = h;
    } else {
      gap -= q[j];
      hy[j++] = -h;
    }
  }
  for (let k = 0; k < n; k++) a.ks[k] = x[k] <= place ? side : 0;
  for (let k = 0; k < m; k++) b.ks[k] = y[k] <= place ? -side : 0;
  return { w1, ks: largest };
}

/**
 * W2 squared: the mean squared distance of what has equal rank. Influence: the potential phi, phi'(x) = 2 (x - T(x)), T the
 * optimal map.
 */
export function walkQuantiles(a: Line, b: Line): number {
  const [x, y, p, q] = [a.values, b.values, a.p, b.p];
  const [n, m] = [x.length, y.length];
  let i = 0;
  let j = 0;
  let left = p[0];
  let right = q[0];
  let sum = 0;
  // Until the end the influences hold slopes: twice the distance to where the middle of the event goes.
  for (;;) {
    const moved = left < right ? left : right;
    const away = x[i] - y[j];
    sum += moved * away * away;
    const [middleX, middleY] = [p[i] / 2, q[j] / 2];
    if (left > middleX && left - moved <= middleX) a.w2[i] = 2 * away;
    if (right > middleY && right - moved <= middleY) b.w2[j] = -2 * away;
    left -= moved;
    right -= moved;
    if (left <= 1e-18) {
      if (++i === n) break;
      left = p[i];
    }
    if (right <= 1e-18) {
      if (++j === m) break;
      right = q[j];
    }
  }
  // Rounding can end one sample a little before the other.
  for (i++; i < n; i++) a.w2[i] = 2 * (x[i] - y[m - 1]);
  for (j++; j < m; j++) b.w2[j] = 2 * (y[j] - x[n - 1]);
  integrate(x, a.w2);
  integrate(y, b.w2);
  return Math.max(0, sum);
}

/** Turns slopes at ascending places into their integral, by the trapezium rule. */
function integrate(x: Float64Array, slopes: Float64Array): void {
  let potential = 0;
  let before = slopes[0];
  slopes[0] = 0;
  for (let i = 1; i < x.length; i++) {
    const slope = slopes[i];
    potential += ((before + slope) / 2) * (x[i] - x[i - 1]);
    slopes[i] = potential;
    before = slope;
  }
}

/**
 * The three distances of two weightings of the same ascending values; all that a null needs. Adds them to `into`, and
 * leaves cumulative weights in u and v.
 */
export function walkWeightings(
  values: Float64Array,
  u: Float64Array,
  v: Float64Array,
  into: Float64Array,
  at: number,
): void {
  const n = values.length;
  let f = 0;
  let g = 0;
  let w1 = 0;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    f += u[i];
    g += v[i];
    u[i] = f;
    v[i] = g;
    const step = i + 1 < n ? values[i + 1] - values[i] : 0;
    const size = Math.abs(f - g);
    w1 += size * step;
    largest = step > 0 ? Math.max(largest, size) : largest;
  }
  let w2 = 0;
  let level = 0;
  // Which sample goes on is a toss of a coin: arithmetic instead of branches takes a third of the time.
  for (let i = 0, j = 0; i < n && j < n; ) {
    const a = u[i];
    const b = v[j];
    const next = Math.min(a, b);
    const away = values[i] - values[j];
    w2 += (next - level) * away * away;
    level = next;
    i += Number(a <= b);
    j += Number(b <= a);
  }
  into[at] += w1;
  into[at + 1] += Math.max(0, w2);
  into[at + 2] += largest;
}
