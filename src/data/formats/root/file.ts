/**
 * @file The outside of a ROOT file: its header, its records behind TKeys, and its directories.
 * Layout: ROOT's io/doc/TFile documentation.
 */
import { DataError } from "../../../util/errors.js";
import type { ByteSource } from "../format.js";
import type { Inflate } from "./codecs.js";
import { decompress } from "./compression.js";
import { Cursor } from "./cursor.js";

/** From this version on, positions in the file header take 64 bits; TKey and TDirectory have a bound of their own. */
const BIG_FILE_VERSION = 1_000_000;
const BIG_RECORD_VERSION = 1000;

/** The header of a record. */
export interface Key {
  readonly nbytes: number;
  readonly objectLength: number;
  readonly keyLength: number;
  readonly cycle: number;
  readonly seek: number;
  readonly className: string;
  readonly name: string;
  readonly title: string;
}

/** A key and its place: `directory/name` in a subdirectory. */
export interface PlacedKey {
  readonly path: string;
  readonly key: Key;
}

/** An open ROOT file. */
export class RootFile {
  readonly source: ByteSource;
  readonly inflate: Inflate | undefined;
  readonly #rootDirectory: number;
  readonly #info: { readonly seek: number; readonly nbytes: number };
  readonly #end: number;

  private constructor(
    source: ByteSource,
    inflate: Inflate | undefined,
    places: { rootDirectory: number; info: { seek: number; nbytes: number }; end: number },
  ) {
    this.source = source;
    this.inflate = inflate;
    this.#rootDirectory = places.rootDirectory;
    this.#info = places.info;
    this.#end = places.end;
  }

  get name(): string {
    return this.source.name;
  }

  /** Reads the header. @throws DataError where the bytes are not a ROOT file, or where its end is missing. */
  static async open(source: ByteSource, inflate: Inflate | undefined): Promise<RootFile> {
    const bytes = new Uint8Array(await source.slice(0, Math.min(100, source.byteLength)));
    const cursor = new Cursor(bytes, source.name);
    const magic = bytes.length < 4 ? "" : String.fromCharCode(...cursor.take(4));
    if (magic !== "root") {
      throw new DataError(
        `${source.name}: not a ROOT file; expected the first bytes "root", got ${JSON.stringify(magic.replace(/[^ -~]/g, "?"))}. Check the file name and its format.`,
      );
    }
    const version = cursor.i32();
    const big = version >= BIG_FILE_VERSION;
    const seek = () => (big ? cursor.i64() : cursor.i32());
    const begin = cursor.i32();
    const end = seek();
    seek();
    cursor.skip(8);
    const nameLength = cursor.i32();
    cursor.skip(5);
    const info = { seek: seek(), nbytes: cursor.i32() };
    if (end > source.byteLength) {
      throw new DataError(
        `${source.name}: truncated; expected ${end} bytes, got ${source.byteLength}. Copy the whole file.`,
      );
    }
    return new RootFile(source, inflate, { rootDirectory: begin + nameLength, info, end });
  }

  /** Reads the bytes [start, start + length). @throws DataError where they are not all in the file. */
  async bytes(start: number, length: number, where = this.name): Promise<Uint8Array> {
    if (!(start >= 0 && length >= 0 && start + length <= this.#end)) {
      throw new DataError(
        `${where}: damaged; expected bytes within the file's ${this.#end}, got ${start} to ${start + length}. Fetch the file again.`,
      );
    }
    const bytes = new Uint8Array(await this.source.slice(start, start + length));
    if (bytes.length !== length) {
      throw new DataError(
        `${where}: truncated; expected ${length} bytes at ${start}, got ${bytes.length}. Copy the whole file.`,
      );
    }
    return bytes;
  }

  /** Reads a record: its key, and its raw content. References inside it count from `key.keyLength`. */
  async record(seek: number, nbytes: number, where: string): Promise<{ key: Key; content: Uint8Array }> {
    const bytes = await this.bytes(seek, nbytes, where);
    const key = readKey(new Cursor(bytes, where));
    return { key, content: await this.content(bytes, key, where) };
  }

  /** Returns the raw content of a record from all its bytes, key included. */
  async content(
    bytes: Uint8Array,
    { objectLength, keyLength }: Pick<Key, "objectLength" | "keyLength">,
    where: string,
  ): Promise<Uint8Array> {
    if (!(keyLength >= 0 && keyLength <= bytes.length && objectLength >= 0)) {
      throw new DataError(
        `${where}: damaged; expected a key within ${bytes.length} bytes, got ${keyLength}. Fetch the file again.`,
      );
    }
    return decompress(bytes.subarray(keyLength), objectLength, where, this.inflate);
  }

  /** Reads the record with the TStreamerInfos, or undefined where the file has none. */
  async streamerInfo(): Promise<{ key: Key; content: Uint8Array } | undefined> {
    const { seek, nbytes } = this.#info;
    return seek > 0 && nbytes > 0 ? this.record(seek, nbytes, `${this.name}: streamer info`) : undefined;
  }

  /** Lists the keys of all directories, in their order. */
  async keys(): Promise<PlacedKey[]> {
    const found: PlacedKey[] = [];
    await this.#walk(this.#rootDirectory, "", found, new Set());
    return found;
  }

  async #walk(at: number, prefix: string, found: PlacedKey[], seen: Set<number>): Promise<void> {
    // A damaged file can hold a directory inside itself.
    if (seen.has(at)) return;
    seen.add(at);
    const where = prefix === "" ? this.name : `${this.name}: directory "${prefix.slice(0, -1)}"`;
    const head = new Cursor(await this.bytes(at, Math.min(42, this.#end - at), where), where);
    const big = head.i16() > BIG_RECORD_VERSION;
    head.skip(8);
    const length = head.i32();
    head.skip(4);
    if (big) head.skip(16);
    else head.skip(8);
    const seekKeys = big ? head.i64() : head.i32();
    if (seekKeys === 0) {
      throw new DataError(
        `${where}: the list of keys was never written; expected a file that was closed, got one whose writer stopped early. Recover it with ROOT first.`,
      );
    }
    const list = new Cursor(await this.bytes(seekKeys, length, where), where);
    readKey(list);
    const n = list.i32();
    for (let i = 0; i < n; i++) {
      const key = readKey(list);
      found.push({ path: prefix + key.name, key });
      if (key.className === "TDirectory" || key.className === "TDirectoryFile") {
        await this.#walk(key.seek + key.keyLength, `${prefix}${key.name}/`, found, seen);
      }
    }
  }
}

/** Reads a TKey. */
export function readKey(cursor: Cursor): Key {
  const numbers = readKeyNumbers(cursor);
  return { ...numbers, className: cursor.string(), name: cursor.string(), title: cursor.string() };
}

/** Reads the numbers of a TKey, before its three strings. */
export function readKeyNumbers(cursor: Cursor): Omit<Key, "className" | "name" | "title"> {
  const nbytes = cursor.i32();
  const version = cursor.i16();
  const objectLength = cursor.i32();
  cursor.skip(4);
  const keyLength = cursor.i16();
  const cycle = cursor.i16();
  const big = version > BIG_RECORD_VERSION;
  const seek = big ? cursor.i64() : cursor.i32();
  cursor.skip(big ? 8 : 4);
  return { nbytes, objectLength, keyLength, cycle, seek };
}
