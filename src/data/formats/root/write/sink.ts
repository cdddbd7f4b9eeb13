/** @file Writing TTrees chunk by chunk: numbers go to the file basket by basket, all that describes them at the end. */
import { ConfigError, SchemaError } from "../../../../util/errors.js";
import { conform } from "../../../conform.js";
import { type Column, EventTable } from "../../../event-table.js";
import { allocate, type Schema } from "../../../schema.js";
import type { ByteSink, CreateOptions, TableSink } from "../../format.js";
import { Groups } from "../../groups.js";
import { noteOf } from "../note.js";
import { type Basket, basketKey, basketKeyLength, cutBaskets, encodeBasket } from "./basket.js";
import { BranchWriter, leafClass } from "./branch.js";
import { compressor, ZLIB_LEVEL_1 } from "./compress.js";
import { Counters } from "./counters.js";
import { FileWriter } from "./file.js";
import { stringLength } from "./record-writer.js";
import { Clusters, writeTree } from "./tree.js";

/** Events, and bytes in memory, at which all branches begin new baskets. */
const CLUSTER = { events: 65_536, bytes: 1 << 25 };
const DEFAULT_TREE = "Events";
/** The length of a key, which holds the names of tree and branch, has 16 bits. */
const LONGEST_NAME = 10_000;

/** A basket on its way to the file. */
interface Job {
  readonly branch: BranchWriter;
  readonly basket: Basket;
  readonly stored: Promise<Uint8Array>;
}

/**
 * Starts a ROOT file with one tree of a schema. Baskets, and so the bytes, do not depend on how the events are cut into
 * chunks, nor on the clock. A chunk is compressed and written while the next one is made.
 * @throws SchemaError where there is no column, or a name is empty or too long; ConfigError where the sink cannot be
 * written to at any position, as a pipe cannot.
 */
export function createRoot(sink: ByteSink, schema: Schema, options: CreateOptions = {}): TableSink {
  const { tree = DEFAULT_TREE, compression = "zlib" } = options;
  const { patch } = sink;
  if (patch === undefined) {
    throw new ConfigError("root: cannot be written to a pipe; expected a file, whose beginning is written last.");
  }
  checkNames(schema, tree);
  const file = new FileWriter({
    write: (bytes) => sink.write(bytes),
    patch: (at, bytes) => patch.call(sink, at, bytes),
  });
  const compress = compressor(options);
  const groups = new Groups(CLUSTER);
  const clusters = new Clusters();
  const branches = new Map(schema.fields.map((field) => [field.name, new BranchWriter(field, tree)]));
  const counters = new Counters(tree, schema, branches);
  let events = 0;
  let begun = false;
  /** What is being compressed and written; one cluster at most. */
  let writing: Promise<void> = Promise.resolve();

  async function flush(table: EventTable): Promise<void> {
    await writing;
    const columns: [BranchWriter, Column][] = [...counters.count(table)];
    for (const [name, branch] of branches) columns.push([branch, table.column(name)]);
    const jobs = columns.flatMap(([branch, column]) =>
      cutBaskets(column, table.length).map((piece): Job => {
        const basket = encodeBasket(column, piece, basketKeyLength(branch.keyNames));
        const stored = compress(basket.raw);
        stored.catch(() => {});
        return { branch, basket, stored };
      }),
    );
    clusters.add(table.length);
    events += table.length;
    writing = write(jobs);
    // Whoever comes next awaits it and gets the error; until then it must not count as unhandled.
    writing.catch(() => {});
  }

  async function write(jobs: readonly Job[]): Promise<void> {
    if (!begun) await file.begin();
    begun = true;
    for (const { branch, basket, stored } of jobs) {
      const bytes = await stored;
      const seek = file.position;
      const key = basketKey(branch.keyNames, basket, bytes.length, branch.baskets, seek);
      await file.put([key, bytes]);
      branch.add(basket, key.length + bytes.length, seek);
    }
  }

  /** Counters before what they count, else in the order of the schema. */
  function ordered(): BranchWriter[] {
    const all = new Set<BranchWriter>();
    for (const branch of branches.values()) {
      if (branch.counter !== undefined) all.add(branch.counter);
      all.add(branch);
    }
    return [...all];
  }

  return {
    async write(chunk: EventTable): Promise<void> {
      for (const group of groups.add(conform(chunk, schema, "root"))) await flush(group);
    },
    async close(): Promise<void> {
      const rest = groups.rest();
      if (rest !== undefined) await flush(rest);
      await writing;
      if (!begun) {
        await write([]);
        counters.count(emptyTable(schema));
      }
      const all = ordered();
      const setting = compression === "none" ? 0 : ZLIB_LEVEL_1;
      const note = noteOf(
        schema.fields,
        [...counters.own].map(({ field }) => field.name),
      );
      await file.add({ className: "TTree", name: tree, title: "" }, compress, (out) =>
        writeTree(out, {
          name: tree,
          entries: events,
          branches: all,
          clusters,
          friend: options.friend,
          note,
          compression: setting,
        }),
      );
      const classes = ["TTree", "TBranch", "TObjArray", "TList", ...all.map(({ field }) => leafClass(field.dtype))];
      if (options.friend !== undefined) classes.push("TFriendElement");
      await file.end(setting, compress, classes);
    },
  };
}

function emptyTable(schema: Schema): EventTable {
  return new EventTable(
    schema.fields.map((field) => ({
      field,
      values: allocate(field.dtype, 0),
      ...(field.jagged && { offsets: new Int32Array(1) }),
    })),
  );
}

function checkNames(schema: Schema, tree: string): void {
  if (schema.fields.length === 0) throw new SchemaError("root: no columns to write; expected at least one.");
  for (const name of schema.names) {
    if (name === "") throw new SchemaError("root: a column has no name; expected a name of one letter or more.");
    if (stringLength(name) > LONGEST_NAME) {
      throw new SchemaError(
        `root: name of column "${name.slice(0, 20)}..." is too long; expected at most ${LONGEST_NAME} bytes, got ${stringLength(name)}.`,
      );
    }
  }
  if (tree === "" || /[/;]/.test(tree) || stringLength(tree) > LONGEST_NAME) {
    throw new ConfigError(`root: not usable as name of a tree; expected a name without "/" and ";", got "${tree}".`);
  }
}
