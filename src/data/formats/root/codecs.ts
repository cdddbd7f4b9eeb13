/**
 * @file The five codecs of ROOT blocks (core/zip of ROOT names them by two letters), each from one block of known raw
 * length. They throw plain errors; `compression.ts` says where.
 */
import { inflateSync, unzlibSync } from "fflate";
import { decompress as unzstd } from "fzstd";
import type { OpenOptions } from "../format.js";
import { decodeLz4 } from "./lz4.js";
import { xxh64 } from "./xxh64.js";

export type Inflate = NonNullable<OpenOptions["inflate"]>;

/** Decodes the payload of one block. */
export type Codec = (payload: Uint8Array, rawLength: number) => Uint8Array | Promise<Uint8Array>;

/** Returns the codec of a block by its two letters, or undefined. */
export function codecOf(letters: string, inflate: Inflate | undefined): Codec | undefined {
  if (letters === "ZL") return inflate ?? inflateHere;
  if (letters === "CS") return (payload, rawLength) => inflateSync(payload, { out: new Uint8Array(rawLength) });
  if (letters === "L4") return unLz4;
  if (letters === "ZS") return unZstd;
  if (letters === "XZ") return unXz;
  return undefined;
}

function inflateHere(payload: Uint8Array, rawLength: number): Uint8Array {
  const raw = unzlibSync(payload, { out: new Uint8Array(rawLength) });
  // fflate does not look at the checksum, and a flipped bit would come out as a number.
  const at = payload.length - 4;
  const stored = ((payload[at] << 24) | (payload[at + 1] << 16) | (payload[at + 2] << 8) | payload[at + 3]) >>> 0;
  if (adler32(raw) !== stored) throw new Error("wrong checksum");
  return raw;
}

/** Adler-32 (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; ) {
    // 3800 additions stay below 2^31, so the modulo can wait that long.
    for (const stop = Math.min(i + 3800, bytes.length); i < stop; i++) {
      a += bytes[i];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function unLz4(payload: Uint8Array, rawLength: number): Uint8Array {
  if (payload.length < 8) throw new Error("too short");
  const block = payload.subarray(8);
  const stored = new DataView(payload.buffer, payload.byteOffset, 8);
  const [high, low] = xxh64(block);
  if (high !== stored.getUint32(0) || low !== stored.getUint32(4)) throw new Error("wrong checksum");
  const raw = new Uint8Array(rawLength);
  decodeLz4(block, raw);
  return raw;
}

/** As a power of two above 1 KiB; the most that zstd's own levels use. */
const LARGEST_WINDOW = 17;

/**
 * fzstd compares an output buffer that it is given with a number, for which JavaScript spells out the whole buffer as
 * text: three quarters of its time. Without one it trusts the frame's own length, so that is checked first.
 */
function unZstd(payload: Uint8Array, rawLength: number): Uint8Array {
  const length = zstdLength(payload);
  if (length === undefined) {
    // ROOT always gives the length; without it fzstd takes memory for the whole window that the frame asks for.
    if (payload[5] >> 3 > LARGEST_WINDOW) throw new Error("a window above 128 MiB");
  } else if (length !== rawLength) throw new Error(`${length} bytes instead of ${rawLength}`);
  return unzstd(payload);
}

/** Reads the length of the content from the header of a Zstandard frame, where it is given (RFC 8878, 3.1.1.1). */
function zstdLength(frame: Uint8Array): number | undefined {
  const descriptor = frame[4];
  const flag = descriptor >> 6;
  const single = (descriptor >> 5) & 1;
  if (flag === 0 && single === 0) return undefined;
  const at = 6 - single + [0, 1, 2, 4][descriptor & 3];
  let length = flag === 1 ? 256 : 0;
  for (let i = 0; i < 1 << flag; i++) length += frame[at + i] * 2 ** (8 * i);
  return length;
}

/** LZMA is rare in new files: its WebAssembly is loaded when the first such block is met. */
async function unXz(payload: Uint8Array, rawLength: number): Promise<Uint8Array> {
  const module = await import("xz-decompress");
  const { XzReadableStream } = "XzReadableStream" in module ? module : (module as { default: typeof module }).default;
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(payload);
      controller.close();
    },
  });
  const raw = new Uint8Array(rawLength);
  let filled = 0;
  // The decoder holds a lock until its end is read or an error met, so bytes too many are counted, not left.
  const reader = new XzReadableStream(input).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length <= rawLength) raw.set(value, filled);
    filled += value.length;
  }
  if (filled !== rawLength) throw new Error(`${filled} bytes instead of ${rawLength}`);
  return raw;
}
