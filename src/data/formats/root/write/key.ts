/**
 * @file TKeys, the headers of records. All positions take 64 bits, whatever the size of the file, so that there is one
 * layout to check. Source: ROOT, io/doc/TFile/datarecord.md.
 */
import { type RecordWriter, stringLength } from "./record-writer.js";

/** Version of TKey, plus 1000 for positions of 64 bits. */
const KEY_VERSION = 1004;
const NUMBERS = 34;

/** Where the header ends and the first record, that of the file's own directory, begins. */
export const BEGIN = 100;

/**
 * The time of every record and directory, 1 January 2026: the clock would make files of the same events differ.
 * (year - 1995) << 26 | month << 22 | day << 17 | hour << 12 | minute << 6 | second.
 */
export const DATE = ((2026 - 1995) << 26) | (1 << 22) | (1 << 17);

export interface KeyNames {
  readonly className: string;
  readonly name: string;
  readonly title: string;
}

/** Numbers of a key that follow from its record. */
export interface KeyNumbers {
  /** Bytes of the record as it stands in the file, its key included. */
  readonly nbytes: number;
  /** Bytes of its content before compression. */
  readonly objectLength: number;
  readonly cycle: number;
  readonly seek: number;
}

export function keyLength({ className, name, title }: KeyNames): number {
  return NUMBERS + stringLength(className) + stringLength(name) + stringLength(title);
}

/** Writes a key. @param length Its length, where more than the key counts as such (baskets). @param parent Position of the directory. */
export function writeKey(
  out: RecordWriter,
  names: KeyNames,
  { nbytes, objectLength, cycle, seek }: KeyNumbers,
  length = keyLength(names),
  parent = BEGIN,
): void {
  out.i32(nbytes);
  out.i16(KEY_VERSION);
  out.i32(objectLength, DATE);
  out.i16(length, cycle);
  out.i64(seek, parent);
  out.string(names.className);
  out.string(names.name);
  out.string(names.title);
}
