/** @file Walking a graph. */
import type { Node, Tensor } from "./tensor.js";

/** Nodes that the outputs need, inputs before what is made of them; stops at the tensors in `given`. */
export function nodesOf(outputs: Iterable<Tensor>, given: ReadonlySet<Tensor> = new Set()): Node[] {
  const seen = new Set<Node>();
  const stack = [...outputs];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    const node = given.has(x) ? undefined : x.node;
    if (node === undefined || seen.has(node)) continue;
    seen.add(node);
    stack.push(...node.inputs);
  }
  return [...seen].sort((a, b) => a.order - b.order);
}

/** Input leaves that the outputs need, by name. */
export function inputsOf(outputs: readonly Tensor[], given: ReadonlySet<Tensor> = new Set()): Tensor[] {
  const all = new Set<Tensor>(outputs);
  for (const node of nodesOf(outputs, given)) for (const x of node.inputs) all.add(x);
  return [...all].filter((x) => !given.has(x) && x.leaf?.kind === "input");
}
