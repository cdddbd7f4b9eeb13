/**
 * @file Writes ROOT's big-endian byte streams: versions, byte counts, strings, and objects behind pointers.
 * Source: ROOT, io/io/src/TBufferFile.cxx.
 */

const BYTE_COUNT_MASK = 0x40000000;
const NEW_CLASS = 0xffffffff;
/** References count from the start of the record, plus this. */
const MAP_OFFSET = 2;
/** TObject::fBits of what stands on the heap and was not deleted. */
export const OBJECT_BITS = 0x03000000;

const UTF8 = new TextEncoder();

/** Bytes that a string takes: its length, then UTF-8. */
export function stringLength(text: string): number {
  const { length } = UTF8.encode(text);
  return length < 255 ? length + 1 : length + 5;
}

/** A stream that grows as it is written. */
export class RecordWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #origin: number;

  /** @param keyLength Length of the key in front of the stream, which references count too. */
  constructor(keyLength = 0) {
    this.#origin = keyLength + MAP_OFFSET;
  }

  /** What was written, as a view. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  i16(...values: readonly number[]): void {
    let at = this.#room(2 * values.length);
    for (const value of values) {
      this.#view.setInt16(at, value);
      at += 2;
    }
  }

  i32(...values: readonly number[]): void {
    this.i32s(values);
  }

  i32s(values: readonly number[]): void {
    let at = this.#room(4 * values.length);
    for (const value of values) {
      this.#view.setInt32(at, value);
      at += 4;
    }
  }

  i64(...values: readonly number[]): void {
    this.i64s(values);
  }

  i64s(values: readonly number[]): void {
    let at = this.#room(8 * values.length);
    for (const value of values) {
      this.#view.setBigInt64(at, BigInt(value));
      at += 8;
    }
  }

  f32(value: number): void {
    const at = this.#room(4);
    this.#view.setFloat32(at, value);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  string(text: string): void {
    const bytes = UTF8.encode(text);
    if (bytes.length < 255) this.u8(bytes.length);
    else {
      this.u8(255);
      this.i32(bytes.length);
    }
    this.raw(bytes);
  }

  /** Writes a class: byte count, version, and what `body` writes. */
  class(version: number, body: () => void): void {
    this.#counted(() => {
      this.i16(version);
      body();
    });
  }

  tobject(bits = OBJECT_BITS): void {
    this.i16(1);
    this.i32(0, bits);
  }

  tnamed(name: string, title: string, bits = OBJECT_BITS): void {
    this.class(1, () => {
      this.tobject(bits);
      this.string(name);
      this.string(title);
    });
  }

  /**
   * Writes an object behind a pointer, with the name of its class in full, since some readers trip over references to
   * class names. Returns what refers to it.
   */
  object(className: string, body: () => void): number {
    const at = this.#length;
    this.#counted(() => {
      this.i32(NEW_CLASS | 0);
      this.raw(UTF8.encode(className));
      this.u8(0);
      body();
    });
    return at + this.#origin;
  }

  /** Writes a TObjArray in place. */
  array<T>(items: readonly T[], write: (item: T) => void): void {
    this.class(3, () => {
      this.tobject();
      this.string("");
      this.i32(items.length, 0);
      for (const item of items) write(item);
    });
  }

  /** Writes the content of a TList; each object of it has an option, which is empty. */
  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.class(5, () => {
      this.tobject();
      this.string("");
      this.i32(items.length);
      for (const item of items) {
        write(item);
        this.string("");
      }
    });
  }

  #counted(body: () => void): void {
    const at = this.#room(4);
    body();
    this.#view.setInt32(at, BYTE_COUNT_MASK | (this.#length - at - 4));
  }

  #room(n: number): number {
    const at = this.#length;
    this.#length += n;
    if (this.#length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }
}
