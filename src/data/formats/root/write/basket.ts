/**
 * @file Baskets: the numbers of some events of one branch, big-endian, then, for lists, the place of each event.
 * Source: ROOT, tree/tree/src/TBasket.cxx.
 */
import type { Column } from "../../../event-table.js";
import { byteWidth, viewAs } from "../../../schema.js";
import { plainEncoding } from "../decode.js";
import { type KeyNames, keyLength, writeKey } from "./key.js";
import { RecordWriter } from "./record-writer.js";

/** Most bytes of numbers in a basket, unless one event alone has more. */
const BASKET_BYTES = 1 << 18;
/** Bytes that a basket adds to its key. */
const TAIL = 19;

/** Events [from, to) of a column, which make a basket. */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

/** A basket that was written. */
export interface Basket {
  readonly events: number;
  /** Bytes of the numbers. */
  readonly dataLength: number;
  /** Numbers and places of events. */
  readonly raw: Uint8Array;
  /** fNevBufSize: bytes of an event, or room for places of events. */
  readonly eventSize: number;
}

/** Cuts the events of a column into baskets of a handy size. */
export function cutBaskets({ field, offsets }: Column, events: number): Piece[] {
  const size = (field.width ?? 1) * byteWidth(field.dtype);
  const pieces: Piece[] = [];
  if (offsets === undefined) {
    // Baskets of equal length, rather than a short one at the end of each cluster.
    const most = Math.max(1, Math.floor(BASKET_BYTES / size));
    const n = Math.ceil(events / most);
    for (let i = 0; i < n; i++) {
      pieces.push({ from: Math.floor((i * events) / n), to: Math.floor(((i + 1) * events) / n) });
    }
    return pieces;
  }
  for (let from = 0; from < events; ) {
    const end = offsets[from] + BASKET_BYTES / size;
    let to = from + 1;
    while (to < events && offsets[to + 1] <= end) to++;
    pieces.push({ from, to });
    from = to;
  }
  return pieces;
}

/** Returns the content of a basket. @param head Bytes in front of it, from which the places of events count. */
export function encodeBasket({ field, values, offsets }: Column, { from, to }: Piece, head: number): Basket {
  const width = field.width ?? 1;
  const events = to - from;
  const first = offsets === undefined ? from * width : offsets[from] * width;
  const n = (offsets === undefined ? to * width : offsets[to] * width) - first;
  const item = byteWidth(field.dtype);
  const dataLength = n * item;
  const raw = new Uint8Array(dataLength + (offsets === undefined ? 0 : 4 * (events + 2)));
  const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // Swapping bytes is its own inverse, so what decodes also encodes.
  plainEncoding(field.dtype).decode(source, first * item, n, viewAs(field.dtype, raw.buffer, 0, n), 0);
  if (offsets === undefined) return { events, dataLength, raw, eventSize: width * item };
  const tail = new DataView(raw.buffer, dataLength);
  // ROOT writes one place more than there are events, and leaves it 0.
  tail.setInt32(0, events + 1);
  const base = head - offsets[from] * width * item;
  for (let i = 0; i < events; i++) tail.setInt32(4 + 4 * i, base + offsets[from + i] * width * item);
  return { events, dataLength, raw, eventSize: events + 1 };
}

/** Length of a basket's key, which its own numbers end. */
export function basketKeyLength(names: KeyNames): number {
  return keyLength(names) + TAIL;
}

/** Returns the key of a basket. @param stored Bytes of its content as stored. @param index Its number in the branch. */
export function basketKey(names: KeyNames, basket: Basket, stored: number, index: number, seek: number): Uint8Array {
  const length = basketKeyLength(names);
  const last = length + basket.dataLength;
  const out = new RecordWriter();
  const numbers = { nbytes: length + stored, objectLength: basket.raw.length, cycle: index, seek };
  writeKey(out, names, numbers, length);
  out.i16(3);
  // fBufferSize, fNevBufSize, fNevBuf, fLast, and a flag that says that nothing more belongs to the key.
  out.i32(length + basket.raw.length, basket.eventSize, basket.events, last);
  out.u8(0);
  return out.bytes;
}
