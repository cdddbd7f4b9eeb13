/** @file Gathers chunks into groups of events whose borders do not depend on how the chunks were cut. */
import { concatTables, type EventTable } from "../event-table.js";
import { byteWidth } from "../schema.js";

/** Lists can be long, so a group may also end at a number of bytes; they are looked at every so many events. */
const BLOCK = 1024;

/** Bytes that the values of a table take up in memory. */
function bytesOf(table: EventTable): number {
  let bytes = 0;
  for (const { field, offsets } of table.columns) {
    const entries = offsets === undefined ? table.length : offsets[table.length] - offsets[0];
    bytes += entries * (field.width ?? 1) * byteWidth(field.dtype);
  }
  return bytes;
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
    for (let at = 0; at < table.length; ) {
      const block = table.slice(at, Math.min(table.length, at + BLOCK - (this.#pendingEvents % BLOCK)));
      this.#pending.push(block);
      this.#pendingEvents += block.length;
      this.#pendingBytes += bytesOf(block);
      at += block.length;
      const atBoundary = this.#pendingEvents % BLOCK === 0;
      if (atBoundary && (this.#pendingEvents >= this.#events || this.#pendingBytes >= this.#bytes)) yield this.#take();
    }
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
