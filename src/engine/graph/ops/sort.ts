/** @file Sorting along the last axis, by ONNX's TopK. */
import { applyAll, defineOp } from "../op.js";
import { needFloat } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { put } from "./rows.js";

const sortOp = defineOp({
  name: "sort",
  infer: ([x]) => [
    { dtype: x.dtype, shape: x.shape },
    { dtype: "int64", shape: x.shape },
  ],
  emit(emitter, { inputs: [x] }, inputs) {
    const size = x.shape[x.rank - 1];
    const k =
      typeof size === "number"
        ? emitter.constant("int64", [1], [size])
        : emitter.node("Shape", inputs, { start: -1 })[0];
    return emitter.node("TopK", [inputs[0], k], { axis: -1, largest: 0, sorted: 1 }, 2);
  },
  vjp: ({ inputs: [x], outputs: [, order] }, [g]) => [g && put(g, order, x)],
});

/**
 * Sorts each row ascending; returns the values and where each came from.
 * For the sliced Wasserstein distance of many slices, the transport kernel is far faster.
 */
export function sort(x: Tensor): { readonly values: Tensor; readonly order: Tensor } {
  needFloat("sort", x);
  const [values, order] = applyAll(sortOp, [x]);
  return { values, order };
}
