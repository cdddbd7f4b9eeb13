// Tables in memory, as the validation scripts pass them between the steps that users do with files.
import { concatTables } from "peregrine-sim";

/** Gathers the chunks of a stream into one table. */
export async function collect(chunks) {
  const list = [];
  for await (const chunk of chunks) list.push(chunk);
  return concatTables(list);
}

/** Offers a table as a file would be. */
export function sourceOf(table) {
  return {
    name: "memory",
    schema: table.schema,
    length: table.length,
    skipped: [],
    async *read({ columns, start = 0, stop = table.length, chunkSize = 65536 } = {}) {
      const selected = columns ? table.select(columns) : table;
      for (let at = start; at < Math.min(stop, table.length); at += chunkSize) {
        yield selected.slice(at, Math.min(at + chunkSize, stop, table.length));
      }
    },
  };
}
