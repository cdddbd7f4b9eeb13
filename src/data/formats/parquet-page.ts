/**
 * @file One Parquet data page: its levels and values, into typed arrays. Run lengths are checked against the page's own
 * count before anything is filled in, so that damaged bytes end in an error and not in endless loops.
 *
 * Reference: Apache Parquet format 2.11, Encodings.md (RLE / bit-packing hybrid) and README.md (data pages).
 */
import type { DataReader, DecodedArray, Encoding, PageHeader } from "hyparquet";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { Leaf } from "./parquet-schema.js";

export interface Page {
  /** Levels in the page: values, nulls and empty lists together. */
  readonly count: number;
  /** Absent where no value can be missing. */
  readonly definition: Uint8Array | undefined;
  /** Absent where the column does not repeat. */
  readonly repetition: Uint8Array | undefined;
  readonly values: DecodedArray;
}

function varint(reader: DataReader): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.view.getUint8(reader.offset++);
    value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
  throw new Error("a run without an end");
}

/** Fills `out` from runs and bit-packed groups of `width` bits. */
function readHybrid<T extends Uint8Array | Int32Array>(reader: DataReader, width: number, out: T): T {
  const { view } = reader;
  for (let at = 0; at < out.length; ) {
    const header = varint(reader);
    if ((header & 1) === 0) {
      const stop = Math.min(out.length, at + (header >>> 1));
      let value = 0;
      for (let bits = 0; bits < width; bits += 8) value |= view.getUint8(reader.offset++) << bits;
      if (stop === at) throw new Error("an empty run");
      out.fill(value, at, stop);
      at = stop;
    } else {
      at = unpack(reader, (header >>> 1) * 8, width, out, at);
    }
  }
  return out;
}

/** Unpacks `count` numbers, of which only those that fit are kept: the last group is padded. */
function unpack(reader: DataReader, count: number, width: number, out: Uint8Array | Int32Array, at: number): number {
  const { view } = reader;
  const start = reader.offset;
  const stop = Math.min(out.length, at + count);
  if (stop === at) throw new Error("an empty run");
  let bits = 0;
  let kept = 0;
  for (; at < stop; at++) {
    let value = 0;
    for (let have = 0; have < width; ) {
      if (kept === 0) {
        bits = view.getUint8(reader.offset++);
        kept = 8;
      }
      const take = Math.min(kept, width - have);
      value |= (bits & ((1 << take) - 1)) << have;
      bits >>>= take;
      kept -= take;
      have += take;
    }
    out[at] = value;
  }
  reader.offset = start + (count * width) / 8;
  return at;
}

function readValues(reader: DataReader, leaf: Leaf, encoding: Encoding, count: number): DecodedArray {
  const { type } = leaf.path[leaf.path.length - 1].element;
  switch (encoding) {
    case "PLAIN":
      return readPlain(reader, type!, count, undefined);
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      if (count === 0) return [];
      const width = reader.view.getUint8(reader.offset++);
      if (width > 32) throw new Error("dictionary indices of more than 32 bits");
      return readHybrid(reader, width, new Int32Array(count));
    }
    case "RLE":
      reader.offset += 4;
      return readHybrid(reader, 1, new Uint8Array(count));
    case "DELTA_BINARY_PACKED": {
      const out = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, out);
      return out;
    }
    case "BYTE_STREAM_SPLIT":
      return byteStreamSplit(reader, count, type!, undefined);
    default:
      throw new Error(`encoding ${encoding}, which is not read`);
  }
}

/** Bits that a level up to `most` needs. */
function bitsFor(most: number): number {
  return 32 - Math.clz32(most);
}

/** How many values are there: those whose definition level is the highest. */
function present(definition: Uint8Array | undefined, most: number, count: number): number {
  if (definition === undefined) return count;
  let n = 0;
  for (let i = 0; i < count; i++) if (definition[i] === most) n++;
  return n;
}

/** Decodes a page of version 1, whose levels carry their length before them. @param body Decompressed. */
export function readPageV1(body: Uint8Array, header: NonNullable<PageHeader["data_page_header"]>, leaf: Leaf): Page {
  const reader = { view: new DataView(body.buffer, body.byteOffset, body.byteLength), offset: 0 };
  const count = header.num_values;
  const levels = (most: number) => {
    if (most === 0) return undefined;
    const length = reader.view.getUint32(reader.offset, true);
    const start = reader.offset + 4;
    const out = readHybrid({ view: reader.view, offset: start }, bitsFor(most), new Uint8Array(count));
    reader.offset = start + length;
    return out;
  };
  const repetition = levels(leaf.entryDefinition > 0 ? 1 : 0);
  const definition = levels(leaf.maxDefinition);
  const n = present(definition, leaf.maxDefinition, count);
  return { count, repetition, definition, values: readValues(reader, leaf, header.encoding, n) };
}

/** Decodes a page of version 2, whose levels stand uncompressed before the values. */
export function readPageV2(
  body: Uint8Array,
  header: NonNullable<PageHeader["data_page_header_v2"]>,
  leaf: Leaf,
  inflate: (values: Uint8Array, before: number) => Uint8Array,
): Page {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const count = header.num_values;
  const repetitionBytes = header.repetition_levels_byte_length ?? 0;
  const before = repetitionBytes + header.definition_levels_byte_length;
  const levels = (most: number, offset: number) =>
    most === 0 ? undefined : readHybrid({ view, offset }, bitsFor(most), new Uint8Array(count));
  const repetition = levels(leaf.entryDefinition > 0 ? 1 : 0, 0);
  const definition = levels(leaf.maxDefinition, repetitionBytes);
  const packed = body.subarray(before);
  const bytes = header.is_compressed === false ? packed : inflate(packed, before);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const n = present(definition, leaf.maxDefinition, count);
  return { count, repetition, definition, values: readValues(reader, leaf, header.encoding, n) };
}
