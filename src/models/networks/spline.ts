/**
 * @file Monotone rational-quadratic splines, as graph ops: all bins of all columns at once. Which bin a number falls into
 * is told by comparing it with all edges; what belongs to the bin is then a product of masks, the bins' numbers and a fixed
 * matrix. ONNX Runtime does that faster than gathering, and row by row. Passes over tables of bins cost most, so all that
 * can be is done after a bin is picked.
 * Reference: Durkan, Bekasov, Murray, Papamakarios (2019), "Neural spline flows", arXiv 1906.04032, section 3.1 (after
 * Gregory and Delbourgo 1982).
 */
import { constant, ops, type Tensor } from "../../engine/index.js";

const { add, clip, div, log, maximum, mul, reshape, rowProduct, softmax, softplus, split, sqrt } = ops;
const { square, step, sub } = ops;

/** How many bins each column has, and where they lie. */
export interface SplineShape {
  readonly bins: number;
  /** Bins cover [-bound, bound] of input and output; beyond, the spline is the identity. */
  readonly bound: number;
}

/** Parameters of splines, free of limits; zeros give the identity. */
export interface SplineTables {
  /** Logits of the widths of each column's bins, then of their heights: [n, columns * 2 * bins]. */
  readonly shares: Tensor;
  /** What gives the slope at the upper edge of each bin, of which the last is not used: [n, columns * bins]. */
  readonly slopes: Tensor;
}

/** Least share of a bin in the width and in the height of the box, times the number of bins. */
const LEAST_SHARE = 0.01;
/** Least slope at an edge. */
const LEAST_SLOPE = 1e-3;
/** What makes the slope of a parameter 0 one. */
const UNIT_SLOPE = Math.log(Math.expm1(1 - LEAST_SLOPE));
/** Below every number inside the box. */
const ALWAYS = -1e6;

/** The bin that each number falls into; tables [n, columns]. */
export interface Segment {
  readonly x: Tensor;
  readonly width: Tensor;
  readonly y: Tensor;
  readonly height: Tensor;
  /** Slopes at the lower and the upper edge. */
  readonly left: Tensor;
  readonly right: Tensor;
}

const matrix = (rows: number, columns: number, value: (row: number, column: number) => number): Tensor =>
  constant(
    "float32",
    [rows, columns],
    Array.from({ length: rows * columns }, (_, k) => value(Math.floor(k / columns), k % columns)),
  );

/** Matrices that serve all splines of a shape; the same tensors each time, so that nothing is computed twice. */
function matricesOf({ bins, bound }: SplineShape) {
  const free = 2 * bound * (1 - LEAST_SHARE);
  const least = (2 * bound * LEAST_SHARE) / bins;
  /** Lower edges from shares; as those of widths or heights sum to one, what is added to all is the start. */
  const edges = (from: number) =>
    matrix(2 * bins, bins, (row, k) => {
      if (row < from || row >= from + bins) return 0;
      return k === 0 ? ALWAYS : (row - from < k ? free : 0) + least * k - bound;
    });
  // From flags "above the lower edge of bin k", the first of which is always 1.
  const isAt = (row: number, k: number) => (row === k ? 1 : row === k + 1 ? -1 : 0);
  return {
    least,
    edges: { x: edges(0), y: edges(bins) },
    at: matrix(bins, 2 * bins, (row, k) => isAt(row, k % bins)),
    below: matrix(bins, 2 * bins, (row, k) => (row === (k % bins) + 1 ? 1 : 0)),
    upper: matrix(bins, bins, (row, k) => (k === bins - 1 ? 0 : isAt(row, k))),
    lower: matrix(bins, bins, (row, k) => (k === bins - 1 ? 0 : isAt(row, k + 1))),
    both: matrix(2 * bins, 2, (row, k) => (Math.floor(row / bins) === k ? free : 0)),
    start: matrix(bins, 1, (row) => (row === 0 ? -bound : least)),
    one: matrix(bins, 1, () => 1),
  };
}

const known = new Map<string, ReturnType<typeof matricesOf>>();

function matrices(shape: SplineShape): ReturnType<typeof matricesOf> {
  const key = `${shape.bins} ${shape.bound}`;
  const found = known.get(key) ?? matricesOf(shape);
  known.set(key, found);
  return found;
}

function segment(along: "x" | "y", inside: Tensor, tables: SplineTables, shape: SplineShape): Segment {
  const { bins } = shape;
  const [n, columns] = inside.shape as readonly [number | string, number];
  const { least, edges, at, below, upper, lower, both, start, one } = matrices(shape);
  const shares = reshape(softmax(reshape(tables.shares, [n, 2 * columns, bins])), [n, columns, 2 * bins]);
  const slopes = reshape(tables.slopes, [n, columns, bins]);
  const above = step(sub(reshape(inside, [n, columns, 1]), rowProduct(shares, edges[along])));
  const flat = (x: Tensor) => reshape(x, [n, columns]);
  const pair = (mask: Tensor) => split(rowProduct(mul(rowProduct(above, mask), shares), both), [1, 1]).map(flat);
  const origin = flat(rowProduct(above, start));
  const [x, y] = pair(below).map((edge) => add(edge, origin));
  const [width, height] = pair(at).map((size) => add(size, least));
  // Edges of the box have no parameter: what is picked for them is 0, which means slope 1.
  const slope = (mask: Tensor) =>
    add(softplus(add(flat(rowProduct(mul(rowProduct(above, mask), slopes), one)), UNIT_SLOPE)), LEAST_SLOPE);
  return { x, y, width, height, left: slope(lower), right: slope(upper) };
}

/** The spline within a segment, and its slope: equations 4 and 5 of the paper. */
export function segmentForward(x: Tensor, s: Segment): { readonly y: Tensor; readonly slope: Tensor } {
  const mean = div(s.height, s.width);
  const share = div(sub(x, s.x), s.width);
  const rest = sub(1, share);
  const both = mul(share, rest);
  const squared = square(share);
  const below = add(mean, mul(sub(add(s.left, s.right), mul(mean, 2)), both));
  const y = add(s.y, mul(s.height, div(add(mul(mean, squared), mul(s.left, both)), below)));
  const above = add(add(mul(s.right, squared), mul(mul(mean, 2), both)), mul(s.left, square(rest)));
  return { y, slope: mul(above, square(div(mean, below))) };
}

/** The inverse within a segment: equations 6 to 8 of the paper, in the form of its root that loses no digits. */
export function segmentInverse(y: Tensor, s: Segment): Tensor {
  const mean = div(s.height, s.width);
  const up = sub(y, s.y);
  const bend = mul(up, sub(add(s.left, s.right), mul(mean, 2)));
  const a = add(mul(s.height, sub(mean, s.left)), bend);
  const b = sub(mul(s.height, s.left), bend);
  const c = mul(mean, up);
  const root = sqrt(maximum(add(square(b), mul(mul(a, c), 4)), 0));
  return add(s.x, mul(s.width, div(mul(c, 2), add(b, root))));
}

/**
 * Applies splines to each row.
 * @param x [n, columns]
 * @returns The results and the logarithms of the slopes, [n, columns].
 */
export function spline(
  x: Tensor,
  tables: SplineTables,
  shape: SplineShape,
): { readonly y: Tensor; readonly logSlope: Tensor } {
  const inside = clip(x, -shape.bound, shape.bound);
  const { y, slope } = segmentForward(inside, segment("x", inside, tables, shape));
  return { y: add(y, sub(x, inside)), logSlope: log(slope) };
}

/** The inverse of `spline`: x from y, [n, columns]. */
export function splineInverse(y: Tensor, tables: SplineTables, shape: SplineShape): Tensor {
  const inside = clip(y, -shape.bound, shape.bound);
  const x = segmentInverse(inside, segment("y", inside, tables, shape));
  return add(x, sub(y, inside));
}
