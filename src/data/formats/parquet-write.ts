/**
 * @file Writing Parquet: row groups of PLAIN pages, uncompressed, without nulls. hyparquet-writer writes headers, levels
 * and the footer; the values go from typed array to sink as they are, which no encoder on top of JavaScript arrays can match.
 */
import type { ColumnChunk, Encoding, FileMetaData, RowGroup } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { conform } from "../conform.js";
import { type Column, type EventTable, trimmed } from "../event-table.js";
import type { Schema, TypedArray } from "../schema.js";
import type { ByteSink, TableSink } from "./format.js";
import { Groups } from "./groups.js";
import { isList, PHYSICAL, toKeyValue, toParquetSchema } from "./parquet-schema.js";

/** Most events in a row group; readers hold one group in memory. */
const GROUP_EVENTS = 131_072;
const GROUP_BYTES = 1 << 26;

const MAGIC = new TextEncoder().encode("PAR1");

/** Values as PLAIN encodes them: little-endian, booleans as bits, narrow integers as 32 bits. */
function plainBytes(dtype: string, values: TypedArray): Uint8Array {
  if (dtype === "bool") {
    const bits = new Uint8Array((values.length + 7) >> 3);
    for (let i = 0; i < values.length; i++) if (values[i]) bits[i >> 3] |= 1 << (i & 7);
    return bits;
  }
  const wide = values.BYTES_PER_ELEMENT < 4 ? Int32Array.from(values as Int8Array) : values;
  return new Uint8Array(wide.buffer as ArrayBuffer, wide.byteOffset, wide.byteLength);
}

/** Repetition and definition levels of lists: an entry has definition 1, an empty list one level pair (0, 0). */
function listLevels(offsets: Int32Array): { repetition: Uint8Array; definition: Uint8Array } {
  const rows = offsets.length - 1;
  let empty = 0;
  for (let i = 0; i < rows; i++) if (offsets[i + 1] === offsets[i]) empty++;
  const count = offsets[rows] + empty;
  const repetition = new Uint8Array(count).fill(1);
  const definition = new Uint8Array(count).fill(1);
  for (let i = 0, at = 0; i < rows; i++) {
    const n = offsets[i + 1] - offsets[i];
    repetition[at] = 0;
    if (n === 0) definition[at] = 0;
    at += n || 1;
  }
  return { repetition, definition };
}

/** Offsets of a list column counted in values rather than entries; fixed arrays are lists of equal length. */
function valueLists(column: Column, rows: number): { offsets: Int32Array; values: TypedArray } {
  const width = column.field.width ?? 1;
  if (!column.field.jagged)
    return { offsets: Int32Array.from({ length: rows + 1 }, (_, i) => i * width), values: column.values };
  const { offsets, values } = trimmed(column);
  return { offsets: width === 1 ? offsets : offsets.map((o) => o * width), values };
}

/** One data page (version 1, which every reader knows) that holds a whole column chunk. */
function encodePage(column: Column, rows: number): { parts: Uint8Array[]; count: number } {
  const header = new ByteWriter(256);
  let levels: Uint8Array = new Uint8Array(0);
  let values = column.values;
  let count = rows;
  if (isList(column.field)) {
    const lists = valueLists(column, rows);
    const { repetition, definition } = listLevels(lists.offsets);
    values = lists.values;
    count = repetition.length;
    levels = lengthPrefixed([repetition, definition]);
  }
  const body = plainBytes(column.field.dtype, values);
  const size = levels.byteLength + body.byteLength;
  writePageHeader(header, {
    type: "DATA_PAGE",
    uncompressed_page_size: size,
    compressed_page_size: size,
    data_page_header: {
      num_values: count,
      encoding: "PLAIN",
      definition_level_encoding: "RLE",
      repetition_level_encoding: "RLE",
    },
  });
  return { parts: [header.getBytes(), levels, body], count };
}

function lengthPrefixed(levels: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter();
  for (const level of levels) {
    const run = new ByteWriter();
    writeRleBitPackedHybrid(run, level as unknown as number[], 1);
    out.appendUint32(run.offset);
    out.appendBytes(run.getBytes());
  }
  return out.getBytes();
}

/** Starts a Parquet file of a schema. Row groups, and so the bytes, do not depend on how the events are cut into chunks. */
export function createParquet(sink: ByteSink, schema: Schema): TableSink {
  const written: RowGroup[] = [];
  const groups = new Groups({ events: GROUP_EVENTS, bytes: GROUP_BYTES });
  let offset = 0;

  async function put(bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength === 0) return;
    await sink.write(bytes);
    offset += bytes.byteLength;
  }

  async function flush(table: EventTable): Promise<void> {
    const start = offset;
    const columns: ColumnChunk[] = [];
    for (const field of schema.fields) {
      const column = table.column(field.name);
      const chunkStart = offset;
      const { parts, count } = encodePage(column, table.length);
      for (const part of parts) await put(part);
      const size = BigInt(offset - chunkStart);
      columns.push({
        file_offset: BigInt(chunkStart),
        meta_data: {
          type: PHYSICAL[field.dtype].type as NonNullable<ColumnChunk["meta_data"]>["type"],
          encodings: ["PLAIN", "RLE"] as Encoding[],
          path_in_schema: isList(field) ? [field.name, "list", "element"] : [field.name],
          codec: "UNCOMPRESSED",
          num_values: BigInt(count),
          total_uncompressed_size: size,
          total_compressed_size: size,
          data_page_offset: BigInt(chunkStart),
        },
      });
    }
    const bytes = BigInt(offset - start);
    written.push({ columns, total_byte_size: bytes, total_compressed_size: bytes, num_rows: BigInt(table.length) });
  }

  return {
    async write(chunk: EventTable): Promise<void> {
      const table = conform(chunk, schema, "parquet");
      if (offset === 0) await put(MAGIC);
      for (const group of groups.add(table)) await flush(group);
    },
    async close(): Promise<void> {
      if (offset === 0) await put(MAGIC);
      const rest = groups.rest();
      if (rest !== undefined) await flush(rest);
      const metadata: Omit<FileMetaData, "metadata_length"> = {
        version: 1,
        created_by: "peregrine",
        schema: toParquetSchema(schema),
        num_rows: written.reduce((n, group) => n + group.num_rows, 0n),
        row_groups: written,
        key_value_metadata: [toKeyValue(schema)],
      };
      const footer = new ByteWriter();
      writeMetadata(footer, metadata as FileMetaData);
      await put(footer.getBytes());
      await put(MAGIC);
    },
  };
}
