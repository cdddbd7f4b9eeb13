/** @file What ops write their ONNX nodes to. */
import type { DType } from "./tensor.js";

export type EmitAttributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

export interface Emitter {
  /**
   * Adds a node. Integer attributes are numbers, real ones `{ float: x }`.
   * @param outputs How many outputs, or their names where "" leaves one out (default 1).
   * @param domain "" for ONNX itself, "com.microsoft" for ONNX Runtime's own (never in exported files).
   */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: EmitAttributes,
    outputs?: number,
    domain?: string,
  ): string[];
  /** Adds known numbers; equal ones are written once. */
  constant(dtype: DType, shape: readonly number[], data: ArrayLike<number>): string;
  /** False for files that other runtimes must read: only ops of the ONNX standard. */
  readonly contrib: boolean;
}
