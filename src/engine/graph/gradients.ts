/** @file Reverse-mode differentiation by rewriting the graph: gradients are tensors like all others. */
import { ConfigError } from "../../util/errors.js";
import { add } from "./ops/arithmetic.js";
import { expand, zerosLike } from "./ops/layout.js";
import { describe, sameShape } from "./shape.js";
import { isFloat, type Node, scalar, type Tensor } from "./tensor.js";

/** Nodes that lie between the parameters and the loss, in order of creation. */
function between(loss: Tensor, wanted: ReadonlySet<Tensor>): Node[] {
  const depends = new Map<Tensor, boolean>();
  const nodes = new Map<Node, boolean>();
  // Without recursion: graphs of many layers differentiated twice are deeper than the call stack.
  const stack: Tensor[] = [loss];
  while (stack.length > 0) {
    const x = stack[stack.length - 1];
    if (depends.has(x)) {
      stack.pop();
      continue;
    }
    const node = x.node;
    if (wanted.has(x) || node === undefined) {
      depends.set(x, wanted.has(x));
      stack.pop();
      continue;
    }
    const open = node.inputs.filter((i) => !depends.has(i));
    if (open.length > 0) {
      stack.push(...open);
      continue;
    }
    const dependent = node.op.vjp !== undefined && node.inputs.some((i) => depends.get(i));
    nodes.set(node, dependent);
    for (const y of node.outputs) depends.set(y, dependent || wanted.has(y));
    stack.pop();
  }
  return [...nodes]
    .filter(([, dependent]) => dependent)
    .map(([node]) => node)
    .sort((a, b) => a.order - b.order);
}

/**
 * Differentiates a scalar.
 * @param loss Tensor of shape [].
 * @param parameters What to differentiate by. A gradient of zeros where the loss does not depend on one.
 * @returns For each parameter its gradient, of the same shape. It is a tensor and can be differentiated again.
 */
export function gradients(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0 || !isFloat(loss.dtype)) {
    throw new ConfigError(
      `gradients: needs one real number; expected shape [], got ${describe(loss)} of ${loss.dtype}.`,
    );
  }
  const wanted = new Set(parameters);
  const grads = new Map<Tensor, Tensor>([[loss, scalar(loss, 1)]]);
  const nodes = between(loss, wanted);
  const needed = new Set<Tensor>([...parameters, ...nodes.flatMap((node) => node.outputs)]);
  for (const node of nodes.reverse()) {
    const incoming = node.outputs.map((y) => {
      const g = grads.get(y);
      return g === undefined || node.op.broadcastGradient === true ? g : expand(g, y);
    });
    if (incoming.every((g) => g === undefined)) continue;
    const outgoing = node.op.vjp?.(node, incoming) ?? [];
    node.inputs.forEach((x, k) => {
      const g = outgoing[k];
      if (g === undefined || !needed.has(x)) return;
      const sum = grads.get(x);
      grads.set(x, sum === undefined ? g : add(sum, g));
    });
  }
  return parameters.map((p) => {
    const g = grads.get(p);
    if (g === undefined) return zerosLike(p);
    const full = expand(g, p);
    if (!sameShape(full.shape, p.shape))
      throw new Error(`internal: gradient of ${describe(p)} has shape [${full.shape}]`);
    return full;
  });
}
