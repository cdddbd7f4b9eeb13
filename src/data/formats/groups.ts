/** @file Gathers chunks into groups of events whose borders do not depend on how the chunks were cut. */
import { type Column, concatTables, type EventTable } from "../event-table.js";
import { byteWidth } from "../schema.js";

/** Lists can be long, so a group may also end at a number of bytes; they are looked at every so many events. */
const BLOCK = 1024;

/** Returns what tells how many bytes the values of the events [from, to) of a table take up in memory. */
function byteCounter({ columns }: EventTable): (from: number, to: number) => number {
  const sizeOf = ({ field }: Column) => (field.width ?? 1) * byteWidth(field.dtype);
  const fixed = columns.reduce((n, column) => n + (column.offsets === undefined ? sizeOf(column) : 0), 0);
  const lists = columns.flatMap((column) =>
    column.offsets ? [{ offsets: column.offsets, size: sizeOf(column) }] : [],
  );
  return (from, to) =>
    lists.reduce((n, { offsets, size }) => n + (offsets[to] - offsets[from]) * size, (to - from) * fixed);
}

/** Gathers the events of a table that is written chunk by chunk. */
export class Groups {
  readonly #events: number;
  readonly #bytes: number;
  #pending: EventTable[] = [];
  #pendingEvents = 0;
  #pendingBytes = 0;

  /** @param limits Events, a multiple of 1024, and bytes at which a group ends, whichever comes first. */
  constructor(limits: { readonly events: number; readonly bytes: number }) {
    this.#events = limits.events;
    this.#bytes = limits.bytes;
  }

  /** Takes a chunk; returns group after group as they become full. */
  *add(table: EventTable): Generator<EventTable> {
    const bytes = byteCounter(table);
    for (let from = 0; from < table.length; ) {
      let to = from;
      for (let full = false; to < table.length && !full; ) {
        const next = Math.min(table.length, to + BLOCK - (this.#pendingEvents % BLOCK));
        this.#pendingEvents += next - to;
        this.#pendingBytes += bytes(to, next);
        to = next;
        full = this.#full;
      }
      this.#pending.push(table.slice(from, to));
      from = to;
      if (this.#full) yield this.#take();
    }
  }

  get #full(): boolean {
    if (this.#pendingEvents % BLOCK !== 0) return false;
    return this.#pendingEvents >= this.#events || this.#pendingBytes >= this.#bytes;
  }

  /** Returns the events that are left, or undefined where there are none. */
  rest(): EventTable | undefined {
    return this.#pendingEvents === 0 ? undefined : this.#take();
  }

  #take(): EventTable {
    const table = concatTables(this.#pending);
    this.#pending = [];
    this.#pendingEvents = 0;
    this.#pendingBytes = 0;
    return table;
  }
}
