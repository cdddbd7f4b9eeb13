/** @file Reading Parquet: the footer at opening, then one row group at a time. */
import { type Compressors, type FileMetaData, parquetMetadataAsync, type RowGroup } from "hyparquet";
import { DataError, PeregrineError } from "../../util/errors.js";
import { EventTable } from "../event-table.js";
import { missingColumn, Schema } from "../schema.js";
import { type ByteSource, DEFAULT_CHUNK_SIZE, type ReadOptions, type TableSource } from "./format.js";
import { decodeChunk } from "./parquet-decode.js";
import { fromParquetSchema, type Leaf } from "./parquet-schema.js";

const MAGIC = 0x31524150;
const ENCRYPTED_MAGIC = 0x45524150;
/** Header, footer length and the second magic of the smallest file. */
const SMALLEST = 12;

/** hyparquet throws plain errors on bytes that make no sense; a user can only fetch the file again. */
function damaged(file: string, cause: unknown): PeregrineError {
  if (cause instanceof PeregrineError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new DataError(
    `${file}: damaged Parquet file; expected pages that can be decoded, got "${detail}". Copy or produce the file again.`,
    { cause },
  );
}

async function readFooter(source: ByteSource): Promise<FileMetaData> {
  const { name, byteLength } = source;
  const magic = async (at: number) => new DataView(await source.slice(at, at + 4)).getUint32(0, true);
  if (byteLength < SMALLEST || (await magic(0)) !== MAGIC) {
    throw new DataError(
      `${name}: not a Parquet file; expected it to begin with "PAR1". Check the file's name and origin.`,
    );
  }
  const last = await magic(byteLength - 4);
  if (last === ENCRYPTED_MAGIC)
    throw new DataError(`${name}: encrypted Parquet file; expected one without encryption.`);
  if (last !== MAGIC) {
    throw new DataError(
      `${name}: Parquet file is cut short; expected "PAR1" at the end of its ${byteLength} bytes. Copy it again.`,
    );
  }
  try {
    const metadata = await parquetMetadataAsync(source, { geoparquet: false });
    const rows = metadata.row_groups.reduce((n, group) => n + group.num_rows, 0n);
    const sound = metadata.row_groups.every((group) => group.num_rows >= 0n) && rows === metadata.num_rows;
    if (!sound) throw new Error(`row groups of ${rows} events in all, where ${metadata.num_rows} are told`);
    return metadata;
  } catch (error) {
    throw damaged(name, error);
  }
}

/** Loads the decompressors only for files that need more than what hyparquet has built in. */
async function loadCompressors(metadata: FileMetaData): Promise<Compressors | undefined> {
  const plain = metadata.row_groups.every((group) =>
    group.columns.every(({ meta_data }) => meta_data === undefined || meta_data.codec === "UNCOMPRESSED"),
  );
  return plain ? undefined : (await import("hyparquet-compressors")).compressors;
}

function readSchema(metadata: FileMetaData, file: string): ReturnType<typeof fromParquetSchema> {
  try {
    return fromParquetSchema(metadata, file);
  } catch (error) {
    throw damaged(file, error);
  }
}

/** Opens a Parquet file. @throws DataError where it is not one, cut short, or encrypted. */
export async function openParquet(source: ByteSource): Promise<TableSource> {
  const metadata = await readFooter(source);
  const { leaves, skipped } = readSchema(metadata, source.name);
  const compressors = await loadCompressors(metadata);
  const byName = new Map(leaves.map((leaf) => [leaf.field.name, leaf]));
  const schema = new Schema(leaves.map((leaf) => leaf.field));
  const length = Number(metadata.num_rows);

  async function readGroup(group: RowGroup, firstRow: number, wanted: readonly Leaf[]): Promise<EventTable> {
    const rows = Number(group.num_rows);
    const columns = [];
    for (const leaf of wanted) {
      const meta = group.columns[leaf.index]?.meta_data;
      if (meta === undefined) throw new Error(`no values of column "${leaf.field.name}" in a row group`);
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      const bytes = await source.slice(start, start + Number(meta.total_compressed_size));
      columns.push(decodeChunk({ leaf, meta, bytes, rows, firstRow, compressors, file: source.name }));
    }
    return new EventTable(columns, rows);
  }

  return {
    name: source.name,
    schema,
    length,
    skipped,
    async *read(options: ReadOptions = {}): AsyncGenerator<EventTable> {
      const { start = 0, stop = length, chunkSize = DEFAULT_CHUNK_SIZE } = options;
      const wanted = (options.columns ?? schema.names).map((name) => {
        const leaf = byName.get(name);
        if (leaf === undefined) throw missingColumn(name, schema.names, source.name);
        return leaf;
      });
      let firstRow = 0;
      for (const group of metadata.row_groups) {
        const rows = Number(group.num_rows);
        const from = Math.max(start - firstRow, 0);
        const to = Math.min(stop - firstRow, rows);
        if (from < to) {
          const table = await readGroup(group, firstRow, wanted).catch((error: unknown) => {
            throw damaged(source.name, error);
          });
          for (let at = from; at < to; at += chunkSize) yield table.slice(at, Math.min(at + chunkSize, to));
        }
        firstRow += rows;
      }
    },
  };
}
