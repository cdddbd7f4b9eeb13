import { ConfigError } from "../../../util/errors.js";
import { EventTable } from "../../event-table.js";
import { missingColumn, Schema } from "../../schema.js";
import { DEFAULT_CHUNK_SIZE, type ReadOptions, type SkippedColumn, type TableSource } from "../format.js";
import { assembleColumn } from "./assemble.js";
import { BasketStore } from "./basket-store.js";
import type { ColumnPlan } from "./columns.js";
import type { RootFile } from "./file.js";
import type { Tree } from "./tree.js";

/** A TTree as a table. */
export class TreeSource implements TableSource {
  readonly name: string;
  readonly schema: Schema;
  readonly length: number;
  readonly skipped: readonly SkippedColumn[];
  readonly #file: RootFile;
  readonly #plans: ReadonlyMap<string, ColumnPlan>;

  constructor(file: RootFile, tree: Tree, plans: readonly ColumnPlan[], skipped: readonly SkippedColumn[]) {
    this.name = `${file.name}: ${tree.name}`;
    this.schema = new Schema(plans.map((plan) => plan.field));
    this.length = tree.entries;
    this.skipped = skipped;
    this.#file = file;
    this.#plans = new Map(plans.map((plan) => [plan.field.name, plan]));
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<EventTable> {
    const plans = (options.columns ?? this.schema.names).map((name) => this.#plan(name));
    const chunkSize = options.chunkSize ?? DEFAULT_CHUNK_SIZE;
    if (!(Number.isInteger(chunkSize) && chunkSize > 0)) {
      throw new ConfigError(`${this.name}: chunk size out of range; expected an integer above 0, got ${chunkSize}.`);
    }
    const stop = Math.min(options.stop ?? this.length, this.length);
    const start = Math.max(0, options.start ?? 0);
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

  #plan(name: string): ColumnPlan {
    const plan = this.#plans.get(name);
    if (plan !== undefined) return plan;
    const skipped = this.skipped.find((column) => column.name === name);
    const where =
      skipped === undefined ? this.name : `${this.name} ("${name}" is there but not readable: ${skipped.reason})`;
    throw missingColumn(name, this.schema.names, where);
  }
}
