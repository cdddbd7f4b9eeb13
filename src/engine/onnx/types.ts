/** @file How our types are called in ONNX files. */
import type { DType } from "../graph/tensor.js";
import { TensorProto_DataType as DataType } from "./generated/onnx_pb.js";

export const ONNX_TYPES: Readonly<Record<DType, DataType>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  int32: DataType.INT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
};

function fromOnnxType(type: number): DType | undefined {
  return (Object.keys(ONNX_TYPES) as DType[]).find((dtype) => ONNX_TYPES[dtype] === type);
}

/** Our name of a type where we have it, else ONNX's in lower case. */
export function onnxTypeName(type: number): string {
  return fromOnnxType(type) ?? (DataType[type] ?? `type ${type}`).toLowerCase();
}

/** Numbers as ONNX stores them: little endian, row after row. */
export function rawBytes(dtype: DType, data: ArrayLike<number>): Uint8Array {
  const typed =
    dtype === "float32"
      ? Float32Array.from(data)
      : dtype === "float64"
        ? Float64Array.from(data)
        : dtype === "int32"
          ? Int32Array.from(data)
          : dtype === "int64"
            ? BigInt64Array.from(Array.from(data, BigInt))
            : Uint8Array.from(data);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
