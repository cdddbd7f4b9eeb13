/** @file Functions of one tensor, number by number, that ONNX has as a node. */
import { apply, defineOp } from "../op.js";
import { needFloat } from "../shape.js";
import type { Node, Tensor } from "../tensor.js";

/**
 * Defines an op and returns the function that applies it.
 * @param type Name of the ONNX node.
 * @param gradient Gradient of the input, from that of the output.
 */
export function unary(name: string, type: string, gradient: (node: Node, g: Tensor) => Tensor): (x: Tensor) => Tensor {
  const op = defineOp({
    name,
    broadcastGradient: true,
    infer: ([x]) => [x],
    emit: (emitter, _, inputs) => emitter.node(type, inputs),
    vjp: (node, [g]) => [g && gradient(node, g)],
  });
  return (x) => {
    needFloat(name, x);
    return apply(op, [x]);
  };
}
