/** @file Models that go row by row, run by all threads of a pool: how a trained model is applied to many events. */
import { ConfigError } from "../../util/errors.js";
import { fillNormalRows } from "../../util/fill-random.js";
import { defineTask, onSharedMemory, type Pool, sharedArray } from "../../util/pool.js";
import { nodeRuntime } from "../runtime/node.js";
import type { Session, Value } from "../runtime/runtime.js";

/** A table of the model, [rows, columns] float32. */
export interface RowTable {
  readonly name: string;
  readonly columns: number;
}

export interface RowModelSpec {
  /** ONNX file whose inputs and outputs all have one row an event. */
  readonly bytes: Uint8Array;
  readonly inputs: readonly RowTable[];
  /** Inputs that are filled with normal numbers, a function of the seed and the number of the event. */
  readonly noises?: readonly RowTable[];
  readonly outputs: readonly RowTable[];
}

export interface RowRun {
  /** Any integer in [0, 2^64) (default 0). */
  readonly seed?: bigint;
  /** Number of the first row among all events (default 0). */
  readonly first?: number;
  /** First of the streams of random numbers, one for each noise (default 0). */
  readonly stream?: number;
  /** Arrays for outputs, on shared memory (default: new ones). */
  readonly into?: Readonly<Record<string, Float32Array>>;
}

interface RowJob {
  readonly id: number;
  readonly spec: RowModelSpec;
  readonly rows: number;
  readonly tables: Readonly<Record<string, Float32Array>>;
  readonly seed: bigint;
  readonly first: number;
  readonly stream: number;
  /** Word: next part to take. */
  readonly next: Int32Array;
}

/** Rows that a thread takes at once: what the layers make of them should stay in its cache. */
const PART = 2048;
/** Models that a thread keeps loaded. */
const KEPT = 4;

interface Loaded {
  readonly session: Session;
  readonly tables: Map<string, Float32Array>;
}

const loaded = new Map<number, Promise<Loaded>>();
let models = 0;

async function load(bytes: Uint8Array): Promise<Loaded> {
  const runtime = await nodeRuntime({ threads: 1 });
  return { session: await runtime.load(Uint8Array.from(bytes), { threads: 1 }), tables: new Map() };
}

async function modelOf({ id, spec }: RowJob): Promise<Loaded> {
  let model = loaded.get(id);
  if (model === undefined) {
    for (const [old, other] of loaded) {
      if (loaded.size < KEPT) break;
      loaded.delete(old);
      await (await other).session.close();
    }
    model = load(spec.bytes);
    loaded.set(id, model);
  }
  return model;
}

/** Takes parts until none is left. */
export const rowTask = defineTask(import.meta.url, "rowTask", async (job: RowJob): Promise<void> => {
  const { spec, rows, tables, next } = job;
  const { session, tables: own } = await modelOf(job);
  const noises = spec.noises ?? [];
  for (let part = Atomics.add(next, 0, 1); part * PART < rows; part = Atomics.add(next, 0, 1)) {
    const start = part * PART;
    const n = Math.min(PART, rows - start);
    const value = ({ name, columns }: RowTable): Value => {
      const full = own.get(name) ?? new Float32Array(PART * columns);
      own.set(name, full);
      return { dtype: "float32", shape: [n, columns], data: n === PART ? full : full.subarray(0, n * columns) };
    };
    const feeds: Record<string, Value> = {};
    for (const table of spec.inputs) {
      feeds[table.name] = value(table);
      (feeds[table.name].data as Float32Array).set(
        tables[table.name].subarray(start * table.columns, (start + n) * table.columns),
      );
    }
    for (const [k, table] of noises.entries()) {
      feeds[table.name] = value(table);
      fillNormalRows(
        feeds[table.name].data as Float32Array,
        table.columns,
        job.seed,
        job.stream + k,
        job.first + start,
      );
    }
    const into = Object.fromEntries(spec.outputs.map((table) => [table.name, value(table)]));
    const results = await session.run(feeds, into);
    for (const { name, columns } of spec.outputs) tables[name].set(results[name].data as Float32Array, start * columns);
  }
});

/** A model over rows, on all threads of a pool. The outputs depend neither on their number nor on how rows are cut. */
export class RowModel {
  readonly #id = models++;
  readonly #spec: RowModelSpec;
  readonly #pool: Pool;

  constructor(spec: RowModelSpec, pool: Pool) {
    const bytes = new Uint8Array(new SharedArrayBuffer(spec.bytes.length));
    bytes.set(spec.bytes);
    this.#spec = { ...spec, bytes };
    this.#pool = pool;
  }

  /**
   * Applies the model.
   * @param inputs Tables [rows, columns] by name; on shared memory they are read in place.
   * @returns Outputs [rows, columns] by name, on shared memory.
   * @throws ConfigError where a table is missing or its length does not fit.
   */
  async run(
    inputs: Readonly<Record<string, Float32Array>>,
    rows: number,
    options: RowRun = {},
  ): Promise<Record<string, Float32Array>> {
    const { seed = 0n, first = 0, stream = 0, into = {} } = options;
    const tables: Record<string, Float32Array> = {};
    for (const { name, columns } of this.#spec.inputs) {
      const data = inputs[name];
      if (data?.length !== rows * columns) {
        throw new ConfigError(
          `model: input "${name}" does not fit; expected ${rows} rows of ${columns} numbers, got ${data === undefined ? "none" : `${data.length} numbers`}.`,
        );
      }
      tables[name] = onSharedMemory(data);
    }
    const outputs: Record<string, Float32Array> = {};
    for (const { name, columns } of this.#spec.outputs) {
      outputs[name] = into[name] ?? sharedArray(Float32Array, rows * columns);
      tables[name] = outputs[name];
    }
    const job: RowJob = {
      id: this.#id,
      spec: this.#spec,
      rows,
      tables,
      seed,
      first,
      stream,
      next: sharedArray(Int32Array, 1),
    };
    const threads = Math.max(1, Math.min(this.#pool.size, Math.ceil(rows / PART)));
    await Promise.all(Array.from({ length: threads }, () => this.#pool.run(rowTask, job)));
    return outputs;
  }
}
