/** @file Reading CSV: blocks of bytes in, chunks of typed columns out. */
import { DataError } from "../../util/errors.js";
import { EventTable } from "../event-table.js";
import { allocate, missingColumn, Schema, type TypedArray } from "../schema.js";
import { type CsvColumn, type CsvLayout, fits, inferLayout } from "./csv-infer.js";
import { CsvScanner, parseBoolean } from "./csv-scan.js";
import { type ByteSource, DEFAULT_CHUNK_SIZE, type ReadOptions, type TableSource } from "./format.js";

const BLOCK = 1 << 20;
const SAMPLE_BYTES = 1 << 22;
/** A row longer than this is a quote left open. */
const LONGEST_ROW = 1 << 24;
const LF = 10;

/** A block of text, with room after it for the scanner's last look. */
interface Block {
  readonly bytes: Uint8Array;
  readonly limit: number;
}

/** Bytes [start, stop) after what was left of the block before; a line feed ends the file if it does not itself. */
async function readBlock(source: ByteSource, left: Uint8Array, start: number, stop: number): Promise<Block> {
  const fresh = new Uint8Array(await source.slice(start, stop));
  const bytes = new Uint8Array(left.length + fresh.length + 2);
  bytes.set(left);
  bytes.set(fresh, left.length);
  let limit = left.length + fresh.length;
  if (stop >= source.byteLength && bytes[limit - 1] !== LF) bytes[limit++] = LF;
  return { bytes, limit };
}

/** Length of the mark that some editors put before UTF-8. */
async function byteOrderMark(source: ByteSource): Promise<number> {
  const bytes = new Uint8Array(await source.slice(0, 3));
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** Columns being filled. */
class Builder {
  readonly #columns: readonly CsvColumn[];
  readonly #values: TypedArray[];
  rows = 0;

  constructor(columns: readonly CsvColumn[], capacity: number) {
    this.#columns = columns;
    this.#values = columns.map((c) => allocate(c.dtype, capacity));
  }

  /** Where field `slot` of the row being read goes. */
  values(slot: number): TypedArray {
    return this.#values[slot];
  }

  table(): EventTable {
    const columns = this.#columns.map(({ name, dtype }, i) => ({
      field: { name, dtype, jagged: false },
      values: this.#values[i].subarray(0, this.rows) as TypedArray,
    }));
    return new EventTable(columns, this.rows);
  }
}

/** Reads the rows of one file. */
class RowReader {
  readonly #scanner: CsvScanner;
  readonly #layout: CsvLayout;
  readonly #file: string;
  /** For each field of a row: its place among the wanted columns, or -1. */
  readonly #slots: Int32Array;
  readonly #wanted: readonly CsvColumn[];

  constructor(scanner: CsvScanner, layout: CsvLayout, wanted: readonly CsvColumn[], file: string) {
    this.#scanner = scanner;
    this.#layout = layout;
    this.#file = file;
    this.#wanted = wanted;
    this.#slots = new Int32Array(layout.width).fill(-1);
    for (const [slot, column] of wanted.entries()) this.#slots[column.index] = slot;
  }

  /** Reads one row into the builder, or passes it where there is none; false where the block ends before the row. */
  row(builder: Builder | undefined): boolean {
    const scanner = this.#scanner;
    const { width } = this.#layout;
    const line = scanner.line;
    for (let i = 0; ; ) {
      const slot = builder === undefined ? -1 : this.#slots[i];
      if (slot < 0) scanner.skip();
      else this.#value(this.#wanted[slot], builder!.values(slot), builder!.rows, line);
      if (scanner.cut) return false;
      i++;
      if (scanner.rowEnded === (i === width)) {
        if (scanner.rowEnded) break;
      } else throw this.#wrongWidth(i, line);
    }
    if (builder !== undefined) builder.rows++;
    return true;
  }

  #wrongWidth(fields: number, line: number): DataError {
    const got = fields < this.#layout.width ? String(fields) : "more";
    return new DataError(
      `${this.#file}: line ${line} has another number of fields than the header; expected ${this.#layout.width}, got ${got}.`,
    );
  }

  #value(column: CsvColumn, out: TypedArray, row: number, line: number): void {
    const scanner = this.#scanner;
    if (column.dtype === "float64") {
      const value = scanner.number();
      if (value === undefined) {
        if (!scanner.cut) throw this.#misfit(column, line, "a number");
        return;
      }
      if (scanner.longInteger && column.whole && !Number.isSafeInteger(value)) {
        throw this.#misfit(column, line, "a whole number below 2^53, as in the first rows");
      }
      (out as Float64Array)[row] = value;
      return;
    }
    if (column.dtype === "bool") {
      if (!scanner.skip()) return;
      const value = parseBoolean(scanner.text());
      if (value === undefined) throw this.#misfit(column, line, "true or false, as in the first rows");
      (out as Uint8Array)[row] = value ? 1 : 0;
      return;
    }
    const rounded = scanner.number();
    if (scanner.cut) return;
    const value = scanner.longInteger ? BigInt(scanner.text().replace("+", "")) : toBigInt(rounded);
    if (value === undefined || !fits(value, column.dtype)) {
      throw this.#misfit(column, line, `a whole number of type ${column.dtype}, as in the first rows`);
    }
    (out as BigInt64Array)[row] = value;
  }

  #misfit(column: CsvColumn, line: number, expected: string): DataError {
    const words = this.#scanner.text();
    const got = words === "" ? "an empty field" : `"${words.slice(0, 40)}"`;
    const remedy = words === "" ? ' Fill or drop missing values, or write them as "nan".' : "";
    return new DataError(
      `${this.#file}: column "${column.name}", line ${line}; expected ${expected}, got ${got}.${remedy}`,
    );
  }
}

/** Opens delimited text. @throws DataError where there is no header row of names. */
export async function openCsv(source: ByteSource): Promise<TableSource> {
  const { name } = source;
  const first = await byteOrderMark(source);
  const sample = await readBlock(source, new Uint8Array(0), first, Math.min(first + SAMPLE_BYTES, source.byteLength));
  const layout = inferLayout(sample.bytes, sample.limit, name);
  const byName = new Map(layout.columns.map((c) => [c.name, c]));
  const schema = new Schema(layout.columns.map((c) => ({ name: c.name, dtype: c.dtype, jagged: false })));

  return {
    name,
    schema,
    length: undefined,
    skipped: layout.skipped,
    async *read(options: ReadOptions = {}): AsyncGenerator<EventTable> {
      const { start = 0, stop = Number.POSITIVE_INFINITY, chunkSize = DEFAULT_CHUNK_SIZE } = options;
      const wanted = (options.columns ?? schema.names).map((column) => {
        const found = byName.get(column);
        if (found === undefined) throw missingColumn(column, schema.names, name);
        return found;
      });
      const scanner = new CsvScanner(layout.delimiter);
      const reader = new RowReader(scanner, layout, wanted, name);
      let capacity = Math.max(0, Math.min(chunkSize, stop - start));
      let builder = new Builder(wanted, capacity);
      let left: Uint8Array = new Uint8Array(0);
      // The header is the row before the first event.
      let row = -1;
      for (let at = first; at < source.byteLength && row < stop; at += BLOCK) {
        const block = await readBlock(source, left, at, Math.min(at + BLOCK, source.byteLength));
        scanner.load(block.bytes, block.limit);
        let rowStart = 0;
        while (row < stop && scanner.nextRow()) {
          rowStart = scanner.at;
          const { line } = scanner;
          if (!reader.row(row >= start ? builder : undefined)) {
            scanner.at = rowStart;
            scanner.line = line;
            break;
          }
          row++;
          if (builder.rows < capacity || builder.rows === 0) continue;
          yield builder.table();
          capacity = Math.min(chunkSize, stop - row);
          builder = new Builder(wanted, capacity);
        }
        left = scanner.rest();
        if (left.length > LONGEST_ROW) throw openQuote(name, scanner.line);
      }
      if (row < stop && left.includes(34)) throw openQuote(name, scanner.line);
      if (builder.rows > 0) yield builder.table();
    },
  };
}

function toBigInt(value: number | undefined): bigint | undefined {
  return Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
}

function openQuote(file: string, line: number): DataError {
  return new DataError(`${file}: the row that begins in line ${line} has no end; expected every quote to be closed.`);
}
