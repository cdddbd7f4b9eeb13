import { apply, defineOp } from "../op.js";
import type { Shape, Tensor } from "../tensor.js";

const parameterOp = defineOp({
  name: "parameter",
  infer: ([flat], { shape }) => [{ dtype: flat.dtype, shape: shape as Shape }],
  emit(emitter, { attributes: { offset, shape } }, inputs) {
    const sizes = shape as readonly number[];
    const start = offset as number;
    const end = start + sizes.reduce((a, b) => a * b, 1);
    const int64 = (...values: number[]) => emitter.constant("int64", [values.length], values);
    const part = emitter.node("Slice", [inputs[0], int64(start), int64(end), int64(0)]);
    return sizes.length === 1 ? part : emitter.node("Reshape", [part[0], int64(...sizes)]);
  },
});

/**
 * The piece of a flat vector that holds one parameter. Gradients are asked for by piece and joined again, so this op
 * needs none of its own.
 */
export function parameter(flat: Tensor, offset: number, shape: readonly number[]): Tensor {
  return apply(parameterOp, [flat], { offset, shape: [...shape] });
}

const joinOp = defineOp({
  name: "join",
  infer: ([like]) => [like],
  emit(emitter, _, [, ...pieces]) {
    const line = emitter.constant("int64", [1], [-1]);
    return emitter.node(
      "Concat",
      pieces.map((piece) => emitter.node("Reshape", [piece, line])[0]),
      { axis: 0 },
    );
  },
});

/** The reverse of `parameter`: joins pieces, in order, to a flat vector that has the shape and type of `like`. */
export function join(like: Tensor, pieces: readonly Tensor[]): Tensor {
  return apply(joinOp, [like, ...pieces]);
}
