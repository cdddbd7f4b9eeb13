import { concatTables, type EventTable } from "./event-table.js";

/** Cuts a stream of tables anew: every table has `size` events, save a shorter last one. Holds `size` events at most twice. */
export async function* rechunk(
  chunks: AsyncIterable<EventTable> | Iterable<EventTable>,
  size: number,
): AsyncGenerator<EventTable> {
  let pending: EventTable[] = [];
  let events = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.slice(at, Math.min(chunk.length, at + size - events));
      pending.push(piece);
      events += piece.length;
      at += piece.length;
      if (events < size) continue;
      yield concatTables(pending);
      pending = [];
      events = 0;
    }
  }
  if (events > 0) yield concatTables(pending);
}
