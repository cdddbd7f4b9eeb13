/** @file The file edge: paths become byte sources and sinks. What is written appears under its name only when it is whole. */
import { unlinkSync } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ByteSink, ByteSource, OpenOptions, TableSink, TableSource } from "../data/formats/format.js";
import { formatOf, formats } from "../data/formats/registry.js";
import type { Schema } from "../data/schema.js";
import { ConfigError, DataError, IoError, PeregrineError } from "../util/errors.js";
import { nearestName } from "../util/suggest.js";
import { inflate } from "./codecs.js";

/** Temporary files of sinks that are neither closed nor aborted. */
const unfinished = new Set<string>();
let temporaries = 0;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file, not a folder",
  EMFILE: "too many files are open",
  EIO: "the disk reported an error",
  ENAMETOOLONG: "the name is too long",
  EPIPE: "the reader closed the pipe",
};

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}

function ioError(path: string, action: string, error: unknown): Error {
  if (error instanceof PeregrineError) return error;
  const code = codeOf(error);
  if (code === "") return error instanceof Error ? error : new Error(String(error));
  return new IoError(`${path}: cannot ${action}: ${REASONS[code] ?? code}.`, { cause: error });
}

/** The error for a file that is not there, with the nearest name in its folder as remedy. */
async function notFound(path: string, cause: unknown): Promise<IoError> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined)
    return new IoError(`${path}: no such file; folder "${folder}" does not exist either.`, { cause });
  const nearest = nearestName(basename(path), names);
  const hint = nearest === undefined ? "" : ` Did you mean "${join(folder, nearest)}"?`;
  return new IoError(`${path}: no such file.${hint}`, { cause });
}

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
 * @param path A path, or "file.root:tree".
 * @throws ConfigError for an unknown ending; IoError and DataError as `openByteSource`, and what the format throws.
 */
export async function openTable(
  path: string,
  options: { readonly tree?: string } = {},
): Promise<TableSource & { close(): Promise<void> }> {
  const { file, tree } = splitTree(path);
  const format = formatOf(file);
  const source = await openByteSource(file);
  try {
    const openOptions: OpenOptions = { tree: options.tree ?? tree, inflate };
    const table = await format.open(source, openOptions);
    const { name, schema, length, skipped } = table;
    return { name, schema, length, skipped, read: (o) => table.read(o), close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A file that gets its name when it is whole. */
interface AtomicFile extends ByteSink {
  commit(): Promise<void>;
  abort(): Promise<void>;
}

async function createFile(path: string): Promise<AtomicFile> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw new IoError(`${path}: cannot write: it is a folder; expected a file name.`);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${temporaries++}.part`);
  const handle = await open(temporary, "wx").catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw ioError(path, "write", error);
    throw new IoError(`${path}: cannot write: folder "${dirname(path)}" does not exist. Create it first.`, {
      cause: error,
    });
  });
  unfinished.add(temporary);

  async function discard(): Promise<void> {
    await handle.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    unfinished.delete(temporary);
  }

  return {
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.byteLength; ) at += (await handle.write(bytes, at)).bytesWritten;
      } catch (error) {
        await discard();
        throw ioError(path, "write", error);
      }
    },
    async commit() {
      try {
        await handle.close();
        await rename(temporary, path);
        unfinished.delete(temporary);
      } catch (error) {
        await discard();
        throw ioError(path, "write", error);
      }
    },
    async abort() {
      if (unfinished.has(temporary)) await discard();
    },
  };
}

/**
 * Starts a table file; the format follows from the ending. It is written under a temporary name in the same folder;
 * `close` gives it its name, `abort` removes it.
 * @throws ConfigError where the ending is unknown or read-only; IoError where the place cannot be written to.
 */
export async function createTable(path: string, schema: Schema): Promise<TableSink & { abort(): Promise<void> }> {
  const format = formatOf(path);
  if (format.create === undefined) {
    const able = formats.filter((f) => f.create !== undefined).flatMap((f) => f.extensions);
    throw new ConfigError(`${path}: ${format.name} files are only read; expected a name ending in ${able.join(", ")}.`);
  }
  const file = await createFile(path);
  try {
    const sink = format.create(file, schema);
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

/** Removes the temporary files of all unfinished sinks at once, for a process that must end now. */
export function abortAllSinks(): void {
  for (const temporary of unfinished) {
    try {
      unlinkSync(temporary);
    } catch {
      // The process is ending: what cannot be removed stays, under its temporary name.
    }
  }
  unfinished.clear();
}

/** Writes a whole file: readers see the old content or the new, never a part. @throws IoError as `createTable`. */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const file = await createFile(path);
  await file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
  await file.commit();
}

/** Reads a whole file. @throws IoError as `openByteSource`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const handle = await openForReading(path);
  try {
    return await readFile(handle);
  } catch (error) {
    throw ioError(path, "read", error);
  } finally {
    await handle.close();
  }
}
