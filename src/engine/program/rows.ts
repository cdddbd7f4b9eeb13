/** @file Which tensors go row by row, so that a batch can be worked on in parts. */
import type { Node, Shape } from "../graph/tensor.js";

/** Name of the axis along which a batch is cut into parts. */
export const BATCH = "batch";

/**
 * What a tensor is to a batch that is cut into parts: a table with one row an event ("rows"), a number or table that all
 * parts share ("whole"), or neither ("mixed"), as a transposed table is.
 */
export type Extent = "rows" | "whole" | "mixed";

export function extentOf({ shape }: { readonly shape: Shape }): Extent {
  const at = shape.indexOf(BATCH);
  if (at === -1) return "whole";
  return at === 0 && shape.lastIndexOf(BATCH) === 0 ? "rows" : "mixed";
}

/** A sum over all rows: what it gives for the parts adds up to what it gives for the batch. */
export function isSumOverRows(node: Node): boolean {
  if (extentOf(node.outputs[0]) !== "whole" || node.op.host !== undefined) return false;
  const rows = node.inputs.some((x) => extentOf(x) === "rows");
  if (!rows) return false;
  if (node.op.name === "sum") return (node.attributes.axes as readonly number[]).includes(0);
  if (node.op.name === "gemm") return node.inputs.length === 2 && node.inputs.every((x) => extentOf(x) === "rows");
  return false;
}

/** Ops that mix rows, or of which a part of the rows means nothing. */
const ACROSS = new Set(["transpose", "gatherRows", "scatterRows"]);

/** Whether an op gives each row from the same row of its inputs alone. */
export function isRowByRow(node: Node): boolean {
  const { op, inputs, outputs } = node;
  if (ACROSS.has(op.name) || op.host !== undefined) return false;
  if (outputs.some((y) => extentOf(y) !== "rows") || inputs.some((x) => extentOf(x) === "mixed")) return false;
  if (op.name === "gemm")
    return extentOf(inputs[0]) === "rows" && inputs.slice(1).every((x) => extentOf(x) === "whole");
  // Softmax and sorting go along the last axis, which must not be the first.
  return outputs[0].rank > 1 || !["softmax", "logSoftmax", "sort", "pick", "put"].includes(op.name);
}
