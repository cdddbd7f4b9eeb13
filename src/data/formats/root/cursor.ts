/**
 * @file Reads ROOT's big-endian byte streams. Every read is bounds-checked, so a damaged file ends in one DataError.
 * Layout of versions, byte counts and strings: ROOT's TBufferFile (Brun and Rademakers, NIM A 389 (1997) 81).
 */
import { DataError } from "../../../util/errors.js";

const BYTE_COUNT_MASK = 0x40000000;
const IS_REFERENCED = 0x10;
const TWO_POW_32 = 4294967296;
const UTF8 = new TextDecoder("utf-8");

/** The version of a streamed class, and where its bytes end (undefined where the stream does not tell). */
export interface ClassHeader {
  readonly version: number;
  readonly end: number | undefined;
}

/** A position in a block of bytes. */
export class Cursor {
  readonly bytes: Uint8Array;
  /** What the block is called in messages. */
  readonly where: string;
  position: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, where: string, position = 0) {
    this.bytes = bytes;
    this.where = where;
    this.position = position;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  /** Reads a signed 64-bit integer as a number; exact below 2^53, which is 9 petabytes or events. */
  i64(): number {
    const at = this.#take(8);
    return this.#view.getInt32(at) * TWO_POW_32 + this.#view.getUint32(at + 4);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  i32s(n: number): Int32Array {
    const at = this.#take(n * 4);
    const out = new Int32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.#view.getInt32(at + i * 4);
    return out;
  }

  i64s(n: number): Float64Array {
    if (!(n >= 0 && n * 8 <= this.left)) this.#take(n * 8);
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) out[i] = this.i64();
    return out;
  }

  /** Returns a view of the next `n` bytes. */
  take(n: number): Uint8Array {
    const at = this.#take(n);
    return this.bytes.subarray(at, at + n);
  }

  skip(n: number): void {
    this.#take(n);
  }

  /** Goes to a position inside the block, or just behind it. */
  moveTo(position: number): void {
    if (!(position >= 0 && position <= this.bytes.length)) {
      throw new DataError(
        `${this.where}: damaged; expected a position within ${this.bytes.length} bytes, got ${position}. Fetch the file again.`,
      );
    }
    this.position = position;
  }

  /** Steps over what is left of a class. @throws DataError where more was read than the class has. */
  finish(end: number | undefined): void {
    if (end === undefined) return;
    // Going back could make a damaged file be read over and over.
    if (end < this.position) {
      throw new DataError(
        `${this.where}: damaged; expected a class to end at byte ${end}, got ${this.position}. Fetch the file again.`,
      );
    }
    this.moveTo(end);
  }

  /** Reads a TString: one byte of length, or 255 and four bytes. */
  string(): string {
    const short = this.u8();
    return UTF8.decode(this.take(short === 255 ? this.i32() : short));
  }

  skipString(): void {
    const short = this.u8();
    this.#take(short === 255 ? this.i32() : short);
  }

  /** Reads a string that ends in a zero byte. */
  zeroEnded(): string {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0) this.#take(this.left + 1);
    const text = UTF8.decode(this.bytes.subarray(this.position, end));
    this.position = end + 1;
    return text;
  }

  /** Reads the version of a streamed class and, where it is there, the number of its bytes. */
  header(): ClassHeader {
    if (this.left >= 4) {
      const count = this.#view.getUint32(this.position);
      if ((count & BYTE_COUNT_MASK) !== 0) {
        const end = this.position + 4 + ((count & ~BYTE_COUNT_MASK) >>> 0);
        if (end > this.bytes.length) this.#take(end - this.position);
        this.position += 4;
        return { version: this.u16(), end };
      }
    }
    return { version: this.u16(), end: undefined };
  }

  /** Steps over a streamed class by its byte count. @throws DataError where there is none. */
  skipClass(): void {
    const { end } = this.header();
    if (end === undefined) {
      throw new DataError(
        `${this.where}: damaged at byte ${this.position}; expected a byte count, got none. Fetch the file again.`,
      );
    }
    this.finish(end);
  }

  /** Steps over TObject, and the process id that referenced objects carry. */
  skipTObject(): void {
    this.header();
    this.skip(4);
    if ((this.u32() & IS_REFERENCED) !== 0) this.skip(2);
  }

  /** Reads TNamed. */
  named(): { name: string; title: string } {
    const { end } = this.header();
    this.skipTObject();
    const name = this.string();
    const title = this.string();
    this.finish(end);
    return { name, title };
  }

  #take(n: number): number {
    const at = this.position;
    if (!(n >= 0 && at + n <= this.bytes.length)) {
      throw new DataError(
        `${this.where}: ends too early; expected ${n} bytes at ${at}, got ${this.bytes.length - at}. The file is truncated or damaged: fetch it again.`,
      );
    }
    this.position = at + n;
    return at;
  }
}
