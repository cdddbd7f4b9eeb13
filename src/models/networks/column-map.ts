/**
 * @file A monotone map of each column to a standard normal shape, fitted once and then fixed. Networks train well on such
 * columns; and on the way back it gives a sample the tails of its training data, which a flow with a normal base would
 * not reach: first x = centre + scale * sinh(u), which turns power tails into exponential ones, then u as a
 * rational-quadratic spline through quantiles. Beyond the outermost quantiles u goes on in a line, so tails go on
 * log-normally.
 */
import { constant, ops, type Tensor } from "../../engine/index.js";
import type { Random } from "../../util/random.js";
import { normalCdf, normalQuantile } from "../../util/special.js";
import { type Segment, segmentForward, segmentInverse } from "./spline.js";

const { abs, add, clip, div, exp, gemm, log, maximum, minimum, mul, sign, split, sqrt, square, step, sub } = ops;

/** The map of one column. */
export interface ColumnMap {
  readonly centre: number;
  readonly scale: number;
  /** Normal quantiles of the knots lie evenly in [-reach, reach]. */
  readonly reach: number;
  /** asinh((x - centre) / scale) at the knots, rising. */
  readonly knots: readonly number[];
  /** Slopes of u by the normal quantile, at the knots. */
  readonly slopes: readonly number[];
}

/** Rows beyond the outermost knot on either side. */
const BEYOND = 10;
/** Knots nearer to each other than this, in u, hold one value that is repeated. */
const REPEATED = 2e-6;

/**
 * Fits the map of a column.
 * @param x At least one number, all finite.
 * @param weight One for each (default 1).
 * @param bins Number of quantiles less one.
 */
export function fitColumnMap(x: Float32Array, weight: Float32Array | undefined, bins: number): ColumnMap {
  const quantile = quantiles(x, weight);
  const centre = quantile(0.5);
  const widths = [quantile(0.84) - quantile(0.16), (quantile(0.975) - quantile(0.025)) / 2, quantile(1) - quantile(0)];
  const scale = (widths.find((w) => w > 1e-6 * Math.abs(centre)) ?? 2) / 2;
  const reach = -normalQuantile(Math.min(0.1, BEYOND / x.length));
  const knots: number[] = [];
  for (let k = 0; k <= bins; k++) {
    const u = Math.asinh((quantile(normalCdf(reach * ((2 * k) / bins - 1))) - centre) / scale);
    knots.push(Math.fround(k === 0 ? u : Math.max(u, knots[k - 1] + REPEATED)));
  }
  return {
    centre: Math.fround(centre),
    scale: Math.fround(scale),
    reach,
    knots,
    slopes: slopesAt(knots, (2 * reach) / bins),
  };
}

/** The quantile function of weighted numbers: half of each number's weight lies on either side of it. */
function quantiles(x: Float32Array, weight: Float32Array | undefined): (p: number) => number {
  if (weight === undefined) {
    const sorted = x.slice().sort();
    return (p) => {
      const at = Math.min(sorted.length - 1, Math.max(0, p * sorted.length - 0.5));
      const low = Math.floor(at);
      const high = Math.min(sorted.length - 1, low + 1);
      return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    };
  }
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a] - x[b]);
  const middle = new Float64Array(x.length);
  let total = 0;
  for (let i = 0; i < order.length; i++) {
    const w = weight[order[i]];
    middle[i] = total + w / 2;
    total += w;
  }
  return (p) => {
    const wanted = p * total;
    let low = 0;
    let high = order.length - 1;
    while (high - low > 1) {
      const mid = (low + high) >> 1;
      if (middle[mid] <= wanted) low = mid;
      else high = mid;
    }
    const gap = middle[high] - middle[low];
    const share = gap > 0 ? Math.min(1, Math.max(0, (wanted - middle[low]) / gap)) : 0;
    return x[order[low]] + share * (x[order[high]] - x[order[low]]);
  };
}

/** Slopes that keep the spline monotone and smooth: harmonic means of the rises on either side. */
function slopesAt(knots: readonly number[], step: number): number[] {
  const rises = knots.slice(1).map((u, k) => (u - knots[k]) / step);
  return knots.map((_, k) => {
    const left = rises[Math.max(0, k - 1)];
    const right = rises[Math.min(rises.length - 1, k)];
    return Math.fround((2 * left * right) / (left + right));
  });
}

/**
 * Maps numbers to their normal quantiles.
 * @param random Where given, a value that is repeated goes to a random place among its quantiles, so that it fills them
 * evenly; the way back takes them all to the value again.
 */
export function toNormal(map: ColumnMap, x: Float32Array, random?: Random): Float32Array {
  const { centre, scale, reach, knots, slopes } = map;
  const bins = knots.length - 1;
  const step = (2 * reach) / bins;
  const first = knots[0];
  const last = knots[bins];
  const repeated = knots.map((u, k) => k < bins && knots[k + 1] - u < 2 * REPEATED);
  return x.map((value) => {
    const u = Math.asinh((value - centre) / scale);
    if (u < first - REPEATED) return -reach + (u - first) / slopes[0];
    if (u > last + REPEATED) return reach + (u - last) / slopes[bins];
    let low = 0;
    let high = bins;
    while (high - low > 1) {
      const mid = (low + high) >> 1;
      if (knots[mid] <= u) low = mid;
      else high = mid;
    }
    if (random !== undefined) {
      // A repeated value stands at the lower end of its run of knots, or a rounding below it.
      if (low + 1 < bins && knots[low + 1] - u < REPEATED && repeated[low + 1]) low++;
      if (repeated[low] && u - knots[low] < 2 * REPEATED) {
        let end = low;
        while (repeated[low - 1]) low--;
        while (repeated[end]) end++;
        // The outermost knots stand for what lies beyond them, too.
        const from = low === 0 ? 0 : normalCdf(step * low - reach);
        const to = end === bins ? 1 : normalCdf(step * end - reach);
        return normalQuantile(from + (to - from) * random.uniform());
      }
    }
    const height = knots[low + 1] - knots[low];
    const mean = height / step;
    const up = Math.min(height, Math.max(0, u - knots[low]));
    const bend = up * (slopes[low] + slopes[low + 1] - 2 * mean);
    const a = height * (mean - slopes[low]) + bend;
    const b = height * slopes[low] - bend;
    const root = Math.sqrt(Math.max(0, b * b + 4 * a * mean * up));
    return -reach + step * (low + (2 * mean * up) / (b + root));
  });
}

const perColumn = (maps: readonly ColumnMap[], of: (map: ColumnMap) => number): Tensor =>
  constant("float32", [1, maps.length], maps.map(of));

/** Beyond all numbers. */
const FAR = 1e30;

/** The segment that each number lies in: masks by comparing with all edges, then a product that picks exactly. */
function segmentOf(inside: Tensor, maps: readonly ColumnMap[], along: "x" | "y"): Segment {
  const columns = maps.length;
  const bins = maps[0].knots.length - 1;
  const stepOf = ({ reach }: ColumnMap) => (2 * reach) / bins;
  const edge = (map: ColumnMap, k: number) => (along === "x" ? k * stepOf(map) - map.reach : map.knots[k]);
  const spread = constant(
    "float32",
    [columns, columns * bins],
    Array.from({ length: columns * columns * bins }, (_, k) =>
      Math.floor(k / (columns * bins)) === Math.floor((k % (columns * bins)) / bins) ? 1 : 0,
    ),
  );
  /** Flags of numbers above edges; those of the first and after the last are always and never passed. */
  const above = (shift: 0 | 1) => {
    const bias = maps.flatMap((map) =>
      Array.from({ length: bins }, (_, k) =>
        k + shift === 0 ? FAR : k + shift === bins ? -FAR : -edge(map, k + shift),
      ),
    );
    return step(gemm(inside, spread, constant("float32", [columns * bins], bias)));
  };
  const inBin = sub(above(0), above(1));
  const wanted: readonly ((map: ColumnMap, k: number) => number)[] = [
    (map, k) => k * stepOf(map) - map.reach,
    (map, k) => map.knots[k],
    (map, k) => Math.fround(map.knots[k + 1] - map.knots[k]),
    (map, k) => map.slopes[k],
    (map, k) => map.slopes[k + 1],
  ];
  const numbers = new Float32Array(columns * bins * wanted.length * columns);
  for (const [q, of] of wanted.entries()) {
    for (const [c, map] of maps.entries()) {
      for (let k = 0; k < bins; k++) {
        numbers[(c * bins + k) * wanted.length * columns + q * columns + c] = of(map, k);
      }
    }
  }
  const picked = gemm(inBin, constant("float32", [columns * bins, wanted.length * columns], numbers));
  const [x, y, height, left, right] = split(
    picked,
    wanted.map(() => columns),
  );
  return { x, y, height, left, right, width: perColumn(maps, stepOf) };
}

/** The map as a graph: normal quantiles [n, columns] of x [n, columns]. All maps must have as many knots. */
export function normalGraph(x: Tensor, maps: readonly ColumnMap[]): Tensor {
  const bins = maps[0].knots.length - 1;
  const scaled = div(
    sub(
      x,
      perColumn(maps, (m) => m.centre),
    ),
    perColumn(maps, (m) => m.scale),
  );
  const size = abs(scaled);
  const u = mul(sign(scaled), log(add(size, sqrt(add(square(size), 1)))));
  const [first, last] = [perColumn(maps, (m) => m.knots[0]), perColumn(maps, (m) => m.knots[bins])];
  const inside = maximum(minimum(u, last), first);
  const z = segmentInverse(inside, segmentOf(inside, maps, "y"));
  const below = div(
    minimum(sub(u, first), 0),
    perColumn(maps, (m) => m.slopes[0]),
  );
  const above = div(
    maximum(sub(u, last), 0),
    perColumn(maps, (m) => m.slopes[bins]),
  );
  return add(z, add(below, above));
}

/** The way back as a graph: x [n, columns] of normal quantiles z [n, columns]. All maps must have as many knots. */
export function fromNormalGraph(z: Tensor, maps: readonly ColumnMap[]): Tensor {
  const bins = maps[0].knots.length - 1;
  const reach = perColumn(maps, (m) => m.reach);
  const inside = maximum(minimum(z, reach), mul(reach, -1));
  const { y } = segmentForward(inside, segmentOf(inside, maps, "x"));
  const below = mul(
    minimum(add(z, reach), 0),
    perColumn(maps, (m) => m.slopes[0]),
  );
  const above = mul(
    maximum(sub(z, reach), 0),
    perColumn(maps, (m) => m.slopes[bins]),
  );
  // Far beyond all training data the exponential must not overflow.
  const u = clip(add(y, add(below, above)), -60, 60);
  const sinh = mul(sub(exp(u), exp(mul(u, -1))), 0.5);
  return add(
    mul(
      sinh,
      perColumn(maps, (m) => m.scale),
    ),
    perColumn(maps, (m) => m.centre),
  );
}
