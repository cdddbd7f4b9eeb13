/** @file Two-dimensional histograms of two samples over the same cells. */
import { chiSquareTail } from "./chi-square-tail.js";
import type { MapPair } from "./evaluation.js";

/** Cells that expect fewer effective entries of either sample than this count together, as one. */
const EXPECTED_ENTRIES = 10;

/** Pairs of values with their weights. */
export interface Plane {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly effectiveSize: number;
}

export interface MapComparison {
  readonly map: MapPair;
  readonly chiSquare: number;
  readonly degrees: number;
  readonly pValue: number;
}

/**
 * Compares two samples in cells of two variables: sum over cells of (a - b)^2 / (var a + var b), a and b the shares of
 * the total weight. Entries out of range, and sparse cells, count together as one more cell.
 * Reference: Gagunashvili (2010), arXiv:0905.4221.
 */
export function compareMaps(
  reference: Plane,
  candidate: Plane,
  xEdges: readonly number[],
  yEdges: readonly number[],
): MapComparison {
  const binned = ({ x, y, weights, effectiveSize }: Plane): BinnedPlane => ({
    x: binsOf(x, xEdges),
    y: binsOf(y, yEdges),
    weights,
    effectiveSize,
  });
  return compareBinned(binned(reference), binned(candidate), xEdges, yEdges);
}

/** A plane of which each value's bin is known; -1 where it is out of range. */
export interface BinnedPlane {
  readonly x: Int16Array;
  readonly y: Int16Array;
  readonly weights: Float64Array | undefined;
  readonly effectiveSize: number;
}

/** As `compareMaps`, for values that were binned before, as those are which take part in many maps. */
export function compareBinned(
  reference: BinnedPlane,
  candidate: BinnedPlane,
  xEdges: readonly number[],
  yEdges: readonly number[],
): MapComparison {
  const a = fill(reference, xEdges.length - 1, yEdges.length - 1);
  const b = fill(candidate, xEdges.length - 1, yEdges.length - 1);
  const [n, m] = [reference.effectiveSize, candidate.effectiveSize];
  const smaller = Math.min(n, m);
  const cells = a.shares.length - 1;
  let chiSquare = 0;
  let used = 0;
  const rest = { a: a.shares[cells], b: b.shares[cells], variance: a.variances[cells] + b.variances[cells] };
  const pulls: (number | null)[] = [];
  for (let c = 0; c < cells; c++) {
    const variance = a.variances[c] + b.variances[c];
    const difference = b.shares[c] - a.shares[c];
    pulls.push(variance > 0 ? difference / Math.sqrt(variance) : null);
    if (((n * a.shares[c] + m * b.shares[c]) / (n + m)) * smaller < EXPECTED_ENTRIES) {
      rest.a += a.shares[c];
      rest.b += b.shares[c];
      rest.variance += variance;
    } else if (variance > 0) {
      chiSquare += difference ** 2 / variance;
      used++;
    }
  }
  if (rest.variance > 0) {
    chiSquare += (rest.b - rest.a) ** 2 / rest.variance;
    used++;
  }
  const degrees = Math.max(0, used - 1);
  const plain = (shares: Float64Array) => Array.from(shares.subarray(0, cells));
  return {
    map: { xEdges, yEdges, reference: plain(a.shares), candidate: plain(b.shares), pulls },
    chiSquare,
    degrees,
    pValue: degrees > 0 ? chiSquareTail(chiSquare, degrees) : 1,
  };
}

/** Shares of the cells and their variances; the last one holds what lies out of range. */
function fill({ x, y, weights }: BinnedPlane, columns: number, rows: number) {
  const cells = columns * rows;
  const shares = new Float64Array(cells + 1);
  const variances = new Float64Array(cells + 1);
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const u = x[i];
    const v = y[i];
    const cell = u < 0 || v < 0 ? cells : v * columns + u;
    const w = weights === undefined ? 1 : weights[i];
    shares[cell] += w;
    variances[cell] += w * w;
    total += w;
  }
  for (let c = 0; c <= cells; c++) {
    shares[c] /= total;
    variances[c] /= total * total;
  }
  return { shares, variances };
}

/** The bin of each value, -1 outside. */
export function binsOf(values: Float64Array, edges: readonly number[]): Int16Array {
  const bin = binFinder(edges);
  const out = new Int16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = bin(values[i]);
  return out;
}

/** Finds the bin [edge, next edge) of a value, the last one closed above; -1 outside. */
export function binFinder(edges: readonly number[]): (x: number) => number {
  const last = edges.length - 1;
  const sorted = Float64Array.from(edges);
  const width = (sorted[last] - sorted[0]) / last;
  return (x) => {
    if (!(x >= sorted[0]) || x > sorted[last]) return -1;
    // Right at once where bins are equally wide, near where they are not.
    let bin = Math.max(0, Math.min(last - 1, Math.floor((x - sorted[0]) / width)));
    while (bin > 0 && x < sorted[bin]) bin--;
    while (bin < last - 1 && x >= sorted[bin + 1]) bin++;
    return bin;
  };
}
