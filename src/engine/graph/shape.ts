/** @file Rules of shapes, and the errors that name both. */
import { ConfigError } from "../../util/errors.js";
import type { DType, Operand, Shape, Tensor } from "./tensor.js";
import { isFloat, scalar } from "./tensor.js";

export const show = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Calls a tensor by its label where it has one. */
export const describe = (x: Tensor): string => `${x.label === undefined ? "" : `${x.label} `}${show(x.shape)}`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, k) => dim === b[k]);

/** Shape of two broadcast operands, as in NumPy: aligned at the last axis, sizes equal or one of them 1. */
export function broadcastShape(where: string, a: Tensor, b: Tensor): Shape {
  const rank = Math.max(a.rank, b.rank);
  return Array.from({ length: rank }, (_, k) => {
    const left = a.shape[k - rank + a.rank] ?? 1;
    const right = b.shape[k - rank + b.rank] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ConfigError(
        `${where}: shapes do not go together; expected sizes that are equal or 1 on each axis, got ${describe(a)} and ${describe(b)}.`,
      );
    }
    return left === 1 ? right : left;
  });
}

export function sameType(where: string, inputs: readonly Tensor[]): DType {
  const first = inputs[0].dtype;
  for (const x of inputs) {
    if (x.dtype !== first) {
      throw new ConfigError(
        `${where}: types differ; expected ${first} throughout, got ${x.dtype} (${describe(x)}). Cast one of them.`,
      );
    }
  }
  return first;
}

export function needFloat(where: string, x: Tensor): void {
  if (!isFloat(x.dtype)) {
    throw new ConfigError(
      `${where}: needs real numbers; expected float32 or float64, got ${x.dtype} (${describe(x)}).`,
    );
  }
}

export function needRank(where: string, x: Tensor, rank: number): void {
  if (x.rank !== rank) {
    throw new ConfigError(`${where}: wrong number of axes; expected ${rank}, got ${x.rank} (${describe(x)}).`);
  }
}

/** Counts an axis from the front; negative ones count from the end. */
export function axisOf(where: string, x: Tensor, axis: number): number {
  const from = axis < 0 ? axis + x.rank : axis;
  if (!Number.isInteger(from) || from < 0 || from >= x.rank) {
    throw new ConfigError(`${where}: no such axis; expected one of ${describe(x)}, got ${axis}.`);
  }
  return from;
}

export function fixedDim(where: string, x: Tensor, axis: number): number {
  const dim = x.shape[axis];
  if (typeof dim !== "number") {
    throw new ConfigError(
      `${where}: the size of axis ${axis} must be known when the graph is built; expected a number, got "${dim}" (${describe(x)}).`,
    );
  }
  return dim;
}

/** Turns numbers into tensors of the type of the first tensor among the operands. */
export function lift(where: string, operands: readonly Operand[]): Tensor[] {
  const like = operands.find((x): x is Tensor => typeof x !== "number");
  if (like === undefined) throw new ConfigError(`${where}: expected at least one tensor, got numbers only.`);
  return operands.map((x) => (typeof x === "number" ? scalar(like, x) : x));
}
