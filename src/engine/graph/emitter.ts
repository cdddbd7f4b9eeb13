/** @file What ops write their ONNX nodes to. */
import type { Dim, DType } from "./tensor.js";

/** Long lists are given as such, so that they need not be compared with those of other nodes. */
export type EmitList =
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly strings: readonly string[] };

export type EmitAttributes = Readonly<
  Record<string, number | string | readonly number[] | { readonly float: number } | EmitList>
>;

export interface Emitter {
  /**
   * Adds a node. Integer attributes are numbers, real ones `{ float: x }`.
   * @param type Name of the op, with its domain where that is not the standard's: "ai.onnx.ml:TreeEnsembleRegressor".
   * @param outputs How many outputs (default 1).
   */
  node(type: string, inputs: readonly string[], attributes?: EmitAttributes, outputs?: number): string[];
  /** Adds known numbers; equal ones are written once. */
  constant(dtype: DType, shape: readonly number[], data: ArrayLike<number>): string;
  /** Size of a named axis where it is known, counted over all parts of a batch that is worked on in parts. */
  size(dim: Dim): number | undefined;
  /** Name of a fed row of ones [1, dim], where there is one. */
  ones(dim: Dim): string | undefined;
}
