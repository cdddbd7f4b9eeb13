/**
 * @file ROOT's compressed records: one or more blocks of at most 16 MiB raw, each behind nine bytes (two letters that
 * name the codec, a method byte, and two 3-byte little-endian lengths). Source: ROOT, core/zip/src/RZip.cxx.
 */
import { DataError } from "../../../util/errors.js";
import { codecOf, type Inflate } from "./codecs.js";

const HEADER = 9;

interface Block {
  readonly letters: string;
  readonly payload: Uint8Array;
  readonly rawLength: number;
}

/**
 * Returns the raw bytes of a record; a view of `stored` where it is not compressed.
 * @param where What to call the record in messages.
 * @throws DataError where a block is damaged, short, or of an unknown codec.
 */
export async function decompress(
  stored: Uint8Array,
  rawLength: number,
  where: string,
  inflate: Inflate | undefined,
): Promise<Uint8Array> {
  if (stored.length >= rawLength) return stored.subarray(0, rawLength);
  // All lengths are checked before any memory is taken, so that damage cannot ask for terabytes.
  const blocks = splitBlocks(stored, rawLength, where);
  const parts = await Promise.all(blocks.map((block) => decode(block, where, inflate)));
  if (parts.length === 1) return parts[0];
  const raw = new Uint8Array(rawLength);
  let at = 0;
  for (const part of parts) {
    raw.set(part, at);
    at += part.length;
  }
  return raw;
}

function splitBlocks(stored: Uint8Array, rawLength: number, where: string): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  let raw = 0;
  while (raw < rawLength) {
    if (at + HEADER > stored.length) throw damaged(where, `blocks of ${rawLength} raw bytes`, `${raw}`);
    const letters = String.fromCharCode(stored[at], stored[at + 1]);
    const length = stored[at + 3] | (stored[at + 4] << 8) | (stored[at + 5] << 16);
    const blockRaw = stored[at + 6] | (stored[at + 7] << 8) | (stored[at + 8] << 16);
    at += HEADER;
    if (at + length > stored.length || raw + blockRaw > rawLength || blockRaw === 0) {
      throw damaged(where, `a block within ${stored.length - at} bytes`, `${length} (${blockRaw} raw)`);
    }
    blocks.push({ letters, payload: stored.subarray(at, at + length), rawLength: blockRaw });
    at += length;
    raw += blockRaw;
  }
  return blocks;
}

async function decode(block: Block, where: string, inflate: Inflate | undefined): Promise<Uint8Array> {
  const { letters, payload, rawLength } = block;
  const codec = codecOf(letters, inflate);
  if (codec === undefined) throw damaged(where, "a compression of ZL, CS, L4, ZS or XZ", JSON.stringify(letters));
  let raw: Uint8Array;
  try {
    raw = await codec(payload, rawLength);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(where, `a sound ${letters} block`, `"${reason}"`, cause);
  }
  if (raw.length !== rawLength) throw damaged(where, `${rawLength} raw bytes`, `${raw.length}`);
  return raw;
}

function damaged(where: string, expected: string, got: string, cause?: unknown): DataError {
  return new DataError(`${where}: damaged; expected ${expected}, got ${got}. Fetch the file again.`, { cause });
}
