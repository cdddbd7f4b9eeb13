/** @file A run of events that an expression is computed for at once: short enough that its columns stay in the cache. */
import { type EventTable, toFloat64, trimmed } from "../../data/event-table.js";

/** The events, and what was computed for them already, as one object often stands twice in an expression. */
export interface Block {
  readonly events: EventTable;
  /** Index of the first event in the whole table, for errors. */
  readonly first: number;
  readonly cache: Map<string, unknown>;
}

/** Computes a value once a block. The key must tell all that the value depends on. */
export function cached<T>(block: Block, key: string, compute: () => T): T {
  if (!block.cache.has(key)) block.cache.set(key, compute());
  return block.cache.get(key) as T;
}

/** One number an event of a flat column. */
export function flatValues(block: Block, column: string): Float64Array {
  return cached(block, `flat:${column}`, () => block.events.numbers(column));
}

/** Entries of a jagged column, with offsets from 0. */
export function listValues(block: Block, column: string): { offsets: Int32Array; values: Float64Array } {
  return cached(block, `list:${column}`, () => {
    const { offsets, values } = trimmed(block.events.column(column));
    return { offsets, values: toFloat64(values) };
  });
}

/** First event in which two jagged columns have lists of different lengths, or -1. */
export function firstMismatch(block: Block, one: string, other: string): number {
  if (one === other) return -1;
  const a = listValues(block, one).offsets;
  const b = listValues(block, other).offsets;
  for (let i = 1; i < a.length; i++) if (a[i] !== b[i]) return block.first + i - 1;
  return -1;
}
