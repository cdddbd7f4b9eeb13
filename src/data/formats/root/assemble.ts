/** @file Puts the events of a chunk together from the baskets of a column. */
import { DataError } from "../../../util/errors.js";
import type { Column } from "../../event-table.js";
import { allocate } from "../../schema.js";
import type { Basket } from "./basket.js";
import type { BasketStore, Piece } from "./basket-store.js";
import { type ColumnPlan, VECTOR_HEADER } from "./columns.js";

const INT32_MAX = 0x7fffffff;

/** Reads the events [start, stop) of a column. @throws DataError naming file and branch where the baskets are damaged. */
export async function assembleColumn(
  plan: ColumnPlan,
  store: BasketStore,
  start: number,
  stop: number,
  fileName: string,
): Promise<Column> {
  const pieces = await store.pieces(plan.branch, start, stop);
  const where = `${fileName}: branch "${plan.branch.name}"`;
  if (plan.layout.kind === "fixed") return fixedColumn(plan, pieces, stop - start, where);
  const places: Int32Array[] = [];
  for (const piece of pieces) {
    places.push(piece.basket.offsets ?? (await derivePlaces(plan, piece, store, fileName, where)));
  }
  return jaggedColumn(plan, pieces, places, stop - start, where);
}

function fixedColumn(plan: ColumnPlan, pieces: readonly Piece[], events: number, where: string): Column {
  const { field, encoding, width, layout } = plan;
  if (layout.kind !== "fixed") throw new Error("internal: a jagged layout");
  for (const { basket } of pieces) {
    if (basket.data.length !== basket.events * layout.stride) {
      throw damaged(where, `${layout.stride} bytes for each of ${basket.events} events`, `${basket.data.length}`);
    }
  }
  const values = allocate(field.dtype, events * width);
  const bytes = encoding.size * width;
  let to = 0;
  for (const { basket, from, to: end } of pieces) {
    const n = end - from;
    const whole = bytes === layout.stride;
    const source = whole
      ? basket.data
      : gather(basket.data, from * layout.stride + layout.offset, n, layout.stride, bytes);
    encoding.decode(source, whole ? from * bytes : 0, n * width, values, to);
    to += n * width;
  }
  return { field, values };
}

/** Copies `n` runs of `length` bytes that stand `stride` apart. */
function gather(data: Uint8Array, at: number, n: number, stride: number, length: number): Uint8Array {
  const out = new Uint8Array(n * length);
  for (let i = 0, k = 0; i < n; i++, at += stride) for (let j = 0; j < length; j++) out[k++] = data[at + j];
  return out;
}

function jaggedColumn(
  plan: ColumnPlan,
  pieces: readonly Piece[],
  places: readonly Int32Array[],
  events: number,
  where: string,
): Column {
  const { field, encoding, width, layout } = plan;
  const header = layout.kind === "jagged" ? layout.header : 0;
  const item = encoding.size * width;
  const offsets = new Int32Array(events + 1);
  let event = 0;
  let total = 0;
  for (const [p, { basket, from, to }] of pieces.entries()) {
    const place = places[p];
    for (let i = from; i < to; i++) {
      const bytes = place[i + 1] - place[i] - header;
      const n = bytes / item;
      if (!Number.isInteger(n) || n < 0)
        throw damaged(where, `items of ${item} bytes after ${header}`, `${bytes} bytes`);
      if (header === VECTOR_HEADER && vectorLength(basket.data, place[i]) !== n) {
        throw damaged(where, `a vector of ${n} items`, `${vectorLength(basket.data, place[i])}`);
      }
      total += n;
      offsets[++event] = total;
    }
  }
  if (total > INT32_MAX) {
    throw new DataError(
      `${where}: too many items in a chunk; expected at most ${INT32_MAX}, got ${total}. Set a smaller chunkSize.`,
    );
  }
  const values = allocate(field.dtype, total * width);
  let filled = 0;
  for (const [p, { basket, from, to }] of pieces.entries()) {
    const place = places[p];
    const n = ((place[to] - place[from] - header * (to - from)) / item) * width;
    const source = header === 0 ? basket.data : withoutHeaders(basket.data, place, from, to, header);
    encoding.decode(source, header === 0 ? place[from] : 0, n, values, filled);
    filled += n;
  }
  return { field, values, offsets };
}

function withoutHeaders(data: Uint8Array, place: Int32Array, from: number, to: number, header: number): Uint8Array {
  const out = new Uint8Array(place[to] - place[from] - header * (to - from));
  let k = 0;
  for (let i = from; i < to; i++) {
    const stop = place[i + 1];
    const start = place[i] + header;
    // Below some length, calling the engine's copy costs more than a loop.
    if (stop - start > 64) {
      out.set(data.subarray(start, stop), k);
      k += stop - start;
    } else for (let j = start; j < stop; j++) out[k++] = data[j];
  }
  return out;
}

/** Reads the number of items in front of a vector: byte count, version, then this. -1 where there is no byte count. */
function vectorLength(data: Uint8Array, at: number): number {
  if ((data[at] & 0x40) === 0) return -1;
  return ((data[at + 6] << 24) | (data[at + 7] << 16) | (data[at + 8] << 8) | data[at + 9]) >>> 0;
}

/** Finds the place of each event in a basket that does not tell: from the counter, or from the vectors' own lengths. */
async function derivePlaces(
  { layout, encoding, width }: ColumnPlan,
  { basket, first }: Piece,
  store: BasketStore,
  fileName: string,
  where: string,
): Promise<Int32Array> {
  if (layout.kind !== "jagged") throw new Error("internal: a fixed layout");
  if (layout.header === VECTOR_HEADER) return walkVectors(basket, encoding.size, where);
  const places = new Int32Array(basket.events + 1);
  if (basket.data.length === 0) return places;
  const { counter } = layout;
  if (counter === undefined || layout.header > 0)
    throw damaged(where, "a basket that tells where each event begins", "none");
  const counts = (await assembleColumn(counter, store, first, first + basket.events, fileName)).values;
  for (let i = 0; i < basket.events; i++) places[i + 1] = places[i] + Number(counts[i]) * encoding.size * width;
  if (places[basket.events] !== basket.data.length) {
    throw damaged(where, `${places[basket.events]} bytes by its counter`, `${basket.data.length}`);
  }
  return places;
}

function walkVectors({ data, events }: Basket, size: number, where: string): Int32Array {
  const places = new Int32Array(events + 1);
  for (let i = 0; i < events; i++) {
    const items = places[i] + VECTOR_HEADER;
    const next = items + vectorLength(data, places[i]) * size;
    if (!(items <= data.length && next <= data.length && next >= items)) {
      throw damaged(where, `vector ${i} within ${data.length} bytes`, `${next}`);
    }
    places[i + 1] = next;
  }
  if (places[events] !== data.length) throw damaged(where, `${data.length} bytes of vectors`, `${places[events]}`);
  return places;
}

function damaged(where: string, expected: string, got: string): DataError {
  return new DataError(`${where}: damaged; expected ${expected}, got ${got}. Fetch the file again.`);
}
