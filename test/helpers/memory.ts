import type { EventTable } from "../../src/data/event-table.js";
import { DEFAULT_CHUNK_SIZE, type TableSource } from "../../src/data/formats/format.js";

/** A table in memory as a source, so that pipeline tests need no files. */
export function sourceOf(table: EventTable, name = "memory"): TableSource {
  return {
    name,
    schema: table.schema,
    length: table.length,
    skipped: [],
    async *read({ columns, start = 0, stop = table.length, chunkSize = DEFAULT_CHUNK_SIZE } = {}) {
      const selected = columns === undefined ? table : table.select(columns);
      const end = Math.min(stop, table.length);
      for (let at = start; at < end; at += chunkSize) yield selected.slice(at, Math.min(end, at + chunkSize));
    },
  };
}

/** Collects chunks. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
