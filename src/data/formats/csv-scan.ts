/**
 * @file Walks the fields of delimited text, byte by byte, without making a string of every field. Numbers of up to 15
 * digits and small exponents are put together exactly in doubles (an integer below 2^53 times or over a power of ten that
 * a double holds is rounded once); the rest go through `Number`.
 *
 * Reference: Clinger (1990), "How to read floating point numbers accurately", PLDI; RFC 4180 for quoting.
 */
import { quotient } from "./csv-decimal.js";

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
const LOWER_E = 101;

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** A cursor over one block of text. The block ends with a line feed where the file does. */
export class CsvScanner {
  bytes: Uint8Array = new Uint8Array(1);
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
  #limit = 0;
  #text: string | undefined;
  #fieldStart = 0;
  #fieldStop = 0;
  #quoted = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /**
   * Continues with another block, from its beginning.
   * @param limit Bytes of the block that are text; at least one more must follow, so that no loop runs off the array.
   */
  load(bytes: Uint8Array, limit: number): void {
    this.bytes = bytes;
    this.#limit = limit;
    this.at = 0;
    this.#text = undefined;
  }

  /** What stands from `at` to the end of the block. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.#limit);
  }

  /** Passes blank lines and comments. Returns whether a row begins at `at`; false at the end of the block. */
  nextRow(): boolean {
    const { bytes } = this;
    for (let at = this.at; at < this.#limit; ) {
      let first = at;
      while (bytes[first] === SPACE || bytes[first] === CR) first++;
      if (first < this.#limit && bytes[first] !== LF && bytes[first] !== HASH) return true;
      const end = bytes.indexOf(LF, first);
      if (end < 0 || end >= this.#limit) return false;
      this.line++;
      at = end + 1;
      this.at = at;
    }
    return false;
  }

  /** Passes one field. Returns false where the block ends before the field does; `at` is then of no use. */
  skip(): boolean {
    const { bytes } = this;
    const limit = this.#limit;
    const delimiter = this.#delimiter;
    let at = this.at;
    while (bytes[at] === SPACE || (bytes[at] === TAB && delimiter !== TAB)) at++;
    this.#quoted = bytes[at] === QUOTE;
    if (this.#quoted) at = this.#closingQuote(++at);
    else this.#fieldStart = at;
    while (at < limit && bytes[at] !== delimiter && bytes[at] !== LF) at++;
    if (!this.#quoted) this.#fieldStop = at;
    return this.#end(at);
  }

  /** Finds the end of a quoted field; returns what stands after it. */
  #closingQuote(at: number): number {
    const { bytes } = this;
    this.#fieldStart = at;
    for (; at < this.#limit; at++) {
      if (bytes[at] === LF) this.line++;
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE) break;
      at++;
    }
    this.#fieldStop = at;
    return at + 1;
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
    let at = this.at;
    while (bytes[at] === SPACE) at++;
    const start = at;
    const negative = bytes[at] === MINUS;
    if (negative || bytes[at] === PLUS) at++;

    // The first nine digits, the next nine, and how many stand after the point; leading zeros do not count.
    let high = 0;
    let low = 0;
    let digits = 0;
    let decimals = 0;
    let any = false;
    let pointed = false;
    for (; ; at++) {
      const d = bytes[at] - ZERO;
      if (d >= 0 && d <= 9) {
        any = true;
        if (pointed) decimals++;
        if (digits < 9) high = (high * 10 + d) | 0;
        else if (digits < 18) low = (low * 10 + d) | 0;
        if (digits > 0 || d > 0) digits++;
      } else if (d === DOT - ZERO && !pointed) pointed = true;
      else break;
    }
    this.longInteger = digits > 15 && !pointed;
    let exponent = 0;
    if ((bytes[at] | 32) === LOWER_E && any) {
      this.longInteger = false;
      const down = bytes[++at] === MINUS;
      if (down || bytes[at] === PLUS) at++;
      const first = at;
      for (let d = bytes[at] - ZERO; d >= 0 && d <= 9 && exponent < 1e6; d = bytes[++at] - ZERO)
        exponent = exponent * 10 + d;
      any = at > first;
      if (down) exponent = -exponent;
    }
    const stop = at;
    while (bytes[at] === SPACE || bytes[at] === CR) at++;
    if (!any || at >= this.#limit || (bytes[at] !== this.#delimiter && bytes[at] !== LF)) return this.#worded();
    this.#fieldStart = start;
    this.#fieldStop = stop;
    this.#quoted = false;
    this.#end(at);

    exponent -= decimals;
    let value = Number.NaN;
    if (exponent >= -22 && exponent <= 22) {
      const more = digits > 9 ? digits - 9 : 0;
      if (digits <= 15) {
        const mantissa = high * POWERS[more] + low;
        value = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
      } else if (digits <= 18 && exponent <= 0) value = quotient(high, more, low, -exponent);
    }
    if (Number.isNaN(value)) return Number(this.#ascii(start, stop));
    return negative ? -value : value;
  }

  #end(at: number): boolean {
    this.cut = at >= this.#limit;
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
