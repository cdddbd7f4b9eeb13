/** @file Ops that move numbers without changing them: reshape, transpose, expand, concat, slice, split, pad. */
import { ConfigError } from "../../../util/errors.js";
import { apply, applyAll, defineOp } from "../op.js";
import { axisOf, describe, fixedDim, sameShape, sameType, show } from "../shape.js";
import { type Dim, type Shape, scalar, scalarValue, type Tensor } from "../tensor.js";
import { sumTo } from "./reduce.js";

const known = (dim: Dim): dim is number => typeof dim === "number";

const reshapeOp = defineOp({
  name: "reshape",
  infer: ([x], { shape }) => [{ dtype: x.dtype, shape: shape as Shape }],
  emit(emitter, node, inputs) {
    const from = node.inputs[0].shape;
    const target = (node.attributes.shape as Shape).map((dim, k) => (known(dim) ? dim : dim === from[k] ? 0 : -1));
    return emitter.node("Reshape", [...inputs, emitter.constant("int64", [target.length], target)]);
  },
  vjp: ({ inputs: [x] }, [g]) => [g && reshape(g, x.shape)],
});

/** Gives the same numbers another shape; at most one size may be a name. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const product = (s: Shape) => s.filter(known).reduce((a, b) => a * b, 1);
  const names = (s: Shape) =>
    s
      .filter((dim) => !known(dim))
      .sort()
      .join();
  if (
    product(x.shape) !== product(shape) ||
    names(x.shape) !== names(shape) ||
    shape.filter((d) => !known(d)).length > 1
  ) {
    throw new ConfigError(
      `reshape: sizes do not agree; expected as many numbers as ${describe(x)}, got ${show(shape)}.`,
    );
  }
  return apply(reshapeOp, [x], { shape: [...shape] });
}

const transposeOp = defineOp({
  name: "transpose",
  infer: ([x], { order }) => [{ dtype: x.dtype, shape: (order as readonly number[]).map((k) => x.shape[k]) }],
  emit: (emitter, node, inputs) =>
    emitter.node("Transpose", inputs, { perm: node.attributes.order as readonly number[] }),
  vjp(node, [g]) {
    const order = node.attributes.order as readonly number[];
    return [
      g &&
        transpose(
          g,
          Array.from(order, (_, k) => order.indexOf(k)),
        ),
    ];
  },
});

/** Permutes the axes; without an order, reverses them. */
export function transpose(x: Tensor, order: readonly number[] = x.shape.map((_, k) => x.rank - 1 - k)): Tensor {
  if ([...order].sort((a, b) => a - b).some((axis, k) => axis !== k) || order.length !== x.rank) {
    throw new ConfigError(
      `transpose: order is no permutation; expected each of the ${x.rank} axes of ${describe(x)} once, got [${order}].`,
    );
  }
  return apply(transposeOp, [x], { order: [...order] });
}

const expandOp = defineOp({
  name: "expand",
  infer: ([x, like]) => [{ dtype: x.dtype, shape: like.shape }],
  emit(emitter, { inputs: [, like] }, inputs) {
    const size = like.shape.every(known)
      ? emitter.constant("int64", [like.rank], like.shape as number[])
      : emitter.node("Shape", [inputs[1]])[0];
    return emitter.node("Expand", [inputs[0], size]);
  },
  vjp: ({ inputs: [x] }, [g]) => [g && sumTo(g, x.shape), undefined],
});

/** Stretches x by repetition to the shape of `like`. */
export function expand(x: Tensor, like: Tensor): Tensor {
  return sameShape(x.shape, like.shape) ? x : apply(expandOp, [x, like]);
}

/** Zeros of the shape and type of `like`. */
export const zerosLike = (like: Tensor): Tensor => expand(scalar(like, 0), like);

/** Whether a tensor is known to hold nothing but zeros. */
export function isZero(x: Tensor): boolean {
  return scalarValue(x) === 0 || (x.node?.op === expandOp && scalarValue(x.node.inputs[0]) === 0);
}

const concatOp = defineOp({
  name: "concat",
  infer(inputs, { axis }) {
    const shape = [...inputs[0].shape];
    shape[axis as number] = inputs.reduce((n, x) => n + fixedDim("concat", x, axis as number), 0);
    return [{ dtype: sameType("concat", inputs), shape }];
  },
  emit: (emitter, node, inputs) => emitter.node("Concat", inputs, { axis: node.attributes.axis as number }),
  vjp(node, [g]) {
    const axis = node.attributes.axis as number;
    return g === undefined
      ? []
      : split(
          g,
          node.inputs.map((x) => x.shape[axis] as number),
          axis,
        );
  },
});

/** Joins tensors along an axis (default the last). */
export function concat(inputs: readonly Tensor[], axis = -1): Tensor {
  if (inputs.length === 0) throw new ConfigError("concat: nothing to join; expected at least one tensor, got none.");
  if (inputs.length === 1) return inputs[0];
  const at = axisOf("concat", inputs[0], axis);
  const without = (x: Tensor) => x.shape.filter((_, k) => k !== at);
  for (const x of inputs) {
    if (x.rank !== inputs[0].rank || !sameShape(without(x), without(inputs[0]))) {
      throw new ConfigError(
        `concat: shapes do not go together; expected the same sizes but on axis ${at}, got ${describe(inputs[0])} and ${describe(x)}.`,
      );
    }
  }
  return apply(concatOp, inputs, { axis: at });
}

const splitOp = defineOp({
  name: "split",
  infer([x], { sizes, axis }) {
    return (sizes as readonly number[]).map((size) => ({
      dtype: x.dtype,
      shape: x.shape.map((dim, k) => (k === axis ? size : dim)),
    }));
  },
  emit(emitter, { attributes: { sizes, axis } }, inputs) {
    const parts = sizes as readonly number[];
    const lengths = emitter.constant("int64", [parts.length], parts);
    return emitter.node("Split", [inputs[0], lengths], { axis: axis as number }, parts.length);
  },
  vjp(node, grads) {
    if (grads.every((g) => g === undefined)) return [];
    const parts = grads.map((g, k) => g ?? zerosLike(node.outputs[k]));
    return [concat(parts, node.attributes.axis as number)];
  },
});

/** Cuts a tensor into parts of the given sizes along an axis (default the last). */
export function split(x: Tensor, sizes: readonly number[], axis = -1): readonly Tensor[] {
  const at = axisOf("split", x, axis);
  const size = fixedDim("split", x, at);
  const sum = sizes.reduce((a, b) => a + b, 0);
  if (sum !== size || sizes.some((s) => s < 0)) {
    throw new ConfigError(
      `split: parts do not add up; expected ${size} on axis ${at} of ${describe(x)}, got ${sizes.join(" + ")} = ${sum}.`,
    );
  }
  return sizes.length === 1 ? [x] : applyAll(splitOp, [x], { sizes: [...sizes], axis: at });
}

const sliceOp = defineOp({
  name: "slice",
  infer: ([x], { axis, start, end }) => [
    { dtype: x.dtype, shape: x.shape.map((dim, k) => (k === axis ? (end as number) - (start as number) : dim)) },
  ],
  emit(emitter, { attributes: { axis, start, end } }, inputs) {
    const one = (value: unknown) => emitter.constant("int64", [1], [value as number]);
    return emitter.node("Slice", [inputs[0], one(start), one(end), one(axis)]);
  },
  vjp({ inputs: [x], attributes: { axis, start, end } }, [g]) {
    const size = x.shape[axis as number] as number;
    return [g && pad(g, axis as number, start as number, size - (end as number))];
  },
});

/** Takes positions start to end - 1 of an axis. */
export function slice(x: Tensor, start: number, end: number, axis = -1): Tensor {
  const at = axisOf("slice", x, axis);
  const size = fixedDim("slice", x, at);
  if (!(0 <= start && start < end && end <= size)) {
    throw new ConfigError(
      `slice: range out of bounds; expected 0 <= start < end <= ${size} on axis ${at} of ${describe(x)}, got ${start} to ${end}.`,
    );
  }
  return start === 0 && end === size ? x : apply(sliceOp, [x], { axis: at, start, end });
}

const padOp = defineOp({
  name: "pad",
  infer([x], { axis, before, after }) {
    const size = fixedDim("pad", x, axis as number) + (before as number) + (after as number);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, k) => (k === axis ? size : dim)) }];
  },
  emit(emitter, { inputs: [x], attributes: { axis, before, after } }, inputs) {
    const widths = Array.from({ length: 2 * x.rank }, (_, k) =>
      k === axis ? (before as number) : k === (axis as number) + x.rank ? (after as number) : 0,
    );
    return emitter.node("Pad", [inputs[0], emitter.constant("int64", [widths.length], widths)], { mode: "constant" });
  },
  vjp({ inputs: [x], attributes: { axis, before } }, [g]) {
    const start = before as number;
    return [g && slice(g, start, start + (x.shape[axis as number] as number), axis as number)];
  },
});

/** Puts zeros before and after along an axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const at = axisOf("pad", x, axis);
  return before === 0 && after === 0 ? x : apply(padOp, [x], { axis: at, before, after });
}
