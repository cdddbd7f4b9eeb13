/**
 * @file Objects behind pointers: ROOT writes an object the first time it is met, and a reference to its place later; the
 * same goes for class names. Places count from the start of the record, its key included, plus 2.
 * Source: ROOT, io/io/src/TBufferFile.cxx, ReadObjectAny.
 */
import { DataError } from "../../../util/errors.js";
import type { Cursor } from "./cursor.js";

const BYTE_COUNT_MASK = 0x40000000;
const CLASS_MASK = 0x80000000;
const NEW_CLASS = 0xffffffff;
const MAP_OFFSET = 2;
const DEEPEST = 200;

/** Reads one object of a class from the cursor; what it leaves unread is stepped over. */
export type ClassReader = (className: string, cursor: Cursor) => unknown;

/** Reads objects of a record and remembers them. */
export class ObjectReader {
  readonly cursor: Cursor;
  readonly #origin: number;
  readonly #read: ClassReader;
  readonly #known = new Map<number, unknown>();
  #depth = 0;

  /** @param keyLength Length of the record's key, which the references count too. */
  constructor(cursor: Cursor, keyLength: number, read: ClassReader) {
    this.cursor = cursor;
    this.#origin = keyLength + MAP_OFFSET;
    this.#read = read;
  }

  /** Reads what a pointer points to: null, or undefined where the object was not understood. */
  pointer(): unknown {
    const { cursor } = this;
    const begin = cursor.position;
    const first = cursor.u32();
    const counted = (first & BYTE_COUNT_MASK) !== 0 && first !== NEW_CLASS;
    const end = counted ? begin + 4 + ((first & ~BYTE_COUNT_MASK) >>> 0) : undefined;
    const tagAt = cursor.position;
    const tag = counted ? cursor.u32() : first;
    if ((tag & CLASS_MASK) === 0) {
      cursor.finish(end);
      return tag === 0 ? null : this.#known.get(tag);
    }
    const className = this.#className(tag, tagAt, counted);
    if (++this.#depth > DEEPEST) throw this.#unknown(`more than ${DEEPEST} objects one inside another`);
    const object = className === undefined ? undefined : this.#read(className, cursor);
    this.#depth--;
    if (end === undefined && object === undefined) throw this.#unknown(className ?? "a class without a name");
    cursor.finish(end);
    // Streams without byte counts (before ROOT 3) number their objects and classes instead.
    this.#known.set(counted ? begin + this.#origin : this.#known.size + 1, object);
    return object;
  }

  /** Reads a TObjArray that stands in place. */
  array(): unknown[] {
    const { cursor } = this;
    const { end } = cursor.header();
    cursor.skipTObject();
    cursor.string();
    const n = cursor.i32();
    cursor.skip(4);
    const items: unknown[] = [];
    for (let i = 0; i < n; i++) items.push(this.pointer());
    cursor.finish(end);
    return items;
  }

  /** Reads the content of a TList, whose objects carry options. */
  list(): unknown[] {
    const { cursor } = this;
    const { end } = cursor.header();
    cursor.skipTObject();
    cursor.string();
    const n = cursor.i32();
    const items: unknown[] = [];
    for (let i = 0; i < n; i++) {
      items.push(this.pointer());
      cursor.skipString();
    }
    cursor.finish(end);
    return items;
  }

  #className(tag: number, tagAt: number, counted: boolean): string | undefined {
    if (tag === NEW_CLASS) {
      const name = this.cursor.zeroEnded();
      this.#known.set(counted ? tagAt + this.#origin : this.#known.size + 1, name);
      return name;
    }
    const known = this.#known.get((tag & ~CLASS_MASK) >>> 0);
    return typeof known === "string" ? known : undefined;
  }

  #unknown(got: string): DataError {
    return new DataError(
      `${this.cursor.where}: cannot step over an object; expected a class that this reader knows, got ${got}. Copy the tree with a newer ROOT.`,
    );
  }
}
