/**
 * @file Turns the bytes of baskets into typed arrays. ROOT writes big-endian; every machine that runs JavaScript engines
 * of note is little-endian, so words are swapped through integer views, never number by number through a DataView.
 */
import type { DType, TypedArray } from "../../schema.js";
import { type Packing, unpackTruncated } from "./packed-float.js";

/** How the numbers of a column are stored. */
export interface Encoding {
  readonly dtype: DType;
  /** Bytes of one number in the file. */
  readonly size: number;
  /** Decodes `n` numbers from `source[at ..]` to `target[to ..]`. Bounds are the caller's. */
  decode(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void;
}

/** Returns the encoding of a plain number. */
export function plainEncoding(dtype: DType): Encoding {
  if (dtype === "bool") return { dtype, size: 1, decode: decodeBool };
  if (dtype === "int8" || dtype === "uint8") return { dtype, size: 1, decode: copyBytes };
  if (dtype === "int16" || dtype === "uint16") return { dtype, size: 2, decode: swap16 };
  if (dtype === "int32" || dtype === "uint32" || dtype === "float32") return { dtype, size: 4, decode: swap32 };
  return { dtype, size: 8, decode: swap64 };
}

/** Returns the encoding of a packed number; `dtype` is float32 for Float16_t and float64 for Double32_t. */
export function packedEncoding(dtype: "float32" | "float64", packing: Packing): Encoding {
  if (packing.kind === "float") return { dtype, size: 4, decode: widenFloats };
  if (packing.kind === "truncated") {
    const { bits } = packing;
    return {
      dtype,
      size: 3,
      decode(source, at, n, target, to) {
        const out = target as Float64Array;
        for (let i = 0; i < n; i++, at += 3) {
          out[to + i] = unpackTruncated(source[at], (source[at + 1] << 8) | source[at + 2], bits);
        }
      },
    };
  }
  const { factor, minimum } = packing;
  return {
    dtype,
    size: 4,
    decode(source, at, n, target, to) {
      const view = new DataView(source.buffer, source.byteOffset + at, n * 4);
      const out = target as Float64Array;
      for (let i = 0; i < n; i++) out[to + i] = view.getUint32(i * 4) / factor + minimum;
    },
  };
}

function bytesOf(target: TypedArray, to: number, n: number, size: number): Uint8Array {
  return new Uint8Array(target.buffer, target.byteOffset + to * size, n * size);
}

function copyBytes(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void {
  bytesOf(target, to, n, 1).set(source.subarray(at, at + n));
}

function decodeBool(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void {
  const out = target as Uint8Array;
  for (let i = 0; i < n; i++) out[to + i] = source[at + i] === 0 ? 0 : 1;
}

function swap16(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void {
  const out = new Uint16Array(target.buffer, target.byteOffset + to * 2, n);
  let from = out;
  if ((source.byteOffset + at) % 2 === 0)
    from = new Uint16Array(source.buffer as ArrayBuffer, source.byteOffset + at, n);
  else bytesOf(target, to, n, 2).set(source.subarray(at, at + n * 2));
  for (let i = 0; i < n; i++) {
    const w = from[i];
    out[i] = (w << 8) | (w >>> 8);
  }
}

function swap32(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void {
  swapWords(source, at, n, new Int32Array(target.buffer, target.byteOffset + to * 4, n));
}

/** Swaps the bytes of `n` 4-byte words from any place; words that do not lie on a 4-byte boundary are copied first. */
function swapWords(source: Uint8Array, at: number, n: number, out: Int32Array): void {
  let from = out;
  if ((source.byteOffset + at) % 4 === 0)
    from = new Int32Array(source.buffer as ArrayBuffer, source.byteOffset + at, n);
  else new Uint8Array(out.buffer, out.byteOffset, n * 4).set(source.subarray(at, at + n * 4));
  for (let i = 0; i < n; i++) {
    const w = from[i];
    // Two rotations, which engines turn into one instruction each.
    out[i] = (((w << 8) | (w >>> 24)) & 0x00ff00ff) | (((w << 24) | (w >>> 8)) & 0xff00ff00);
  }
}

function swap64(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void {
  const out = new Int32Array(target.buffer, target.byteOffset + to * 8, n * 2);
  swapWords(source, at, n * 2, out);
  for (let i = 0; i < out.length; i += 2) {
    const high = out[i];
    out[i] = out[i + 1];
    out[i + 1] = high;
  }
}

function widenFloats(source: Uint8Array, at: number, n: number, target: TypedArray, to: number): void {
  const floats = new Float32Array(n);
  swap32(source, at, n, floats, 0);
  (target as Float64Array).set(floats, to);
}
