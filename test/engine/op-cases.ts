/**
 * @file One case or more for every op: how to apply it, to numbers of which range, and what must come out. The contract
 * test fails for an op without a case.
 */
import * as g from "../../src/engine/graph/ops/index.js";
import { join, parameter } from "../../src/engine/graph/ops/parameter.js";
import { constant, type Tensor } from "../../src/engine/graph/tensor.js";

export interface OpCase {
  readonly op: string;
  /** What is special about this case. */
  readonly note?: string;
  /** Shapes of the real inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** Range of the numbers fed (default -2 to 2); ranges keep clear of kinks, where no derivative exists. */
  readonly range?: readonly [number, number];
  build(inputs: readonly Tensor[]): Tensor;
  /** Values in row-major order, worked out in plain JavaScript. */
  expected(inputs: readonly (readonly number[])[]): readonly number[];
  /** The op exists only in single precision: its derivatives are compared with differences of `expected`. */
  readonly single?: boolean;
  /** The size of the first axis is known only when the graph runs. */
  readonly named?: boolean;
  /** No gradient flows. */
  readonly flat?: boolean;
}

const unary = (
  op: string,
  build: (x: Tensor) => Tensor,
  f: (x: number) => number,
  more: Partial<OpCase> = {},
): OpCase => ({ op, shapes: [[2, 3]], build: ([x]) => build(x), expected: ([x]) => x.map(f), ...more });

/** a and b of shapes [2, 3] and [3], so that the second is broadcast. */
const binary = (
  op: string,
  build: (a: Tensor, b: Tensor) => Tensor,
  f: (a: number, b: number) => number,
  more: Partial<OpCase> = {},
): OpCase => ({
  op,
  shapes: [[2, 3], [3]],
  build: ([a, b]) => build(a, b),
  expected: ([a, b]) => a.map((value, k) => f(value, b[k % 3])),
  ...more,
});

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const number = (condition: boolean) => (condition ? 1 : 0);
const total = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const rows = (x: readonly number[], width: number) =>
  Array.from({ length: x.length / width }, (_, k) => x.slice(k * width, (k + 1) * width));

/** Abramowitz and Stegun 7.1.5, summed until nothing is added. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function product(a: readonly number[], b: readonly number[], m: number, k: number, n: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) out.push(total(Array.from({ length: k }, (_, p) => a[i * k + p] * b[p * n + j])));
  }
  return out;
}

const flip = (x: readonly number[], m: number, n: number) =>
  Array.from({ length: m * n }, (_, k) => x[(k % n) * m + Math.floor(k / n)]);

function softmax(x: readonly number[], width: number): number[] {
  return rows(x, width).flatMap((row) => {
    const e = row.map(Math.exp);
    return e.map((value) => value / total(e));
  });
}

const bool = (op: string, build: (a: Tensor, b: Tensor) => Tensor, f: (a: number, b: number) => boolean): OpCase =>
  binary(
    op,
    (a, b) => g.cast(build(a, b), a.dtype),
    (a, b) => number(f(a, b)),
    { flat: true },
  );

const index = (...data: number[]) => constant("int32", [data.length], data);

export const OP_CASES: readonly OpCase[] = [
  binary("add", g.add, (a, b) => a + b),
  binary("sub", g.sub, (a, b) => a - b),
  binary("mul", g.mul, (a, b) => a * b),
  binary("div", g.div, (a, b) => a / b, { range: [0.5, 2] }),
  binary("minimum", g.minimum, Math.min),
  binary("maximum", g.maximum, Math.max),
  unary("neg", g.neg, (x) => -x),
  unary("abs", g.abs, Math.abs),
  unary(
    "clip",
    (x) => g.clip(x, -0.7, 0.9),
    (x) => Math.min(0.9, Math.max(-0.7, x)),
  ),
  unary("exp", g.exp, Math.exp),
  unary("log", g.log, Math.log, { range: [0.3, 3] }),
  unary("sqrt", g.sqrt, Math.sqrt, { range: [0.3, 3] }),
  unary(
    "pow",
    (x) => g.pow(x, -1.5),
    (x) => x ** -1.5,
    { range: [0.5, 2] },
  ),
  unary("sin", g.sin, Math.sin),
  unary("cos", g.cos, Math.cos),
  binary("atan2", g.atan2, Math.atan2, { single: true }),
  unary("relu", g.relu, (x) => Math.max(x, 0)),
  unary(
    "leakyRelu",
    (x) => g.leakyRelu(x, 0.2),
    (x) => (x > 0 ? x : 0.2 * x),
  ),
  unary("elu", g.elu, (x) => (x > 0 ? x : Math.expm1(x))),
  unary("tanh", g.tanh, Math.tanh),
  unary("sigmoid", g.sigmoid, sigmoid),
  unary("softplus", g.softplus, (x) => Math.log1p(Math.exp(x))),
  unary("softplus", g.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), {
    note: "far out",
    range: [-200, 200],
  }),
  unary("silu", g.silu, (x) => x * sigmoid(x)),
  unary("erf", g.erf, erf, { single: true }),
  unary("gelu", g.gelu, (x) => (x / 2) * (1 + erf(x / Math.SQRT2)), { single: true }),
  unary("step", g.step, (x) => number(x > 0), { flat: true }),
  unary("sign", g.sign, Math.sign, { flat: true }),
  unary("floor", g.floor, Math.floor, { flat: true }),
  unary("stopGradient", g.stopGradient, (x) => x, { flat: true }),
  unary(
    "cast",
    (x) => g.cast(g.cast(x, "float64"), x.dtype),
    (x) => x,
  ),
  bool("greater", g.greater, (a, b) => a > b),
  bool("less", g.less, (a, b) => a < b),
  bool(
    "equal",
    (a, b) => g.equal(a, g.add(b, 0)),
    (a, b) => a === b,
  ),
  bool(
    "and",
    (a, b) => g.and(g.greater(a, 0), g.greater(b, 0)),
    (a, b) => a > 0 && b > 0,
  ),
  bool(
    "not",
    (a, b) => g.not(g.greater(a, b)),
    (a, b) => !(a > b),
  ),
  binary(
    "where",
    (a, b) => g.where(g.greater(a, 0), g.mul(a, a), b),
    (a, b) => (a > 0 ? a * a : b),
  ),
  unary(
    "sum",
    (x) => g.sum(x, 0),
    (x) => x,
    { expected: ([x]) => [0, 1, 2].map((j) => x[j] + x[j + 3]), note: "columns" },
  ),
  unary(
    "sum",
    (x) => g.sum(x, 1),
    (x) => x,
    { expected: ([x]) => rows(x, 3).map(total), note: "rows" },
  ),
  unary(
    "sum",
    (x) => g.sum(x),
    (x) => x,
    { expected: ([x]) => [total(x)], note: "all" },
  ),
  unary(
    "mean",
    (x) => g.mean(g.mul(x, x)),
    (x) => x,
    { expected: ([x]) => [total(x.map((v) => v * v)) / 6] },
  ),
  unary(
    "max",
    (x) => g.max(x, 1),
    (x) => x,
    { expected: ([x]) => rows(x, 3).map((row) => Math.max(...row)) },
  ),
  unary(
    "count",
    (x) => g.mul(g.count(x, [0]), x),
    (x) => 2 * x,
    { named: true },
  ),
  unary(
    "sum",
    (x) => g.square(g.sum(x, 0)),
    (x) => x,
    {
      note: "columns of a named size",
      named: true,
      expected: ([x]) => [0, 1, 2].map((j) => (x[j] + x[j + 3]) ** 2),
    },
  ),
  unary(
    "expand",
    (x) => g.mul(x, g.expand(g.sum(x, 0, true), x)),
    (x) => x,
    {
      note: "to a named size",
      named: true,
      expected: ([x]) => x.map((v, k) => v * (x[k % 3] + x[(k % 3) + 3])),
    },
  ),
  unary("softmax", g.softmax, (x) => x, { expected: ([x]) => softmax(x, 3) }),
  unary("logSoftmax", g.logSoftmax, (x) => x, { expected: ([x]) => softmax(x, 3).map(Math.log) }),
  {
    op: "gemm",
    note: "with bias",
    shapes: [[2, 3], [3, 4], [4]],
    build: ([a, b, c]) => g.gemm(a, b, c),
    expected: ([a, b, c]) => product(a, b, 2, 3, 4).map((value, k) => value + c[k % 4]),
  },
  ...[false, true].flatMap((transposeA) =>
    [false, true].map(
      (transposeB): OpCase => ({
        op: "gemm",
        note: `${transposeA ? "A transposed" : "A"}, ${transposeB ? "B transposed" : "B"}`,
        shapes: [transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]],
        build: ([a, b]) => g.gemm(a, b, undefined, { transposeA, transposeB }),
        expected: ([a, b]) => product(transposeA ? flip(a, 2, 3) : a, transposeB ? flip(b, 3, 4) : b, 2, 3, 4),
      }),
    ),
  ),
  {
    op: "rowProduct",
    note: "of three axes",
    shapes: [[2, 2, 3]],
    build: ([x]) => g.rowProduct(x, constant(x.dtype, [3, 2], [1, -2, 3, 0.5, 0, 4])),
    expected: ([x]) => product(x, [1, -2, 3, 0.5, 0, 4], 4, 3, 2),
  },
  unary(
    "reshape",
    (x) => g.reshape(x, [3, 2]),
    (x) => x,
  ),
  unary("transpose", g.transpose, (x) => x, { expected: ([x]) => flip(x, 3, 2) }),
  {
    op: "expand",
    shapes: [
      [1, 3],
      [2, 3],
    ],
    build: ([x, like]) => g.expand(x, like),
    expected: ([x]) => [...x, ...x],
  },
  {
    op: "concat",
    shapes: [
      [2, 1],
      [2, 2],
    ],
    build: (inputs) => g.concat(inputs),
    expected: ([a, b]) => [a[0], b[0], b[1], a[1], b[2], b[3]],
  },
  unary(
    "split",
    (x) => g.split(x, [1, 2])[1],
    (x) => x,
    { expected: ([x]) => [x[1], x[2], x[4], x[5]] },
  ),
  unary(
    "slice",
    (x) => g.slice(x, 1, 3),
    (x) => x,
    { expected: ([x]) => [x[1], x[2], x[4], x[5]] },
  ),
  unary(
    "pad",
    (x) => g.pad(x, 1, 1, 0),
    (x) => x,
    { expected: ([x]) => [0, ...x.slice(0, 3), 0, ...x.slice(3)] },
  ),
  unary(
    "gatherRows",
    (x) => g.gatherRows(x, index(1, 0, 1)),
    (x) => x,
    {
      expected: ([x]) => [...x.slice(3), ...x.slice(0, 3), ...x.slice(3)],
    },
  ),
  {
    op: "scatterRows",
    shapes: [
      [3, 2],
      [2, 2],
    ],
    build: ([x, like]) => g.scatterRows(x, index(1, 0, 1), like),
    expected: ([x]) => [x[2], x[3], x[0] + x[4], x[1] + x[5]],
  },
  unary(
    "pick",
    (x) => g.pick(x, constant("int32", [2, 2], [2, 0, 1, 1])),
    (x) => x,
    {
      expected: ([x]) => [x[2], x[0], x[4], x[4]],
    },
  ),
  {
    op: "put",
    shapes: [
      [2, 2],
      [2, 3],
    ],
    build: ([x, like]) => g.put(x, constant("int32", [2, 2], [2, 0, 1, 1]), like),
    expected: ([x]) => [x[1], 0, x[0], 0, x[2] + x[3], 0],
  },
  unary(
    "sort",
    (x) => g.sort(x).values,
    (x) => x,
    {
      expected: ([x]) => rows(x, 3).flatMap((row) => [...row].sort((a, b) => a - b)),
    },
  ),
  {
    op: "normaliseColumns",
    shapes: [
      [5, 2],
      [1, 2],
      [1, 2],
    ],
    build: ([x, gamma, beta]) =>
      g.normaliseColumns(x, gamma, beta, constant(x.dtype, [1, 2], [0.5, -0.3]), 1e-5).values,
    expected: ([x, gamma, beta]) => normalised(x).map((v, k) => v * gamma[k % 2] + beta[k % 2]),
  },
  {
    op: "parameter",
    shapes: [[6]],
    build: ([flat]) => parameter(flat, 2, [2, 2]),
    expected: ([flat]) => flat.slice(2),
    flat: true,
  },
  {
    op: "join",
    shapes: [[5], [1, 2], [3]],
    build: ([like, a, b]) => join(like, [a, b]),
    expected: ([, a, b]) => [...a, ...b],
    flat: true,
  },
];

function normalised(x: readonly number[]): number[] {
  const columns = [0, 1].map((j) => x.filter((_, k) => k % 2 === j));
  const mean = columns.map((column) => total(column) / column.length);
  const variance = columns.map((column, j) => total(column.map((v) => (v - mean[j]) ** 2)) / column.length);
  return x.map((v, k) => (v - mean[k % 2]) / Math.sqrt(variance[k % 2] + 1e-5));
}
