/** @file What the threads that share a batch have in common: which rows are whose, and memory that all see. */
import { sharedArray } from "../../util/pool.js";
import type { ShardPlan, Slot } from "./shard-plan.js";

/** Rows of a part, first and one past the last. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** Where a fed table with one row an event comes from. */
export type RowFeed =
  | {
      readonly kind: "table";
      readonly name: string;
      readonly columns: number;
      /** The whole table, on shared memory. */
      readonly data: Float32Array;
      /** Numbers of the rows that this batch takes, on shared memory. */
      readonly rows: Int32Array;
    }
  | { readonly kind: "normal" | "uniform"; readonly name: string; readonly columns: number; readonly stream: number };

/** Everything that a thread needs to work on its parts of each batch; all arrays are shared. */
export interface ShardJob {
  readonly plan: ShardPlan;
  readonly parts: readonly Part[];
  readonly threads: number;
  readonly seed: bigint;
  readonly feeds: readonly RowFeed[];
  /** Whole inputs, as the main thread last wrote them. */
  readonly wholes: Readonly<Record<string, Float32Array>>;
  /** Sums of each part, one after the other, and over all parts. */
  readonly partials: Readonly<Record<string, Float32Array>>;
  readonly totals: Readonly<Record<string, Float32Array>>;
  /** Tables of all rows that host kernels read and write, and their whole results. */
  readonly tables: Readonly<Record<string, Float32Array>>;
  readonly barrier: SharedArrayBuffer;
  /** Number of the step, which random numbers go by. */
  readonly step: Float64Array;
  /** Scratch memory of host kernels, by their number among those of the graph. */
  readonly scratch: readonly unknown[];
}

/** Rows of a part at which its tables still fit the caches of one core. */
const PART_ROWS = 1024;
/** Rows below which a part costs more to start than to work on. */
const FEWEST = 64;

/**
 * Cuts a batch into parts. They depend on the number of rows alone, never on that of threads: sums then add up in the same
 * order, and come out the same, however many threads share the parts.
 */
export function partsOf(rows: number): readonly Part[] {
  const count = Math.max(1, Math.min(Math.floor(rows / FEWEST), 2 * Math.ceil(rows / (2 * PART_ROWS))));
  return Array.from({ length: count }, (_, k) => ({
    start: Math.floor((k * rows) / count),
    end: Math.floor(((k + 1) * rows) / count),
  }));
}

export const sizeOf = (slot: Slot): number => slot.shape.reduce((a, b) => a * b, 1);

/** Allocates what a plan's threads share. */
export function allocate(plan: ShardPlan, parts: readonly Part[], rows: number) {
  const shared = (entries: readonly (readonly [string, number])[]) =>
    Object.fromEntries(entries.map(([name, size]) => [name, sharedArray(Float32Array, size)]));
  const sums = plan.stages.flatMap((stage) => stage.sums);
  const hosts = plan.stages.flatMap((stage) => stage.hosts);
  const tables = [...plan.stages.flatMap((stage) => stage.gathered), ...hosts.flatMap((host) => host.rows)];
  const wholes = hosts.flatMap((host) => host.wholes);
  return {
    partials: shared(sums.map((sum) => [sum.name, sizeOf(sum) * parts.length])),
    totals: shared(sums.map((sum) => [sum.name, sizeOf(sum)])),
    tables: shared([
      ...tables.map((table) => [table.name, sizeOf(table) * rows] as const),
      ...wholes.map((whole) => [whole.name, sizeOf(whole)] as const),
    ]),
  };
}
