import { DataError } from "../util/errors.js";

/**
 * Writes the binary form of a trained tree model: four letters, a version, then numbers and arrays, little-endian on
 * every machine.
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
  array(values: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array): void {
    this.uint32(values.length);
    const size = values.BYTES_PER_ELEMENT;
    const at = this.#room(values.length * size);
    const view = this.#view;
    if (values instanceof Uint8Array) this.#bytes.set(values, at);
    else if (values instanceof Uint16Array)
      for (let i = 0; i < values.length; i++) view.setUint16(at + i * 2, values[i], true);
    else if (values instanceof Uint32Array)
      for (let i = 0; i < values.length; i++) view.setUint32(at + i * 4, values[i], true);
    else if (values instanceof Float32Array)
      for (let i = 0; i < values.length; i++) view.setFloat32(at + i * 4, values[i], true);
    else for (let i = 0; i < values.length; i++) view.setFloat64(at + i * 8, values[i], true);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }
}

/** Reads what ByteWriter wrote; anything missing or left over is a DataError that names `what`. */
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
    const n = this.uint32();
    const at = this.#take(n);
    return this.#bytes.slice(at, at + n);
  }

  uint16Array(): Uint16Array {
    const n = this.uint32();
    const at = this.#take(2 * n);
    const out = new Uint16Array(n);
    for (let i = 0; i < n; i++) out[i] = this.#view.getUint16(at + 2 * i, true);
    return out;
  }

  uint32Array(): Uint32Array {
    const n = this.uint32();
    const at = this.#take(4 * n);
    const out = new Uint32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.#view.getUint32(at + 4 * i, true);
    return out;
  }

  float32Array(): Float32Array {
    const n = this.uint32();
    const at = this.#take(4 * n);
    const out = new Float32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.#view.getFloat32(at + 4 * i, true);
    return out;
  }

  float64Array(): Float64Array {
    const n = this.uint32();
    const at = this.#take(8 * n);
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) out[i] = this.#view.getFloat64(at + 8 * i, true);
    return out;
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

/** Returns the four letters that an encoded model starts with. */
export function magicOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}
