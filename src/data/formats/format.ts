/**
 * @file What every file format offers. Formats know bytes, never files: a source of bytes has a length and a slice, a
 * sink takes bytes in order; `node/` makes both from paths. So all formats also run in a browser.
 */
import type { EventTable } from "../event-table.js";
import type { Schema } from "../schema.js";

/** Random access to the bytes of a file. */
export interface ByteSource {
  /** What to call it in messages. */
  readonly name: string;
  readonly byteLength: number;
  /** Reads the bytes [start, stop), fewer at the end of the file. */
  slice(start: number, stop?: number): Promise<ArrayBuffer>;
}

/** Takes the bytes of a file in order. The caller opens, renames and closes the file. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
  /** Overwrites bytes that were written before; absent where the bytes are on their way already, as in a pipe. */
  patch?(at: number, bytes: Uint8Array): Promise<void>;
}

/** A column that a reader found but cannot offer, and why. */
export interface SkippedColumn {
  readonly name: string;
  readonly reason: string;
}

export interface ReadOptions {
  /** Columns to read, in this order (default all). */
  readonly columns?: readonly string[];
  /** First event (default 0). */
  readonly start?: number;
  /** Event after the last (default the end). */
  readonly stop?: number;
  /** Largest number of events in a chunk (default 65,536). */
  readonly chunkSize?: number;
}

/** A table in a file, read chunk by chunk. */
export interface TableSource {
  readonly name: string;
  /** Name of the tree in its file, with its directories, where the format has trees. */
  readonly tree?: string;
  readonly schema: Schema;
  /** Number of events, where the format tells without reading everything. */
  readonly length: number | undefined;
  readonly skipped: readonly SkippedColumn[];
  read(options?: ReadOptions): AsyncIterable<EventTable>;
}

/** Receives a table chunk by chunk. */
export interface TableSink {
  write(chunk: EventTable): Promise<void>;
  /** Writes what is left, and the format's footer. */
  close(): Promise<void>;
}

/** How a format opens: which table of the file, and how to inflate faster than in plain JavaScript. */
export interface OpenOptions {
  /** Name of the tree or table, where a file holds several (default the only or largest one). */
  readonly tree?: string;
  /** Inflates one zlib stream; Node's own is several times faster than the built-in JavaScript. */
  readonly inflate?: (bytes: Uint8Array, rawLength: number) => Uint8Array | Promise<Uint8Array>;
}

/** Another tree, with as many events in the same order, whose columns a reader of this one may use as well. */
export interface Friend {
  /** Name of the tree, with its directories. */
  readonly tree: string;
  /** Path of its file, as a reader will look for it. */
  readonly file: string;
  /** What its columns go by: `alias.column`. */
  readonly alias: string;
}

/** How a table is written; formats pass over what they have no place for. */
export interface CreateOptions {
  /** Name of the tree (default "Events"). */
  readonly tree?: string;
  readonly friend?: Friend;
  /** Default "zlib", at its fastest level, for ROOT files; the other formats write without compression. */
  readonly compression?: "zlib" | "none";
  /** Makes one zlib stream; Node's own is several times faster than the built-in JavaScript, and works on other threads. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** A file format. */
export interface Format {
  readonly name: string;
  /** File name endings, with the dot, lower case. */
  readonly extensions: readonly string[];
  open(source: ByteSource, options?: OpenOptions): Promise<TableSource>;
  /** Starts a table; absent where the format is read-only. */
  create?(sink: ByteSink, schema: Schema, options?: CreateOptions): TableSink;
}

export const DEFAULT_CHUNK_SIZE = 65_536;
