/**
 * @file Baskets: the bytes of some consecutive events of one branch, then, where events differ in length, the place of
 * each event. Source: ROOT, tree/tree/src/TBasket.cxx.
 */
import { DataError } from "../../../util/errors.js";
import type { Branch } from "./branch.js";
import { Cursor } from "./cursor.js";
import { type RootFile, readKeyNumbers } from "./file.js";

/** From this flag on, the places are not stored and follow from the counter. */
const OFFSETS_LEFT_OUT = 80;
/** Bit of fIOBits: lengths are stored in place of places. */
const SIZES_STORED = 1;
const DISPLACEMENT_MASK = 0xff000000;

/** The bytes of some events. */
export interface Basket {
  readonly data: Uint8Array;
  readonly events: number;
  /** Place of each event in `data`, and its end; undefined where all events have one length, or were left out. */
  readonly offsets: Int32Array | undefined;
}

/** A basket inside the TTree object. */
export interface EmbeddedBasket extends Basket {
  readonly kind: "basket";
}

interface BasketHead {
  readonly version: number;
  readonly objectLength: number;
  readonly keyLength: number;
  readonly ioBits: number;
  readonly events: number;
  readonly last: number;
  readonly flag: number;
}

function readHead(cursor: Cursor): BasketHead {
  const { keyLength, objectLength } = readKeyNumbers(cursor);
  for (let i = 0; i < 3; i++) cursor.skipString();
  const version = cursor.u16();
  cursor.skip(4);
  // A negative size announces one byte of features.
  const ioBits = cursor.i32() < 0 ? cursor.u8() : 0;
  const events = cursor.i32();
  const last = cursor.i32();
  const flag = cursor.u8();
  if (events < 0 || last < keyLength)
    throw damaged(cursor.where, "a count of events and bytes", `${events} and ${last}`);
  return { version, keyLength, objectLength, ioBits, events, last, flag };
}

/** Reads a basket of the list inside a TBranch. */
export function readEmbeddedBasket(cursor: Cursor): EmbeddedBasket {
  const head = readHead(cursor);
  const flag = head.flag >= OFFSETS_LEFT_OUT ? head.flag - OFFSETS_LEFT_OUT : head.flag;
  let offsets: Int32Array | undefined;
  if (head.flag !== 0 && head.flag === flag && flag % 10 !== 2) {
    const places = head.events > 0 ? cursor.i32s(cursor.i32()) : new Int32Array(0);
    if (flag > 20 && flag < 40) for (let i = 0; i < places.length; i++) places[i] &= ~DISPLACEMENT_MASK;
    if (flag > 40) cursor.skip(cursor.i32() * 4);
    offsets = places;
  }
  if (flag !== 1 && flag <= 10) return { kind: "basket", data: new Uint8Array(0), events: 0, offsets: undefined };
  const buffer = cursor.take(head.version > 1 ? head.last : cursor.i32());
  if (buffer.length < head.keyLength) throw damaged(cursor.where, `${head.keyLength} bytes of key`, `${buffer.length}`);
  const data = buffer.subarray(head.keyLength);
  return {
    kind: "basket",
    data,
    events: head.events,
    offsets: offsets && checkOffsets(offsets, head, data.length, cursor.where),
  };
}

/** Reads basket number `index` of a branch from its bytes in the file. */
export async function readBasket(file: RootFile, branch: Branch, index: number, bytes: Uint8Array): Promise<Basket> {
  const where = `${file.name}: branch "${branch.name}" basket ${index}`;
  const head = readHead(new Cursor(bytes, where));
  const events = branch.basketEntry[index + 1] - branch.basketEntry[index];
  if (head.events !== events) throw damaged(where, `${events} events`, `${head.events}`);
  const content = await file.content(bytes, head, where);
  const border = head.last - head.keyLength;
  if (border > content.length) throw damaged(where, `${border} bytes of events`, `${content.length}`);
  const data = content.subarray(0, border);
  if (border === content.length) return { data, events, offsets: undefined };
  const tail = new Cursor(content, where, border);
  const places = tail.i32s(tail.i32());
  const offsets =
    (head.ioBits & SIZES_STORED) !== 0 && head.flag < OFFSETS_LEFT_OUT ? fromSizes(places, head.keyLength) : places;
  return { data, events, offsets: checkOffsets(offsets, head, border, where) };
}

function fromSizes(sizes: Int32Array, keyLength: number): Int32Array {
  const places = new Int32Array(sizes.length);
  for (let i = 0, at = keyLength; i < sizes.length; i++) {
    at += sizes[i];
    places[i] = at;
  }
  return places;
}

/** Returns the places counted from the first event, with the end of the last one. */
function checkOffsets(places: Int32Array, head: BasketHead, border: number, where: string): Int32Array {
  const { events, keyLength } = head;
  if (places.length < events) throw damaged(where, `${events} places of events`, `${places.length}`);
  const offsets = new Int32Array(events + 1);
  offsets[events] = border;
  for (let i = 0; i < events; i++) offsets[i] = places[i] - keyLength;
  for (let i = 0; i < events; i++) {
    if (!(offsets[i] >= 0 && offsets[i] <= offsets[i + 1])) {
      throw damaged(where, `event ${i} before byte ${offsets[i + 1]}`, `${offsets[i]}`);
    }
  }
  return offsets;
}

function damaged(where: string, expected: string, got: string): DataError {
  return new DataError(`${where}: damaged; expected ${expected}, got ${got}. Fetch the file again.`);
}
