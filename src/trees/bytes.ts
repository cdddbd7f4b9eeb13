import { DataError } from "../util/errors.js";

/** Arrays begin at multiples of so many bytes, so that they can be read in place. */
const ALIGNMENT = 8;

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

interface NumbersType<T extends Numbers> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * Writes the binary form of a trained tree model: four letters, a version, then numbers and arrays, little-endian on
 * every machine. Arrays begin at multiples of 8 bytes.
 */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(magic: string, version: number) {
    for (const letter of magic) this.uint8(letter.charCodeAt(0));
    this.uint8(version);
  }

  #room(n: number): number {
    const at = this.#at;
    this.#at += n;
    if (this.#at > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  uint8(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  uint32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  float64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Writes the length and the elements. */
  array(values: Numbers): void {
    this.uint32(values.length);
    this.#room(padding(this.#at));
    const at = this.#room(values.byteLength);
    this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    if (!LITTLE_ENDIAN) reverseEach(this.#bytes.subarray(at, this.#at), values.BYTES_PER_ELEMENT);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }
}

/**
 * Reads what ByteWriter wrote; anything missing or left over is a DataError that names `what`.
 * Arrays are views of the given bytes where these begin at a multiple of 8 in their buffer (and the machine is
 * little-endian), so that threads can share one copy; copies elsewhere. Neither may be written to.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  /** @throws DataError where the letters or the version are not the expected ones. */
  constructor(bytes: Uint8Array, magic: string, version: number, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    if (magicOf(bytes) !== magic) {
      throw new DataError(`${what}: not this format; expected the letters "${magic}", got "${magicOf(bytes)}".`);
    }
    this.#at = 4;
    const found = this.uint8();
    if (found !== version) {
      throw new DataError(`${what}: unknown version; expected ${version}, got ${found}. Train the model again.`);
    }
  }

  #take(n: number): number {
    const at = this.#at;
    if (at + n > this.#bytes.length) {
      throw new DataError(`${this.#what}: truncated; expected at least ${at + n} bytes, got ${this.#bytes.length}.`);
    }
    this.#at = at + n;
    return at;
  }

  #array<T extends Numbers>(type: NumbersType<T>): T {
    const n = this.uint32();
    this.#take(padding(this.#at));
    const size = type.BYTES_PER_ELEMENT;
    const at = this.#take(n * size);
    const offset = this.#bytes.byteOffset + at;
    if (LITTLE_ENDIAN && offset % size === 0) return new type(this.#bytes.buffer, offset, n);
    const copy = this.#bytes.slice(at, at + n * size);
    if (!LITTLE_ENDIAN) reverseEach(copy, size);
    return new type(copy.buffer, copy.byteOffset, n);
  }

  uint8(): number {
    return this.#bytes[this.#take(1)];
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  uint8Array(): Uint8Array {
    return this.#array(Uint8Array);
  }

  uint16Array(): Uint16Array {
    return this.#array(Uint16Array);
  }

  uint32Array(): Uint32Array {
    return this.#array(Uint32Array);
  }

  int32Array(): Int32Array {
    return this.#array(Int32Array);
  }

  float32Array(): Float32Array {
    return this.#array(Float32Array);
  }

  float64Array(): Float64Array {
    return this.#array(Float64Array);
  }

  /** Throws a DataError unless `holds`. */
  require(holds: boolean, what: string): void {
    if (!holds) throw new DataError(`${this.#what}: damaged; expected ${what}, got something else.`);
  }

  finish(): void {
    if (this.#at !== this.#bytes.length) {
      throw new DataError(`${this.#what}: damaged; expected ${this.#at} bytes, got ${this.#bytes.length}.`);
    }
  }
}

function padding(at: number): number {
  return (ALIGNMENT - (at % ALIGNMENT)) % ALIGNMENT;
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Returns the four letters that an encoded model starts with. */
export function magicOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}

/**
 * Reads a model that may be of several kinds.
 * @param what What to call it in messages. @param decoders By the four letters of each kind.
 * @throws DataError where the letters are none of these, or the bytes are truncated.
 */
export function decodeByMagic<T>(
  what: string,
  decoders: Readonly<Record<string, (bytes: Uint8Array) => T>>,
  bytes: Uint8Array,
): T {
  const magic = magicOf(bytes);
  const decode = Object.hasOwn(decoders, magic) ? decoders[magic] : undefined;
  if (decode !== undefined) return decode(bytes);
  throw new DataError(
    `${what}: unknown kind; expected one of the letters ${Object.keys(decoders).join(", ")}, got "${magic}". It may be of a newer version.`,
  );
}
