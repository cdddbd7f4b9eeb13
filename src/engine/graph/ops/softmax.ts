/** @file Softmax along the last axis, and its logarithm. */
import { apply, defineOp } from "../op.js";
import { needFloat } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { mul, sub } from "./arithmetic.js";
import { exp } from "./exponential.js";
import { sum } from "./reduce.js";

const softmaxOp = defineOp({
  name: "softmax",
  infer: ([x]) => [x],
  emit: (emitter, _, inputs) => emitter.node("Softmax", inputs, { axis: -1 }),
  vjp: ({ outputs: [y] }, [g]) => [g && mul(y, sub(g, sum(mul(g, y), -1, true)))],
});

/** exp(x) / sum exp(x) along the last axis. */
export function softmax(x: Tensor): Tensor {
  needFloat("softmax", x);
  return apply(softmaxOp, [x]);
}

const logSoftmaxOp = defineOp({
  name: "logSoftmax",
  infer: ([x]) => [x],
  emit: (emitter, _, inputs) => emitter.node("LogSoftmax", inputs, { axis: -1 }),
  vjp: ({ outputs: [y] }, [g]) => [g && sub(g, mul(exp(y), sum(g, -1, true)))],
});

/** x - log sum exp(x) along the last axis. */
export function logSoftmax(x: Tensor): Tensor {
  needFloat("logSoftmax", x);
  return apply(logSoftmaxOp, [x]);
}
