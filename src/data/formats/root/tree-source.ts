import { ConfigError } from "../../../util/errors.js";
import { EventTable } from "../../event-table.js";
import { missingColumn, Schema } from "../../schema.js";
import { DEFAULT_CHUNK_SIZE, type ReadOptions, type SkippedColumn, type TableSource } from "../format.js";
import { assembleColumn } from "./assemble.js";
import { BasketStore } from "./basket-store.js";
import type { ColumnPlan } from "./columns.js";
import type { RootFile } from "./file.js";
import type { Tree } from "./tree.js";

/** Bytes in the file that a chunk of default size may need; they become some five times as many in memory. */
const STORED_BYTES = 16 * 1024 * 1024;
const FEWEST_EVENTS = 1000;

/** A TTree as a table. */
export class TreeSource implements TableSource {
  readonly name: string;
  readonly tree: string;
  readonly schema: Schema;
  readonly length: number;
  readonly skipped: readonly SkippedColumn[];
  readonly #file: RootFile;
  readonly #plans: ReadonlyMap<string, ColumnPlan>;

  /** @param path Name of the tree with its directories. */
  constructor(
    file: RootFile,
    path: string,
    tree: Tree,
    plans: readonly ColumnPlan[],
    skipped: readonly SkippedColumn[],
  ) {
    this.name = `${file.name}: ${tree.name}`;
    this.tree = path;
    this.schema = new Schema(plans.map((plan) => plan.field));
    this.length = tree.entries;
    this.skipped = skipped;
    this.#file = file;
    this.#plans = new Map(plans.map((plan) => [plan.field.name, plan]));
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<EventTable> {
    const plans = (options.columns ?? this.schema.names).map((name) => this.#plan(name));
    const chunkSize = this.#number("chunk size", options.chunkSize ?? this.#handyChunk(plans), 1);
    const start = this.#number("first event", options.start ?? 0, 0);
    const stop = Math.min(this.#number("event after the last", options.stop ?? this.length, 0), this.length);
    const store = new BasketStore(this.#file, this.length);
    const load = (from: number) => this.#load(plans, store, from, Math.min(from + chunkSize, stop));
    let next = start < stop ? load(start) : undefined;
    for (let from = start; next !== undefined; from += chunkSize) {
      const table: EventTable = await next;
      store.release(from + table.length);
      // The next chunk is read and decompressed while the caller works on this one.
      next = from + chunkSize < stop ? load(from + chunkSize) : undefined;
      next?.catch(() => {});
      yield table;
    }
  }

  async #load(plans: readonly ColumnPlan[], store: BasketStore, start: number, stop: number): Promise<EventTable> {
    store.request(
      plans.map((plan) => plan.branch),
      start,
      stop,
    );
    const columns = await Promise.all(plans.map((plan) => assembleColumn(plan, store, start, stop, this.#file.name)));
    return new EventTable(columns, stop - start);
  }

  /** The default chunk, made smaller for wide tables, so that a thousand columns do not take a gigabyte. */
  #handyChunk(plans: readonly ColumnPlan[]): number {
    let stored = 0;
    for (const branch of new Set(plans.map((plan) => plan.branch))) {
      for (let i = 0; i < branch.baskets; i++) stored += branch.basketBytes[i];
    }
    const events = Math.floor((STORED_BYTES * this.length) / stored);
    return events < DEFAULT_CHUNK_SIZE ? Math.max(events, FEWEST_EVENTS) : DEFAULT_CHUNK_SIZE;
  }

  #number(what: string, value: number, least: number): number {
    if (Number.isInteger(value) && value >= least) return value;
    throw new ConfigError(
      `${this.name}: ${what} out of range; expected an integer of at least ${least}, got ${value}.`,
    );
  }

  #plan(name: string): ColumnPlan {
    const plan = this.#plans.get(name);
    if (plan !== undefined) return plan;
    const skipped = this.skipped.find((column) => column.name === name);
    const where =
      skipped === undefined ? this.name : `${this.name} ("${name}" is there but not readable: ${skipped.reason})`;
    throw missingColumn(name, this.schema.names, where);
  }
}
