import type { EventTable } from "./event-table.js";
import type { Schema } from "./schema.js";

/** Which random numbers a call draws: event k of the table is event `firstEvent + k` of the seed. */
export interface Draws {
  /** Any integer in [0, 2^64). */
  readonly seed: number | bigint;
  /** Index of the table's first event in the whole sample (default 0). */
  readonly firstEvent?: number;
  /** Index of each event in the whole sample, where they do not follow each other: events that are drawn again. */
  readonly events?: ArrayLike<number>;
}

/** Index in the whole sample of the table's event k. */
export function eventIndex({ firstEvent = 0, events }: Draws, k: number): number {
  return events === undefined ? firstEvent + k : events[k];
}

/**
 * The second of the two nouns: turns truth into data. Toy detectors and trained models alike.
 * The same seed and event index give the same bytes, however the sample is cut into tables.
 */
export interface Simulator {
  readonly name: string;
  /** Columns that it needs; others are passed through untouched. */
  readonly inputs: Schema;
  /** Columns that it adds. */
  readonly outputs: Schema;
  /** Returns the table with the output columns added, one row an input event. */
  simulate(truth: EventTable, draws: Draws): EventTable | Promise<EventTable>;
}
