/** @file What runs ONNX models: one interface, whether natively in Node or as WebAssembly in a browser. */
import type { DType } from "../graph/tensor.js";

export type ValueData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** Numbers with a shape, in row-major order. */
export interface Value {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ValueData;
}

export type Values = Readonly<Record<string, Value>>;

export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Runs the model.
   * @param feeds One value for each input; read in place.
   * @param into Values to write outputs to; the others are allocated. All outputs are computed.
   * @throws ConfigError that names an unknown or a missing input, or one of a wrong type or shape.
   */
  run(feeds: Values, into?: Values): Promise<Values>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Threads within one op (default: the runtime's). */
  readonly threads?: number;
  /** Whether ops may be fused into larger ones (default true); ONNX Runtime fuses some that it has in single precision only. */
  readonly fusion?: boolean;
}

export interface Runtime {
  readonly name: string;
  /** Threads that a session uses where its options do not say. */
  readonly threads: number;
  /** @throws DataError where the bytes are no ONNX model, or one that the runtime cannot run. */
  load(model: Uint8Array, options?: SessionOptions): Promise<Session>;
}

export const float32 = (data: Float32Array, ...shape: number[]): Value => ({
  dtype: "float32",
  shape: shape.length === 0 ? [data.length] : shape,
  data,
});

export const int32 = (data: Int32Array, ...shape: number[]): Value => ({
  dtype: "int32",
  shape: shape.length === 0 ? [data.length] : shape,
  data,
});
