/**
 * @file Walks the fields of delimited text, byte by byte, without making a string of every field. Numbers of up to 15
 * digits and small exponents are put together exactly in doubles (an integer below 2^53 times or over a power of ten that
 * a double holds is rounded once); the rest go through `Number`.
 *
 * Reference: Clinger (1990), "How to read floating point numbers accurately", PLDI; RFC 4180 for quoting.
 */

const QUOTE = 34;
const HASH = 35;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** A cursor over one block of text. The block ends with a line feed where the file does. */
export class CsvScanner {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the next field, or row, begins. */
  at = 0;
  /** Number of the line that `at` stands on, from 1. */
  line = 1;
  /** Whether the field read last was the last of its row. */
  rowEnded = false;
  /** Whether the number read last has more digits than a double keeps, and neither point nor exponent. */
  longInteger = false;
  /** Whether the block ended within the field asked for last. */
  cut = false;
  readonly #delimiter: number;
  #text: string | undefined;
  #fieldStart = 0;
  #fieldStop = 0;
  #quoted = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Continues with another block, from its beginning. */
  load(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.#text = undefined;
  }

  /** Passes blank lines and comments. Returns whether a row begins at `at`; false at the end of the block. */
  nextRow(): boolean {
    const { bytes } = this;
    for (let at = this.at; at < bytes.length; ) {
      let first = at;
      while (bytes[first] === SPACE || bytes[first] === CR) first++;
      if (first < bytes.length && bytes[first] !== LF && bytes[first] !== HASH) return true;
      const end = bytes.indexOf(LF, first);
      if (end < 0) return false;
      this.line++;
      at = end + 1;
      this.at = at;
    }
    return false;
  }

  /** Passes one field. Returns false where the block ends before the field does; `at` is then of no use. */
  skip(): boolean {
    const { bytes } = this;
    const delimiter = this.#delimiter;
    let at = this.at;
    while (bytes[at] === SPACE || (bytes[at] === TAB && delimiter !== TAB)) at++;
    this.#quoted = bytes[at] === QUOTE;
    if (this.#quoted) {
      this.#fieldStart = ++at;
      for (; at < bytes.length; at++) {
        if (bytes[at] === LF) this.line++;
        if (bytes[at] !== QUOTE) continue;
        if (bytes[at + 1] !== QUOTE) break;
        at++;
      }
      this.#fieldStop = at++;
      while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== LF) at++;
    } else {
      this.#fieldStart = at;
      while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== LF) at++;
      this.#fieldStop = at;
    }
    return this.#end(at);
  }

  /** The words of the field passed last, without quotes and surrounding blanks. */
  text(): string {
    const field = this.bytes.subarray(this.#fieldStart, this.#fieldStop);
    const ascii = field.every((byte) => byte < 128);
    const words = ascii ? this.#ascii(this.#fieldStart, this.#fieldStop) : new TextDecoder().decode(field);
    return this.#quoted ? words.replaceAll('""', '"') : words.trim();
  }

  /**
   * Passes one field and returns it as a number; undefined where it is none (ask `text` which) or the block ended first
   * (ask `cut`).
   */
  number(): number | undefined {
    const { bytes } = this;
    const delimiter = this.#delimiter;
    this.longInteger = false;
    let at = this.at;
    while (bytes[at] === SPACE) at++;
    const start = at;
    const negative = bytes[at] === MINUS;
    if (negative || bytes[at] === PLUS) at++;
    let mantissa = 0;
    let digits = 0;
    let exponent = 0;
    let seen = at;
    for (let d = bytes[at] - ZERO; d >= 0 && d <= 9; d = bytes[++at] - ZERO) {
      mantissa = mantissa * 10 + d;
      if (mantissa > 0) digits++;
    }
    let any = at - seen;
    if (bytes[at] === DOT) {
      seen = ++at;
      for (let d = bytes[at] - ZERO; d >= 0 && d <= 9; d = bytes[++at] - ZERO) {
        mantissa = mantissa * 10 + d;
        if (mantissa > 0) digits++;
      }
      exponent = seen - at;
      any += at - seen;
    } else if (digits > 15) this.longInteger = true;
    if ((bytes[at] | 32) === 101 && any > 0) {
      this.longInteger = false;
      const down = bytes[++at] === MINUS;
      if (down || bytes[at] === PLUS) at++;
      let power = 0;
      seen = at;
      for (let d = bytes[at] - ZERO; d >= 0 && d <= 9 && power < 1e6; d = bytes[++at] - ZERO) power = power * 10 + d;
      if (at === seen) any = 0;
      exponent += down ? -power : power;
    }
    const stop = at;
    while (bytes[at] === SPACE || bytes[at] === CR) at++;
    if (any === 0 || at >= bytes.length || (bytes[at] !== delimiter && bytes[at] !== LF)) return this.#worded();
    this.#fieldStart = start;
    this.#fieldStop = stop;
    this.#quoted = false;
    this.#end(at);
    if (digits > 15 || exponent > 22 || exponent < -22) return Number(this.#ascii(start, stop));
    const value = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
    return negative ? -value : value;
  }

  #end(at: number): boolean {
    this.cut = at >= this.bytes.length;
    if (this.cut) return false;
    this.rowEnded = this.bytes[at] === LF;
    if (this.rowEnded) this.line++;
    this.at = at + 1;
    return true;
  }

  /** A field that is no plain number: quoted, NaN or infinite, or not a number at all. */
  #worded(): number | undefined {
    this.longInteger = false;
    if (!this.skip()) return undefined;
    const words = this.text();
    this.longInteger = /^[+-]?\d{16,}$/.test(words);
    return parseNumber(words);
  }

  /** Decoding a block at once is far cheaper than decoding numbers one by one. */
  #ascii(start: number, stop: number): string {
    this.#text ??= new TextDecoder("latin1").decode(this.bytes);
    return this.#text.slice(start, stop);
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Returns the number that some words spell, NaN and infinities included; undefined where they spell none. */
export function parseNumber(words: string): number | undefined {
  if (NUMBER.test(words)) return Number(words);
  const word = words.toLowerCase();
  if (word === "nan" || word === "-nan" || word === "+nan") return Number.NaN;
  if (/^\+?inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/.test(word)) return Number.NEGATIVE_INFINITY;
  return undefined;
}

/** Returns the boolean that some words spell in any case; undefined where they spell none. */
export function parseBoolean(words: string): boolean | undefined {
  const word = words.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}
