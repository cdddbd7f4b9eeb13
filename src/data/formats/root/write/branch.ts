/** @file Branches being written: what is known of their baskets, and their TBranch and TLeaf objects. */
import { byteWidth, type DType, type Field } from "../../../schema.js";
import { type Basket, basketKeyLength } from "./basket.js";
import type { KeyNames } from "./key.js";
import { OBJECT_BITS, type RecordWriter } from "./record-writer.js";

/** Letter of each type in leaf lists such as `pt[n]/F`; also the ending of its leaf's class, there in upper case. */
const LETTERS: Readonly<Record<DType, string>> = {
  bool: "O",
  int8: "B",
  uint8: "b",
  int16: "S",
  uint16: "s",
  int32: "I",
  uint32: "i",
  int64: "L",
  uint64: "l",
  float32: "F",
  float64: "D",
};

/** TBranch::kDoNotUseBufferMap: no entry refers to objects. */
const PLAIN_NUMBERS = 0x00400000;
/** ROOT never writes fewer places for baskets. */
const FEWEST_PLACES = 10;
/** ROOT's own first guess at the number of events in a basket of lists. */
const OFFSETS = 1000;
const SMALLEST_BUFFER = 32_000;

/** Class of a type's leaf. */
export function leafClass(dtype: DType): string {
  return `TLeaf${LETTERS[dtype].toUpperCase()}`;
}

/** A branch of one leaf. */
export class BranchWriter {
  readonly field: Field;
  /** The branch that holds the number of entries of each list. */
  counter: BranchWriter | undefined;
  /** Whether the branch counts the entries of lists. */
  counts = false;
  /** Largest number of entries that it counts. */
  maximum = 0;
  totalBytes = 0;
  storedBytes = 0;
  readonly #keyNames: KeyNames;
  #nbytes: number[] = [];
  #firsts: number[] = [];
  #seeks: number[] = [];
  #entries = 0;
  #largest = SMALLEST_BUFFER;
  #mostEvents = 0;

  constructor(field: Field, tree: string) {
    this.field = field;
    this.#keyNames = { className: "TBasket", name: field.name, title: tree };
  }

  get keyNames(): KeyNames {
    return this.#keyNames;
  }

  get baskets(): number {
    return this.#seeks.length;
  }

  /** Notes a basket that was written. */
  add(basket: Basket, nbytes: number, seek: number): void {
    this.#nbytes.push(nbytes);
    this.#firsts.push(this.#entries);
    this.#seeks.push(seek);
    this.#entries += basket.events;
    const length = basketKeyLength(this.#keyNames) + basket.raw.length;
    this.totalBytes += length;
    this.storedBytes += nbytes;
    this.#largest = Math.max(this.#largest, length);
    this.#mostEvents = Math.max(this.#mostEvents, basket.events);
  }

  /** Takes over all baskets of a branch that held the same numbers so far; both then name the same places in the file. */
  inherit(other: BranchWriter): void {
    this.#nbytes = [...other.#nbytes];
    this.#firsts = [...other.#firsts];
    this.#seeks = [...other.#seeks];
    this.#entries = other.#entries;
    this.#largest = other.#largest;
    this.#mostEvents = other.#mostEvents;
    this.maximum = other.maximum;
    this.totalBytes = other.totalBytes;
    this.storedBytes = other.storedBytes;
  }

  /**
   * Writes the TBranch. Its counter must stand before it.
   * @param leaves What refers to each branch's leaf; this one is added.
   */
  write(out: RecordWriter, compression: number, leaves: Map<BranchWriter, number>): void {
    const { field } = this;
    const n = this.#seeks.length;
    const places = Math.max(n + 1, FEWEST_PLACES);
    const filled = (values: readonly number[]) => [...values, ...new Array<number>(places - values.length).fill(0)];
    out.object("TBranch", () =>
      out.class(13, () => {
        out.tnamed(field.name, this.#title(), OBJECT_BITS | PLAIN_NUMBERS);
        writeFill(out);
        out.i32(compression, this.#largest);
        out.i32(field.jagged ? Math.max(OFFSETS, this.#mostEvents + 1) : 0, n);
        out.i64(this.#entries);
        writeFeatures(out);
        out.i32(0, places, 0);
        // Entries, the first of them, bytes before and after compression.
        out.i64(this.#entries, 0, this.totalBytes, this.storedBytes);
        out.array([], () => {});
        out.array([this], () => leaves.set(this, this.#writeLeaf(out, leaves)));
        out.array([], () => {});
        out.u8(1);
        out.i32s(filled(this.#nbytes));
        out.u8(1);
        out.i64s(filled([...this.#firsts, this.#entries]));
        out.u8(1);
        out.i64s(filled(this.#seeks));
        out.string("");
      }),
    );
  }

  #writeLeaf(out: RecordWriter, leaves: ReadonlyMap<BranchWriter, number>): number {
    const { name, dtype, width = 1 } = this.field;
    return out.object(leafClass(dtype), () =>
      out.class(1, () => {
        out.class(2, () => {
          out.tnamed(name, this.#leafTitle());
          out.i32(width, byteWidth(dtype), 0);
          out.u8(this.counts ? 1 : 0);
          out.u8(dtype.startsWith("u") ? 1 : 0);
          out.i32(this.counter === undefined ? 0 : (leaves.get(this.counter) as number));
        });
        this.#writeRange(out);
      }),
    );
  }

  /** Writes fMinimum and fMaximum, which ROOT keeps for counters alone. */
  #writeRange(out: RecordWriter): void {
    const { dtype } = this.field;
    const size = byteWidth(dtype);
    if (size === 4 && !dtype.startsWith("f")) out.i32(0, this.maximum);
    else out.raw(new Uint8Array(2 * size));
  }

  #leafTitle(): string {
    const { name, width = 1 } = this.field;
    const list = this.counter === undefined ? "" : `[${this.counter.field.name}]`;
    return `${name}${list}${width === 1 ? "" : `[${width}]`}`;
  }

  /** What ROOT shows: words and unit, where there are any, else the leaf list, ROOT's own default. */
  #title(): string {
    const { name, dtype, title, unit } = this.field;
    if (title === undefined && unit === undefined) return `${this.#leafTitle()}/${LETTERS[dtype]}`;
    return unit === undefined ? (title as string) : `${title ?? name} [${unit}]`;
  }
}

/** Writes the area attributes that ROOT gives to trees and branches. */
export function writeFill(out: RecordWriter): void {
  out.class(2, () => out.i16(0, 1001));
}

/** Writes ROOT::TIOFeatures without any: a class without a version, for which its checksum stands. */
export function writeFeatures(out: RecordWriter): void {
  out.class(0, () => {
    out.i32(0x1aa12f10);
    out.u8(0);
  });
}
