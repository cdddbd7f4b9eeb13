/**
 * @file Which branches count the entries of lists. Lists of equal lengths share one counter, as `Jet_pt[nJet]` and
 * `Jet_eta[nJet]`: those of one prefix before "_" or ".", or those without a prefix. Should two of them differ in a later
 * event, the second goes on with a counter of its own, which names the baskets written so far as well.
 */
import { type Column, type EventTable, flatColumn } from "../../../event-table.js";
import { counterNames, prefixOf } from "../../../list-names.js";
import type { Schema } from "../../../schema.js";
import { BranchWriter } from "./branch.js";

interface Group {
  readonly columns: readonly string[];
  readonly counter: BranchWriter | undefined;
}

/** Counts in an integer column of the user's that may serve: ROOT's counters are of this size. */
const COUNTER_TYPES = new Set(["int32", "uint32"]);

/** The counters of a tree. */
export class Counters {
  readonly #tree: string;
  readonly #schema: Schema;
  /** Branches of the user's columns. */
  readonly #branches: ReadonlyMap<string, BranchWriter>;
  /** Counters that were made here, by name. */
  readonly #own = new Map<string, BranchWriter>();
  #groups: Group[];

  constructor(tree: string, schema: Schema, branches: ReadonlyMap<string, BranchWriter>) {
    this.#tree = tree;
    this.#schema = schema;
    this.#branches = branches;
    const groups = new Map<string, string[]>();
    for (const { name, jagged } of schema.fields) {
      if (!jagged) continue;
      const prefix = prefixOf(name) ?? "";
      groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
    }
    this.#groups = [...groups.values()].map((columns) => ({ columns, counter: undefined }));
  }

  /** Counters beside the user's columns. */
  get own(): Iterable<BranchWriter> {
    return this.#own.values();
  }

  /** Looks at the next events: parts lists whose lengths differ there, and gives the columns of the counters made here. */
  count(events: EventTable): Map<BranchWriter, Column> {
    this.#groups = this.#groups.flatMap((group) => this.#part(group, events));
    const columns = new Map<BranchWriter, Column>();
    for (const { columns: names, counter } of this.#groups) {
      const branch = counter as BranchWriter;
      const counts = countsOf(events.column(names[0]));
      for (const n of counts) if (n > branch.maximum) branch.maximum = n;
      if (this.#own.has(branch.field.name)) columns.set(branch, flatColumn(branch.field.name, counts));
    }
    return columns;
  }

  #part({ columns, counter }: Group, events: EventTable): Group[] {
    const classes: { columns: string[]; offsets: Int32Array }[] = [];
    for (const name of columns) {
      const offsets = events.column(name).offsets as Int32Array;
      const same = classes.find((known) => sameCounts(known.offsets, offsets));
      if (same === undefined) classes.push({ columns: [name], offsets });
      else same.columns.push(name);
    }
    const taken = new Set<BranchWriter>();
    return classes.map(({ columns: names, offsets }) => {
      let branch: BranchWriter | undefined;
      if (counter === undefined) branch = this.#users(names, offsets, events) ?? this.#make(names);
      // The first class keeps the counter; the user's column, only while it still counts the lists.
      else if (!taken.has(counter) && this.#counts(counter, offsets, events)) branch = counter;
      else {
        branch = this.#make(names);
        branch.inherit(counter);
      }
      taken.add(branch);
      branch.counts = true;
      for (const name of names) (this.#branches.get(name) as BranchWriter).counter = branch;
      return { columns: names, counter: branch };
    });
  }

  #counts(counter: BranchWriter, offsets: Int32Array, events: EventTable): boolean {
    const { name } = counter.field;
    return this.#own.has(name) || isCountedBy(offsets, events.column(name));
  }

  /** Finds a column of the user's that holds just these counts, under one of the names that such columns have. */
  #users(names: readonly string[], offsets: Int32Array, events: EventTable): BranchWriter | undefined {
    for (const candidate of names.flatMap(counterNames)) {
      if (!this.#schema.has(candidate)) continue;
      const { dtype, jagged, width = 1 } = this.#schema.field(candidate);
      if (jagged || width !== 1 || !COUNTER_TYPES.has(dtype)) continue;
      if (isCountedBy(offsets, events.column(candidate))) return this.#branches.get(candidate);
    }
    return undefined;
  }

  #make(names: readonly string[]): BranchWriter {
    const [first] = names;
    const prefix = prefixOf(first);
    const wanted = prefix === undefined ? [`n${first}`] : [`n${prefix}`, `n${first}`];
    const free = (name: string) => !this.#schema.has(name) && !this.#own.has(name);
    let name = wanted.find(free);
    for (let k = 2; name === undefined; k++) if (free(`n${first}_${k}`)) name = `n${first}_${k}`;
    const branch = new BranchWriter({ name, dtype: "int32", jagged: false }, this.#tree);
    this.#own.set(name, branch);
    return branch;
  }
}

function countsOf({ offsets }: Column): Int32Array {
  const places = offsets as Int32Array;
  const counts = new Int32Array(places.length - 1);
  for (let i = 0; i < counts.length; i++) counts[i] = places[i + 1] - places[i];
  return counts;
}

function sameCounts(a: Int32Array, b: Int32Array): boolean {
  if (a === b) return true;
  const shift = b[0] - a[0];
  for (let i = 1; i < a.length; i++) if (b[i] - a[i] !== shift) return false;
  return true;
}

function isCountedBy(offsets: Int32Array, { values }: Column): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== offsets[i + 1] - offsets[i]) return false;
  return true;
}
