/** @file Compressed records: zlib streams in blocks of at most 16 MiB raw. Source: ROOT, core/zip/src/RZip.cxx. */
import { zlibSync } from "fflate";
import type { CreateOptions } from "../../format.js";

/** Makes the content of a record as it is stored. */
export type Compress = (raw: Uint8Array) => Promise<Uint8Array>;

const HEADER = 9;
const LARGEST_BLOCK = 0xffffff;
const DEFLATED = 8;

/** ROOT's setting for the codec and its level, 100 * codec + level. */
export const ZLIB_LEVEL_1 = 101;

/** Returns how records are stored. What does not become smaller is stored as it is, as ROOT does. */
export function compressor({ compression = "zlib", deflate }: CreateOptions): Compress {
  if (compression === "none") return async (raw) => raw;
  const make = deflate ?? ((bytes: Uint8Array) => zlibSync(bytes, { level: 1 }));
  return async (raw) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let at = 0; at < raw.length; at += LARGEST_BLOCK) {
      const block = raw.subarray(at, at + LARGEST_BLOCK);
      const payload = await make(block);
      // Three bytes tell the length, which a block that zlib cannot shrink might exceed.
      if (payload.length > LARGEST_BLOCK) return raw;
      parts.push(blockHeader(payload.length, block.length), payload);
      length += HEADER + payload.length;
    }
    if (length >= raw.length) return raw;
    const stored = new Uint8Array(length);
    let to = 0;
    for (const part of parts) {
      stored.set(part, to);
      to += part.length;
    }
    return stored;
  };
}

function blockHeader(stored: number, raw: number): Uint8Array {
  const bytes = [0x5a, 0x4c, DEFLATED];
  for (const length of [stored, raw]) bytes.push(length & 0xff, (length >> 8) & 0xff, length >> 16);
  return Uint8Array.from(bytes);
}
