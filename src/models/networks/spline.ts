/**
 * @file Monotone rational-quadratic splines, as graph ops: all bins of all columns at once. Which bin a number falls into
 * is told by comparing it with all edges; what belongs to the bin is then a sum over products with zeros and ones. ONNX
 * Runtime does that faster than gathering, and row by row.
 * Reference: Durkan, Bekasov, Murray, Papamakarios (2019), "Neural spline flows", arXiv 1906.04032, section 3.1 (after
 * Gregory and Delbourgo 1982).
 */
import { constant, ops, type Tensor } from "../../engine/index.js";

const { add, clip, div, log, maximum, mul, reshape, rowProduct, softmax, softplus, split, sqrt, square, step } = ops;
const { sub, sum } = ops;

/** How many bins each column has, and where they lie. */
export interface SplineShape {
  readonly bins: number;
  /** Bins cover [-bound, bound] of input and output; beyond, the spline is the identity. */
  readonly bound: number;
}

/** Least share of a bin in the width and in the height of the box, times the number of bins. */
const LEAST_SHARE = 0.01;
/** Least slope at an edge. */
const LEAST_SLOPE = 1e-3;
/** What makes the slope of a parameter 0 one. */
const UNIT_SLOPE = Math.log(Math.expm1(1 - LEAST_SLOPE));
/** Above every number inside the box: the upper edge of the last bin is never passed. */
const NEVER = 1e6;

/** Parameters of one column: logits of the widths, of the heights, and slopes at upper edges (the last is not used). */
export const splineParameters = ({ bins }: SplineShape): number => 3 * bins;

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

/** Zeros and ones that pick from tables of bins [n, columns, bins]. */
export interface BinMasks {
  /** Bins that end below the number. */
  readonly below: Tensor;
  /** The bin that holds the number. */
  readonly at: Tensor;
  /** The same but for the last bin: edges with a slope of their own above the number. */
  readonly upper: Tensor;
  /** The bin before: edges with a slope of their own below the number. */
  readonly lower: Tensor;
}

const matrix = (size: number, value: (row: number, column: number) => number): Tensor =>
  constant(
    "float32",
    [size, size],
    Array.from({ length: size * size }, (_, k) => value(Math.floor(k / size), k % size)),
  );

const kinds = new Map<number, { readonly at: Tensor; readonly upper: Tensor; readonly lower: Tensor }>();

function maskMatrices(bins: number) {
  let known = kinds.get(bins);
  if (known === undefined) {
    const last = bins - 1;
    known = {
      at: matrix(bins, (from, to) => (to === from + 1 ? 1 : to === from ? -1 : 0)),
      upper: matrix(bins, (from, to) => (to === last ? 0 : to === from + 1 ? 1 : to === from ? -1 : 0)),
      lower: matrix(bins, (from, to) => (to === from ? 1 : to === from - 1 ? -1 : 0)),
    };
    kinds.set(bins, known);
  }
  return known;
}

/**
 * Finds bins.
 * @param x [n, columns]
 * @param edges Upper edges [n or 1, columns, bins], the last above all numbers.
 */
export function binMasks(x: Tensor, edges: Tensor, bins: number): BinMasks {
  const [n, columns] = x.shape;
  const below = step(sub(reshape(x, [n, columns, 1]), edges));
  const first = constant("float32", [1, 1, bins], [1, ...new Array<number>(bins - 1).fill(0)]);
  const { at, upper, lower } = maskMatrices(bins);
  return {
    below,
    at: add(rowProduct(below, at), first),
    upper: bins > 1 ? add(rowProduct(below, upper), first) : rowProduct(below, upper),
    lower: rowProduct(below, lower),
  };
}

/** Sums over bins what a mask lets through: [n, columns]. */
export const pickBin = (mask: Tensor, table: Tensor): Tensor => sum(mul(mask, table), -1);

/** Tables of bins [n, columns, bins] made of a network's output [n, columns * splineParameters]. */
function tables(raw: Tensor, columns: number, { bins }: SplineShape) {
  const [widths, heights, slopes] = split(reshape(raw, [raw.shape[0], columns, 3 * bins]), [bins, bins, bins]);
  return {
    widths: softmax(widths),
    heights: softmax(heights),
    // Less one, so that an edge without a slope of its own has slope one.
    slopes: add(softplus(add(slopes, UNIT_SLOPE)), LEAST_SLOPE - 1),
  };
}

function upperEdges(shares: Tensor, { bins, bound }: SplineShape): Tensor {
  const free = 2 * bound * (1 - LEAST_SHARE);
  const least = (2 * bound * LEAST_SHARE) / bins;
  const sums = rowProduct(
    shares,
    matrix(bins, (from, to) => (from <= to ? free : 0)),
  );
  const start = Array.from({ length: bins }, (_, k) => (k === bins - 1 ? NEVER : least * (k + 1) - bound));
  return add(sums, constant("float32", [1, 1, bins], start));
}

function segment(along: "x" | "y", inside: Tensor, raw: Tensor, shape: SplineShape): Segment {
  const { bins, bound } = shape;
  const { widths, heights, slopes } = tables(raw, inside.shape[1] as number, shape);
  const masks = binMasks(inside, upperEdges(along === "x" ? widths : heights, shape), bins);
  const free = 2 * bound * (1 - LEAST_SHARE);
  const least = (2 * bound * LEAST_SHARE) / bins;
  const start = sub(mul(sum(masks.below, -1), least), bound);
  const edge = (shares: Tensor) => add(mul(pickBin(masks.below, shares), free), start);
  const size = (shares: Tensor) => add(mul(pickBin(masks.at, shares), free), least);
  return {
    x: edge(widths),
    width: size(widths),
    y: edge(heights),
    height: size(heights),
    left: add(pickBin(masks.lower, slopes), 1),
    right: add(pickBin(masks.upper, slopes), 1),
  };
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
 * Applies the splines to each row.
 * @param x [n, columns]
 * @param raw [n, columns * splineParameters(shape)], free of limits; zeros give the identity.
 * @returns The results and the logarithms of the slopes, [n, columns].
 */
export function spline(x: Tensor, raw: Tensor, shape: SplineShape): { readonly y: Tensor; readonly logSlope: Tensor } {
  const inside = clip(x, -shape.bound, shape.bound);
  const { y, slope } = segmentForward(inside, segment("x", inside, raw, shape));
  return { y: add(y, sub(x, inside)), logSlope: log(slope) };
}

/** The inverse of `spline`: x from y, [n, columns]. */
export function splineInverse(y: Tensor, raw: Tensor, shape: SplineShape): Tensor {
  const inside = clip(y, -shape.bound, shape.bound);
  const x = segmentInverse(inside, segment("y", inside, raw, shape));
  return add(x, sub(y, inside));
}
