import { DataError, SchemaError } from "../util/errors.js";
import { EventTable } from "./event-table.js";
import type { ReadOptions, TableSource } from "./formats/format.js";
import { Schema } from "./schema.js";

/**
 * Two files as one table, row beside row: such as reconstruction in one and its truth in another. Where both have a
 * column, the first file's is taken.
 * @throws DataError, when it is read, where the files turn out to have different numbers of events.
 */
export function beside(first: TableSource, second: TableSource): TableSource {
  const added = second.schema.fields.filter(({ name }) => !first.schema.has(name));
  if (first.length !== undefined && second.length !== undefined && first.length !== second.length) {
    throw unequal(first, second, first.length, second.length);
  }
  return {
    name: first.name,
    schema: new Schema([...first.schema.fields, ...added]),
    length: first.length ?? second.length,
    skipped: [...first.skipped, ...second.skipped.filter(({ name }) => !first.schema.has(name))],
    async *read(options: ReadOptions = {}) {
      const names = options.columns ?? [...first.schema.names, ...added.map(({ name }) => name)];
      const missing = names.find((name) => !first.schema.has(name) && !second.schema.has(name));
      if (missing !== undefined) {
        throw new SchemaError(
          `${first.name}: no column "${missing}", nor in ${second.name} beside it; expected it in one of them.`,
        );
      }
      const own = names.filter((name) => first.schema.has(name));
      const other = names.filter((name) => !first.schema.has(name));
      if (other.length === 0) return yield* first.read(options);
      if (own.length === 0) return yield* second.read(options);
      const a = first.read({ ...options, columns: own })[Symbol.asyncIterator]();
      const b = second.read({ ...options, columns: other })[Symbol.asyncIterator]();
      try {
        let rows = 0;
        while (true) {
          const [x, y] = await Promise.all([a.next(), b.next()]);
          const n = x.done ? 0 : x.value.length;
          const m = y.done ? 0 : y.value.length;
          if (n !== m) throw unequal(first, second, rows + n, rows + m);
          if (x.done || y.done) return;
          rows += n;
          yield new EventTable([...x.value.columns, ...y.value.columns], n);
        }
      } finally {
        await a.return?.();
        await b.return?.();
      }
    },
  };
}

function unequal(first: TableSource, second: TableSource, n: number, m: number): DataError {
  return new DataError(
    `${second.name}: does not go beside ${first.name}; expected as many events, ${n}, got ${m}. Give the truth of these very events, in their order.`,
  );
}
