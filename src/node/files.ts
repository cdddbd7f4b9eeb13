/** @file The file edge: paths become byte sources, tables and sinks. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { csvFormat } from "../data/formats/csv.js";
import type { ByteSource, CreateOptions, OpenOptions, TableSink, TableSource } from "../data/formats/format.js";
import { formatOf, formats } from "../data/formats/registry.js";
import type { Schema } from "../data/schema.js";
import { ConfigError, DataError, IoError } from "../util/errors.js";
import { type AtomicFile, createAtomicFile } from "./atomic-file.js";
import { deflate, inflate } from "./codecs.js";
import { codeOf, ioError, notFound } from "./io-errors.js";

export { abortAllSinks, writeFileAtomic } from "./atomic-file.js";
export { ioError } from "./io-errors.js";

async function openForReading(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, "r");
    if (!(await handle.stat()).isDirectory()) return handle;
    await handle.close();
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? await notFound(path, error) : ioError(path, "read", error);
  }
  throw new IoError(`${path}: is a folder; expected a file.`);
}

/**
 * Opens a file for reads at any position.
 * @throws IoError where it is missing (the nearest name is suggested), a folder, or not readable; DataError where it is empty.
 */
export async function openByteSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const handle = await openForReading(path);
  const byteLength = (await handle.stat()).size;
  if (byteLength === 0) {
    await handle.close();
    throw new DataError(`${path}: the file is empty. Check whether the program that wrote it finished.`);
  }
  return {
    name: path,
    byteLength,
    async slice(start, stop = byteLength) {
      const length = Math.max(0, Math.min(stop, byteLength) - start);
      const bytes = Buffer.allocUnsafeSlow(length);
      try {
        for (let at = 0; at < length; ) {
          const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
          if (bytesRead === 0) throw new IoError(`${path}: the file became shorter while it was read.`);
          at += bytesRead;
        }
      } catch (error) {
        throw ioError(path, "read", error);
      }
      return bytes.buffer as ArrayBuffer;
    },
    close: () => handle.close(),
  };
}

/** Splits "file.root:tree", as uproot users write it, where what stands before the colon ends like a known file. */
function splitTree(path: string): { file: string; tree?: string } {
  for (const ending of formats.flatMap((format) => format.extensions)) {
    const at = path.toLowerCase().lastIndexOf(`${ending}:`);
    if (at > 0) return { file: path.slice(0, at + ending.length), tree: path.slice(at + ending.length + 1) };
  }
  return { file: path };
}

/**
 * Opens the table in a file; the format follows from the file's ending.
 * @param path A path, or "file.root:tree"; the table's `file` is the path alone.
 * @throws ConfigError for an unknown ending; IoError and DataError as `openByteSource`, and what the format throws.
 */
export async function openTable(
  path: string,
  options: { readonly tree?: string } = {},
): Promise<TableSource & { readonly file: string; close(): Promise<void> }> {
  if (path === "-") {
    throw new ConfigError(
      "-: tables cannot be read from standard input; expected a file. Save the input to a file first.",
    );
  }
  const { file, tree } = splitTree(path);
  const format = formatOf(file);
  const source = await openByteSource(file);
  try {
    const openOptions: OpenOptions = { tree: options.tree ?? tree, inflate };
    const table = await format.open(source, openOptions);
    return {
      name: table.name,
      file,
      ...(table.tree !== undefined && { tree: table.tree }),
      schema: table.schema,
      length: table.length,
      skipped: table.skipped,
      read: (o) => table.read(o),
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Standard output as a file: it has no name to give and nothing to remove. */
function standardOutput(): AtomicFile {
  // A failed write also emits "error", which unheard would end the process with a trace; the promise below tells it.
  process.stdout.on("error", () => {});
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => {
          if (error) reject(ioError("standard output", "write", error));
          else resolve();
        });
      }),
    async commit() {},
    async abort() {},
  };
}

/**
 * Starts a table file; the format follows from the ending. It is written under a temporary name in the same folder;
 * `close` gives it its name, `abort` removes it.
 * @param path A path, or "-" for CSV on standard output.
 * @param options Name of the tree and its friend, compression: see CreateOptions; Node's own zlib compresses.
 * @throws ConfigError where the ending is unknown or read-only; IoError where the place cannot be written to, or the disk
 * is full (what was written is removed).
 */
export async function createTable(
  path: string,
  schema: Schema,
  options: Omit<CreateOptions, "deflate"> = {},
): Promise<TableSink & { abort(): Promise<void> }> {
  const format = path === "-" ? csvFormat : formatOf(path);
  if (format.create === undefined) {
    const able = formats.filter((f) => f.create !== undefined).flatMap((f) => f.extensions);
    throw new ConfigError(`${path}: ${format.name} files are only read; expected a name ending in ${able.join(", ")}.`);
  }
  const file = path === "-" ? standardOutput() : await createAtomicFile(path);
  try {
    const sink = format.create(file, schema, { ...options, deflate });
    return {
      write: (chunk) => sink.write(chunk),
      async close() {
        await sink.close();
        await file.commit();
      },
      abort: () => file.abort(),
    };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/** Reads a whole file. @throws IoError as `openByteSource`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const handle = await openForReading(path);
  try {
    const { buffer, byteOffset, byteLength } = await readFile(handle);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw ioError(path, "read", error);
  } finally {
    await handle.close();
  }
}
