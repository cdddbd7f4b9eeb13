/**
 * @file From the bytes of one Parquet column chunk to one Column. hyparquet parses page headers and decompresses;
 * here the levels become offsets and the values go straight into a typed array, with no list object an event.
 */
import type { ColumnMetaData, Compressors, DecodedArray } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { readPlain } from "hyparquet/src/plain.js";
import { DataError } from "../../util/errors.js";
import type { Column } from "../event-table.js";
import { allocate, type TypedArray } from "../schema.js";
import { type Page, readPageV1, readPageV2 } from "./parquet-page.js";
import { isList, type Leaf } from "./parquet-schema.js";

/** One column chunk to decode. */
export interface Chunk {
  readonly leaf: Leaf;
  readonly meta: ColumnMetaData;
  readonly bytes: ArrayBuffer;
  /** Events in the row group. */
  readonly rows: number;
  /** Index of the row group's first event in the file, for messages. */
  readonly firstRow: number;
  readonly compressors: Compressors | undefined;
  readonly file: string;
}

/** Decodes a column chunk. @throws DataError where a value is null, or the pages do not add up. */
export function decodeChunk(chunk: Chunk): Column {
  return isList(chunk.leaf.field) ? decodeLists(chunk) : decodeFlat(chunk);
}

function* pages({ leaf, meta, bytes, rows, compressors }: Chunk): Generator<Page> {
  const reader = { view: new DataView(bytes), offset: 0 };
  const total = Number(meta.num_values);
  let dictionary: DecodedArray | undefined;
  for (let seen = 0; seen < total; ) {
    const header = parquetHeader(reader);
    if (!(header.compressed_page_size >= 0)) throw new Error(`a page of ${header.compressed_page_size} bytes`);
    const body = new Uint8Array(bytes, reader.offset, header.compressed_page_size);
    reader.offset += header.compressed_page_size;
    const inflate = (packed: Uint8Array, before = 0) =>
      decompressPage(packed, Number(header.uncompressed_page_size) - before, meta.codec, compressors);
    const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dict } = header;
    if (dict !== undefined) {
      const page = inflate(body);
      const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
      dictionary = readPlain({ view, offset: 0 }, meta.type, dict.num_values, undefined);
      continue;
    }
    const info = v1 ?? v2;
    // Index pages hold no values.
    if (info === undefined) continue;
    const most = leaf.entryDefinition > 0 ? total - seen : rows;
    if (!(info.num_values >= 0 && info.num_values <= most)) throw new Error(`a page of ${info.num_values} values`);
    const page = v1 !== undefined ? readPageV1(inflate(body), v1, leaf) : readPageV2(body, v2!, leaf, inflate);
    seen += info.num_values;
    yield info.encoding.endsWith("_DICTIONARY") ? { ...page, values: lookUp(page.values, dictionary, leaf) } : page;
  }
}

function lookUp(indices: DecodedArray, dictionary: DecodedArray | undefined, leaf: Leaf): DecodedArray {
  if (dictionary === undefined) throw new Error("a page refers to a dictionary that is not there");
  const values = allocate(leaf.field.dtype, indices.length) as Float64Array;
  const words = allocate(leaf.field.dtype, dictionary.length) as Float64Array;
  words.set(dictionary as ArrayLike<number>);
  for (let i = 0; i < values.length; i++) {
    if (indices[i] >= words.length) throw new Error("a page refers to a dictionary entry that is not there");
    values[i] = words[indices[i]];
  }
  return values;
}

/** A null has no place in a typed array, and to call it NaN or 0 would change the data unseen. */
function nullValue({ leaf, firstRow, file }: Chunk, row: number, what: string): DataError {
  return new DataError(
    `${file}: column "${leaf.field.name}", event ${firstRow + row} is null; expected ${what}, got none. ` +
      "Fill or drop the missing values before (in pandas `fillna` or `dropna`), or leave the column out.",
  );
}

function decodeFlat(chunk: Chunk): Column {
  const { leaf, rows } = chunk;
  const { field } = leaf;
  let values: TypedArray | undefined;
  let at = 0;
  for (const { count, values: dataPage, definition } of pages(chunk)) {
    if (dataPage.length !== count) {
      const missing = definition?.findIndex((level) => level < leaf.maxDefinition) ?? 0;
      throw nullValue(chunk, at + missing, "a number");
    }
    if (at + count > rows) throw new Error(`more than the ${rows} values that the footer tells`);
    const whole = at === 0 && count === rows && sameType(dataPage, field.dtype);
    if (whole) return { field, values: dataPage as TypedArray };
    values ??= allocate(field.dtype, rows);
    (values as Float64Array).set(dataPage as ArrayLike<number>, at);
    at += count;
  }
  if (at !== rows) throw new Error(`${at} values where the footer tells ${rows}`);
  return { field, values: values ?? allocate(field.dtype, 0) };
}

const NATIVE: Readonly<Record<string, unknown>> = {
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Whether decoded values already are what the column holds, so that they need not be copied. */
function sameType(values: DecodedArray, dtype: string): boolean {
  return values.constructor === NATIVE[dtype];
}

function decodeLists(chunk: Chunk): Column {
  const { leaf, rows, meta } = chunk;
  const { field, maxDefinition, entryDefinition } = leaf;
  const offsets = new Int32Array(rows + 1);
  const values = allocate(field.dtype, Number(meta.num_values));
  let row = 0;
  let entries = 0;
  for (const { count, values: dataPage, definition, repetition } of pages(chunk)) {
    if (repetition === undefined || definition === undefined) throw new Error("a list without levels");
    const first = entries;
    if (row === 0 && count > 0 && repetition[0] !== 0) throw new Error("the first list has no beginning");
    for (let i = 0; i < count; i++) {
      if (repetition[i] === 0) offsets[row++] = entries;
      const level = definition[i];
      if (level === maxDefinition) entries++;
      else if (level >= entryDefinition) throw nullValue(chunk, row - 1, "a list without gaps");
      else if (level < entryDefinition - 1) throw nullValue(chunk, row - 1, "a list");
    }
    if (entries - first !== dataPage.length)
      throw new Error(`${dataPage.length} values where the levels tell ${entries - first}`);
    (values as Float64Array).set(dataPage as ArrayLike<number>, first);
  }
  if (row !== rows) throw new Error(`${row} lists where the footer tells ${rows}`);
  offsets[rows] = entries;
  return shaped(chunk, offsets, values.subarray(0, entries) as TypedArray);
}

/** Gives lists of the recorded width back as the fixed arrays that they were. */
function shaped({ leaf, file, firstRow }: Chunk, offsets: Int32Array, values: TypedArray): Column {
  const { field } = leaf;
  const width = field.width ?? 1;
  if (width === 1) return { field, values, offsets };
  for (let row = 0; row + 1 < offsets.length; row++) {
    const n = offsets[row + 1] - offsets[row];
    if (field.jagged ? n % width === 0 : n === width) continue;
    throw new DataError(
      `${file}: column "${field.name}", event ${firstRow + row} has ${n} values; expected ${field.jagged ? "a multiple of " : ""}${width}, as its description says.`,
    );
  }
  return field.jagged ? { field, values, offsets: offsets.map((o) => o / width) } : { field, values };
}
