import { apply, defineOp } from "../op.js";
import type { Tensor } from "../tensor.js";

const stopOp = defineOp({
  name: "stopGradient",
  infer: ([x]) => [x],
  emit: (_, __, inputs) => [inputs[0]],
});

/** The same value, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => apply(stopOp, [x]);
