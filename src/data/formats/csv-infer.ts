/** @file What a CSV file holds, told from its first lines: delimiter, names, and a type for each column. */
import { DataError } from "../../util/errors.js";
import type { DType } from "../schema.js";
import { CsvScanner, parseBoolean, parseNumber } from "./csv-scan.js";
import type { SkippedColumn } from "./format.js";

/** Rows that the types are told from; later values must fit. */
const SAMPLE_ROWS = 1000;
const DELIMITERS = [",", ";", "\t"] as const;

/** A column that is read. */
export interface CsvColumn {
  readonly name: string;
  readonly dtype: "bool" | "int64" | "uint64" | "float64";
  /** Whether the sample held whole numbers only, so that a longer one later must not be rounded. */
  readonly whole: boolean;
  /** Position in each row. */
  readonly index: number;
}

export interface CsvLayout {
  readonly delimiter: string;
  /** Fields in each row. */
  readonly width: number;
  readonly columns: readonly CsvColumn[];
  readonly skipped: readonly SkippedColumn[];
}

/** What the values of one column looked like so far. */
interface Sample {
  numbers: number;
  booleans: number;
  others: number;
  whole: boolean;
  smallest: bigint;
  largest: bigint;
}

const INT64_MAX = (1n << 63n) - 1n;
const INT64_MIN = -(1n << 63n);
const UINT64_MAX = (1n << 64n) - 1n;

function look(sample: Sample, words: string): void {
  if (parseNumber(words) !== undefined) {
    sample.numbers++;
    if (/^[+-]?\d+$/.test(words)) {
      const value = BigInt(words.replace("+", ""));
      if (value < sample.smallest) sample.smallest = value;
      if (value > sample.largest) sample.largest = value;
    } else sample.whole = false;
  } else if (parseBoolean(words) !== undefined) sample.booleans++;
  else sample.others++;
}

function dtypeOf({ numbers, booleans, whole, smallest, largest }: Sample): CsvColumn["dtype"] {
  if (numbers === 0 && booleans > 0) return "bool";
  const exact = largest <= Number.MAX_SAFE_INTEGER && smallest >= Number.MIN_SAFE_INTEGER;
  if (!whole || exact || smallest < INT64_MIN || largest > UINT64_MAX) return "float64";
  if (largest <= INT64_MAX) return "int64";
  return smallest >= 0n ? "uint64" : "float64";
}

function delimiterOf(header: string): string {
  const outside = header.replaceAll(/"[^"]*"/g, "");
  const count = (delimiter: string) => outside.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** The first line that is neither blank nor a comment. */
function headerLine(bytes: Uint8Array, limit: number): string {
  const scanner = new CsvScanner("\n");
  scanner.load(bytes, limit);
  if (!scanner.nextRow()) return "";
  const rest = scanner.rest();
  const end = rest.indexOf(10);
  return new TextDecoder().decode(end < 0 ? rest : rest.subarray(0, end)).trim();
}

/** Reads one row of words; undefined where the block ends before it. */
function rowOf(scanner: CsvScanner): string[] | undefined {
  const words: string[] = [];
  do {
    if (!scanner.skip()) return undefined;
    words.push(scanner.text());
  } while (!scanner.rowEnded);
  return words;
}

/**
 * Tells the layout from the beginning of a file.
 * @param bytes The first block, ended by a line feed where it is the whole file, with room after it.
 * @param limit Bytes of it that are text.
 * @throws DataError where the bytes are no text, there is no header row, or a name stands twice.
 */
export function inferLayout(bytes: Uint8Array, limit: number, file: string): CsvLayout {
  if (bytes.subarray(0, limit).includes(0)) {
    throw new DataError(`${file}: not a text file; expected UTF-8 text with column names in the first line.`);
  }
  const delimiter = delimiterOf(headerLine(bytes, limit));
  const scanner = new CsvScanner(delimiter);
  scanner.load(bytes, limit);
  const names = scanner.nextRow() ? rowOf(scanner) : undefined;
  if (names === undefined) throw new DataError(`${file}: no header row; expected column names in the first line.`);
  if (names.every((name) => parseNumber(name) !== undefined)) {
    throw new DataError(
      `${file}: no header row; expected column names in the first line, got the numbers ${names.slice(0, 3).join(", ")}. Put a line of names on top.`,
    );
  }
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DataError(`${file}: column "${twice}" stands twice in the header; expected distinct names.`);

  const samples = names.map(
    (): Sample => ({ numbers: 0, booleans: 0, others: 0, whole: true, smallest: 0n, largest: 0n }),
  );
  for (let row = 0; row < SAMPLE_ROWS && scanner.nextRow(); row++) {
    const words = rowOf(scanner);
    if (words === undefined) break;
    for (let i = 0; i < Math.min(words.length, names.length); i++) look(samples[i], words[i]);
  }

  const columns: CsvColumn[] = [];
  const skipped: SkippedColumn[] = [];
  for (const [index, sample] of samples.entries()) {
    const name = names[index];
    if (name === "") skipped.push({ name: `column ${index + 1}`, reason: "it has no name in the header" });
    else if (sample.others > 0 && sample.numbers + sample.booleans === 0) {
      skipped.push({ name, reason: "text: only numbers and booleans are read" });
    } else columns.push({ name, dtype: dtypeOf(sample), whole: sample.whole, index });
  }
  return { delimiter, width: names.length, columns, skipped };
}

/** Whether a whole number fits a 64-bit type. */
export function fits(value: bigint, dtype: DType): boolean {
  return dtype === "uint64" ? value >= 0n && value <= UINT64_MAX : value >= INT64_MIN && value <= INT64_MAX;
}
