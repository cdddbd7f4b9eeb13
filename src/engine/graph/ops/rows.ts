/** @file Picking rows of a table, and adding rows into one. */
import { ConfigError } from "../../../util/errors.js";
import { apply, defineOp } from "../op.js";
import { describe, needRank, sameShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { expand, zerosLike } from "./layout.js";

function needIndices(where: string, indices: Tensor): void {
  needRank(where, indices, 1);
  if (indices.dtype !== "int32" && indices.dtype !== "int64") {
    throw new ConfigError(
      `${where}: needs row numbers; expected int32 or int64, got ${indices.dtype} (${describe(indices)}).`,
    );
  }
}

const gatherOp = defineOp({
  name: "gatherRows",
  infer: ([x, indices]) => [{ dtype: x.dtype, shape: [indices.shape[0], ...x.shape.slice(1)] }],
  emit: (emitter, _, inputs) => emitter.node("Gather", inputs, { axis: 0 }),
  vjp: ({ inputs: [x, indices] }, [g]) => [g && scatterRows(g, indices, x), undefined],
});

/** Takes rows by number, [b] of them; a row may be taken more than once. */
export function gatherRows(x: Tensor, indices: Tensor): Tensor {
  needIndices("gatherRows", indices);
  return apply(gatherOp, [x, indices]);
}

const scatterOp = defineOp({
  name: "scatterRows",
  infer: ([x, , like]) => [{ dtype: x.dtype, shape: like.shape }],
  emit(emitter, { inputs: [, indices] }, [x, at, zeros]) {
    const long = indices.dtype === "int64" ? at : emitter.node("Cast", [at], { to: 7 })[0];
    const column = emitter.node("Unsqueeze", [long, emitter.constant("int64", [1], [1])])[0];
    return emitter.node("ScatterND", [zeros, column, x], { reduction: "add" });
  },
  vjp: ({ inputs: [, indices] }, [g]) => [g && gatherRows(g, indices), undefined, undefined],
});

/** Adds each row of x into row `indices` of a table of zeros that has the shape of `like`. */
export function scatterRows(x: Tensor, indices: Tensor, like: Tensor): Tensor {
  needIndices("scatterRows", indices);
  if (!sameShape(x.shape, [indices.shape[0], ...like.shape.slice(1)])) {
    throw new ConfigError(
      `scatterRows: shapes do not go together; expected one row a number, got ${describe(x)}, ${describe(indices)} into ${describe(like)}.`,
    );
  }
  return apply(scatterOp, [x, indices, zerosLike(like)]);
}

const pickOp = defineOp({
  name: "pick",
  infer: ([x, indices]) => [{ dtype: x.dtype, shape: indices.shape }],
  emit: (emitter, _, inputs) => emitter.node("GatherElements", inputs, { axis: -1 }),
  vjp: ({ inputs: [x, indices] }, [g]) => [g && put(g, indices, x), undefined],
});

/** Takes x[..., indices[..., k]] along the last axis, row by row. */
export function pick(x: Tensor, indices: Tensor): Tensor {
  if (indices.rank !== x.rank || !sameShape(indices.shape.slice(0, -1), x.shape.slice(0, -1))) {
    throw new ConfigError(
      `pick: shapes do not go together; expected the same sizes but on the last axis, got ${describe(x)} and ${describe(indices)}.`,
    );
  }
  return apply(pickOp, [x, indices]);
}

const putOp = defineOp({
  name: "put",
  infer: ([x, , like]) => [{ dtype: x.dtype, shape: like.shape }],
  emit: (emitter, _, [x, indices, zeros]) =>
    emitter.node("ScatterElements", [zeros, indices, x], { axis: -1, reduction: "add" }),
  vjp: ({ inputs: [, indices] }, [g]) => [g && pick(g, indices), undefined, undefined],
});

/** The reverse of `pick`: adds x into zeros of the shape of `like`, at the positions that `indices` names. */
export function put(x: Tensor, indices: Tensor, like: Tensor): Tensor {
  if (!sameShape(x.shape, indices.shape)) {
    throw new ConfigError(
      `put: shapes do not go together; expected one position a number, got ${describe(x)} and ${describe(indices)}.`,
    );
  }
  return apply(putOp, [expand(x, indices), indices, zerosLike(like)]);
}
