/** @file Reductions along axes: sum, mean, max; and the size of axes. */
import { apply, defineOp } from "../op.js";
import { axisOf, needFloat, sameShape } from "../shape.js";
import { type Attributes, type DType, type Shape, scalar, type Tensor } from "../tensor.js";
import { div, mul } from "./arithmetic.js";
import { cast, equal } from "./compare.js";
import { expand, reshape } from "./layout.js";

const axesOf = (attributes: Attributes): readonly number[] => attributes.axes as readonly number[];

function reducedShape(x: Tensor, axes: readonly number[], keep: boolean): Shape {
  return keep ? x.shape.map((dim, k) => (axes.includes(k) ? 1 : dim)) : x.shape.filter((_, k) => !axes.includes(k));
}

const infer = ([x]: readonly Tensor[], attributes: Attributes) => [
  { dtype: x.dtype, shape: reducedShape(x, axesOf(attributes), attributes.keep === true) },
];

/** Puts reduced axes back with size 1, so that a gradient can be stretched along them. */
const restore = (g: Tensor, x: Tensor, axes: readonly number[]): Tensor => reshape(g, reducedShape(x, axes, true));

const sumOp = defineOp({
  name: "sum",
  infer,
  emit(emitter, { inputs: [x], attributes, outputs: [out] }, inputs) {
    const axes = axesOf(attributes);
    // A row of ones times the matrix: ONNX Runtime sums columns on one thread, but multiplies on all.
    if (x.rank === 2 && axes.length === 1 && axes[0] === 0) {
      const rows = x.shape[0];
      const fed = x.dtype === "float32" ? emitter.ones(rows) : undefined;
      const ones =
        fed ??
        (typeof rows === "number"
          ? emitter.constant(x.dtype, [1, rows], new Float32Array(rows).fill(1))
          : emitter.node("Expand", [emitter.constant(x.dtype, [1, 1], [1]), rowShape()])[0]);
      const product = emitter.node("MatMul", [ones, inputs[0]]);
      if (attributes.keep === true) return product;
      return emitter.node("Reshape", [product[0], emitter.constant("int64", [1], [out.shape[0] as number])]);
    }
    return emitter.node("ReduceSum", [inputs[0], emitter.constant("int64", [axes.length], axes)], {
      keepdims: attributes.keep === true ? 1 : 0,
    });

    function rowShape(): string {
      const size = emitter.node("Shape", [inputs[0]], { start: 0, end: 1 });
      return emitter.node("Concat", [emitter.constant("int64", [1], [1]), size[0]], { axis: 0 })[0];
    }
  },
  vjp: ({ inputs: [x], attributes }, [g]) => [g && restore(g, x, axesOf(attributes))],
});

function axesFrom(where: string, x: Tensor, axes: number | readonly number[] | undefined): readonly number[] {
  const list = axes === undefined ? x.shape.map((_, k) => k) : typeof axes === "number" ? [axes] : axes;
  return list.map((axis) => axisOf(where, x, axis)).sort((a, b) => a - b);
}

/** Sums along the axes (default all). */
export function sum(x: Tensor, axes?: number | readonly number[], keep = false): Tensor {
  needFloat("sum", x);
  const list = axesFrom("sum", x, axes);
  return list.length === 0 ? x : apply(sumOp, [x], { axes: list, keep });
}

/** Averages along the axes (default all). */
export function mean(x: Tensor, axes?: number | readonly number[], keep = false): Tensor {
  needFloat("mean", x);
  const list = axesFrom("mean", x, axes);
  return div(sum(x, list, keep), count(x, list));
}

const maxOp = defineOp({
  name: "max",
  infer,
  emit: (emitter, { attributes }, inputs) =>
    emitter.node("ReduceMax", inputs, { axes: axesOf(attributes), keepdims: attributes.keep === true ? 1 : 0 }),
  vjp({ inputs: [x], outputs: [y], attributes }, [g]) {
    const axes = axesOf(attributes);
    // Ties share the gradient, as in NumPy's and PyTorch's amax.
    const at = cast(equal(x, restore(y, x, axes)), x.dtype);
    return [g && mul(div(restore(g, x, axes), sum(at, axes, true)), at)];
  },
});

/** Takes the largest along the axes (default all). */
export function max(x: Tensor, axes?: number | readonly number[], keep = false): Tensor {
  needFloat("max", x);
  const list = axesFrom("max", x, axes);
  return list.length === 0 ? x : apply(maxOp, [x], { axes: list, keep });
}

const countOp = defineOp({
  name: "count",
  infer: (_, { dtype }) => [{ dtype: dtype as DType, shape: [] }],
  emit(emitter, { inputs: [x], attributes }, inputs) {
    const axes = axesOf(attributes);
    const known = axes.map((axis) => (typeof x.shape[axis] === "number" ? x.shape[axis] : emitter.size(x.shape[axis])));
    if (known.every((size) => size !== undefined)) {
      return [emitter.constant(attributes.dtype as DType, [], [known.reduce((a, b) => a * b, 1)])];
    }
    const sizes = emitter.node("Shape", inputs);
    const some = emitter.node("Gather", [sizes[0], emitter.constant("int64", [axes.length], axes)], { axis: 0 });
    const product = emitter.node("ReduceProd", some, { keepdims: 0 });
    return emitter.node("Cast", product, { to: attributes.dtype === "float64" ? 11 : 1 });
  },
});

/** How many numbers lie along the axes (default all), as a scalar of the tensor's type. */
export function count(x: Tensor, axes?: readonly number[]): Tensor {
  const list = axes ?? x.shape.map((_, k) => k);
  const sizes = list.map((axis) => x.shape[axis]);
  if (sizes.every((dim) => typeof dim === "number")) {
    return scalar(
      x,
      sizes.reduce((a, b) => a * b, 1),
    );
  }
  return apply(countOp, [x], { axes: list, dtype: x.dtype });
}

/** Sums x over the axes along which `shape` was stretched to become that of x. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.rank - shape.length;
  const axes = x.shape.map((_, k) => k).filter((k) => k < extra || (shape[k - extra] === 1 && x.shape[k] !== 1));
  return reshape(sum(x, axes, true), shape);
}

/** Gradient of an operand that was broadcast to `out`: g summed along the stretched axes. */
export function unbroadcast(g: Tensor, out: Tensor, operand: Tensor): Tensor {
  if (sameShape(out.shape, operand.shape)) return g;
  return sumTo(expand(g, out), operand.shape);
}
