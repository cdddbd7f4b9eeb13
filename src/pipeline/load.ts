/** @file Reads whole tables into memory, as training and comparison need them. */
import { type Column, concatTables, EventTable } from "../data/event-table.js";
import type { TableSource } from "../data/formats/format.js";
import { DataError } from "../util/errors.js";

export interface LoadOptions {
  readonly columns?: readonly string[];
  readonly start?: number;
  readonly stop?: number;
  /** Column to take as event weight. */
  readonly weight?: string;
  onProgress?(done: number, total: number | undefined): void;
  readonly signal?: AbortSignal;
}

/**
 * Reads the events [start, stop) of several files, one after another as if they were one.
 * @throws DataError where no event is left; SchemaError naming the file where a column is missing.
 */
export async function loadTable(sources: readonly TableSource[], options: LoadOptions = {}): Promise<EventTable> {
  const { start = 0, stop = Number.POSITIVE_INFINITY } = options;
  const wanted = options.columns && [...new Set([...options.columns, ...(options.weight ? [options.weight] : [])])];
  const total = sources.every((s) => s.length !== undefined)
    ? Math.min(
        stop,
        sources.reduce((n, s) => n + (s.length as number), 0),
      ) - start
    : undefined;
  const chunks: EventTable[] = [];
  let seen = 0;
  let kept = 0;
  for (const source of sources) {
    if (seen >= stop) break;
    const known = source.length;
    if (known !== undefined && seen + known <= start) {
      seen += known;
      continue;
    }
    const from = Math.max(0, start - seen);
    const bounds = Number.isFinite(stop) ? { start: from, stop: stop - seen } : { start: from };
    for await (const chunk of source.read({ ...(wanted && { columns: wanted }), ...bounds })) {
      options.signal?.throwIfAborted();
      chunks.push(chunk);
      kept += chunk.length;
      options.onProgress?.(kept, total);
    }
    seen += known ?? from + chunks.reduce((n, c) => n + c.length, 0);
  }
  if (kept === 0) {
    const names = sources.map((s) => s.name).join(", ");
    throw new DataError(
      `${names}: no events; expected at least one${start > 0 ? ` from event ${start} on` : ""}, got none.`,
    );
  }
  const table = concatTables(chunks);
  return options.weight === undefined ? table : withWeight(table, options.weight);
}

/** Marks a column as the event weight. */
export function withWeight(table: EventTable, name: string): EventTable {
  table.flat(name);
  return new EventTable(
    table.columns.map((column): Column => {
      if (column.field.name === name) return { ...column, field: { ...column.field, role: "weight" } };
      const { role, ...field } = column.field;
      return role === "weight" ? { ...column, field } : column;
    }),
    table.length,
  );
}
