/** @file One of the threads that share a batch. */
import { fillNormal, fillUniform } from "../../util/fill-random.js";
import { Barrier } from "../../util/pool.js";
import type { DType } from "../graph/tensor.js";
import type { Runtime, Session, Value, ValueData } from "../runtime/runtime.js";
import type { KernelMember } from "./host-kernels.js";
import { hostKernel } from "./kernels.js";
import { type Part, type RowFeed, type ShardJob, sizeOf } from "./shard-layout.js";
import { ONES, type Slot, type View } from "./shard-plan.js";

/**
 * How often a waiting thread looks before it goes to sleep, a few milliseconds in all: between steps and stages there is
 * less, and to be woken takes a good part of a short step.
 */
export const SPINS = 3_000_000;

/** Values of one stage for one part: made once, filled again each step. */
interface Call {
  readonly part: Part;
  readonly number: number;
  readonly feeds: Record<string, Value>;
  readonly into: Record<string, Value>;
  /** Tables of the part, the same in all stages. */
  readonly tables: ReadonlyMap<string, Value>;
}

export class ShardMember {
  readonly #job: ShardJob;
  readonly #index: number;
  readonly #barrier: Barrier;
  readonly #sessions: readonly Session[];
  readonly #kernels: readonly KernelMember[];
  readonly #calls: readonly (readonly Call[])[];
  /** Own copies of what all parts see: ONNX Runtime takes no shared memory. */
  readonly #own: ReadonlyMap<string, Float32Array>;

  private constructor(job: ShardJob, index: number, sessions: readonly Session[], kernels: readonly KernelMember[]) {
    this.#kernels = kernels;
    this.#job = job;
    this.#index = index;
    this.#barrier = new Barrier(job.threads, job.barrier, SPINS);
    this.#sessions = sessions;
    const own = new Map<string, Float32Array>();
    const hosts = job.plan.stages.flatMap((stage) => stage.hosts.flatMap((host) => host.wholes));
    for (const [name, data] of Object.entries({ ...job.wholes, ...job.totals }))
      own.set(name, new Float32Array(data.length));
    for (const whole of hosts) own.set(whole.name, new Float32Array(sizeOf(whole)));
    this.#own = own;
    this.#calls = this.#prepare();
  }

  /** @param index Which of the threads this is, from 0. */
  static async create(job: ShardJob, index: number, runtime: Runtime): Promise<ShardMember> {
    const sessions: Session[] = [];
    for (const stage of job.plan.stages) sessions.push(await runtime.load(stage.bytes, { threads: 1 }));
    const kernels: KernelMember[] = [];
    const hosts = job.plan.stages.flatMap((stage) => stage.hosts).sort((a, b) => a.index - b.index);
    for (const host of hosts) kernels.push(await hostKernel(host.kernel).open(runtime));
    return new ShardMember(job, index, sessions, kernels);
  }

  #prepare(): Call[][] {
    const { plan, parts, threads } = this.#job;
    const mine = parts
      .map((part, number) => ({ part, number }))
      .filter(({ number }) => number % threads === this.#index);
    const shapes = new Map<string, Slot>();
    for (const stage of plan.stages) {
      for (const slot of [...stage.sums, ...stage.kept, ...stage.gathered]) shapes.set(slot.name, slot);
      for (const host of stage.hosts) for (const slot of [...host.rows, ...host.wholes]) shapes.set(slot.name, slot);
    }
    const views = new Map(plan.views.map((view) => [view.name, viewOf(view, this.#own)]));
    const calls: Call[][] = plan.stages.map(() => []);
    for (const { part, number } of mine) {
      const rows = part.end - part.start;
      // Tables of this part live through all stages: what one stage writes the next reads in place.
      const tables = new Map<string, Value>();
      const table = (slot: Slot): Value => {
        const known = tables.get(slot.name);
        if (known !== undefined) return known;
        const value = { dtype: slot.dtype, shape: [rows, ...slot.shape], data: array(slot.dtype, rows * sizeOf(slot)) };
        tables.set(slot.name, value);
        return value;
      };
      const ones: Value = { dtype: "float32", shape: [1, rows], data: new Float32Array(rows).fill(1) };
      const isTable = new Set([
        ...plan.rowInputs.map((slot) => slot.name),
        ...plan.stages.flatMap((stage) => [...stage.kept, ...stage.gathered].map((slot) => slot.name)),
        ...plan.stages.flatMap((stage) => stage.hosts.flatMap((host) => host.rows.map((slot) => slot.name))),
      ]);
      for (const slot of plan.rowInputs) table(slot);
      plan.stages.forEach((stage, s) => {
        const feeds: Record<string, Value> = {};
        for (const name of stage.inputs) {
          if (name === ONES) feeds[name] = ones;
          else if (isTable.has(name)) feeds[name] = tables.get(name) ?? table(shapes.get(name) as Slot);
          else if (views.has(name)) feeds[name] = views.get(name) as Value;
          else {
            const data = this.#own.get(name);
            if (data === undefined) throw new Error(`internal: nothing feeds "${name}"`);
            feeds[name] = { dtype: "float32", shape: shapes.get(name)?.shape ?? [data.length], data };
          }
        }
        const into: Record<string, Value> = {};
        for (const slot of stage.kept) into[slot.name] = table(slot);
        for (const slot of stage.gathered)
          if (!plan.rowInputs.some((fed) => fed.name === slot.name)) into[slot.name] = table(slot);
        for (const slot of stage.sums) {
          into[slot.name] = { dtype: slot.dtype, shape: slot.shape, data: new Float32Array(sizeOf(slot)) };
        }
        // Later stages add what host kernels gave to the tables of the part.
        for (const host of stage.hosts) for (const slot of host.rows) table(slot);
        calls[s].push({ part, number, feeds, into, tables });
      });
    }
    return calls;
  }

  /** Takes part in one step: all threads must call it. Returns when the sums over all parts stand in the shared totals. */
  async step(): Promise<void> {
    const { plan, wholes, totals, partials, tables } = this.#job;
    for (const [name, data] of Object.entries(wholes)) this.#own.get(name)?.set(data);
    for (const [s, stage] of plan.stages.entries()) {
      for (const call of this.#calls[s]) {
        const { part, number, feeds, into, tables: own } = call;
        if (s === 0) for (const feed of this.#job.feeds) this.#fill(feed, call);
        await this.#sessions[s].run(feeds, into);
        for (const { name } of stage.sums) {
          const data = into[name].data as Float32Array;
          partials[name].set(data, number * data.length);
        }
        for (const slot of stage.gathered) {
          tables[slot.name].set(own.get(slot.name)?.data as Float32Array, part.start * sizeOf(slot));
        }
      }
      this.#barrier.wait();
      for (const { name } of stage.sums) this.#add(totals[name], partials[name]);
      for (const host of stage.hosts) {
        await this.#kernels[host.index].run({
          inputs: host.inputs.map((slot) => tables[slot.name]),
          rows: host.rows.map((slot) => tables[slot.name]),
          wholes: host.wholes.map((slot) => tables[slot.name]),
          columns: host.inputs.map(sizeOf),
          attributes: host.attributes,
          scratch: this.#job.scratch[host.index],
          seed: this.#job.seed,
          step: this.#job.step[0],
          index: host.index,
          thread: this.#index,
          threads: this.#job.threads,
          wait: () => this.#barrier.wait(),
        });
      }
      this.#barrier.wait();
      if (s === plan.stages.length - 1) break;
      for (const { name } of stage.sums) this.#own.get(name)?.set(totals[name]);
      for (const host of stage.hosts) {
        for (const slot of host.wholes) this.#own.get(slot.name)?.set(tables[slot.name]);
        for (const slot of host.rows) this.#scatter(slot);
      }
    }
  }

  /** Adds the parts of this thread's share of a sum, always in the order of the parts. */
  #add(total: Float32Array, partial: Float32Array): void {
    const size = total.length;
    const { threads } = this.#job;
    const share = Math.ceil(size / threads);
    const start = this.#index * share;
    const end = Math.min(size, start + share);
    if (start >= end) return;
    const parts = partial.length / size;
    for (let i = start; i < end; i++) {
      let sum = partial[i];
      for (let p = 1; p < parts; p++) sum += partial[p * size + i];
      total[i] = sum;
    }
  }

  /** Deals what a host kernel made of all rows to the parts. */
  #scatter(slot: Slot): void {
    const width = sizeOf(slot);
    for (const { part, tables } of this.#calls[0]) {
      const data = tables.get(slot.name)?.data as Float32Array;
      data.set(this.#job.tables[slot.name].subarray(part.start * width, part.end * width));
    }
  }

  #fill(feed: RowFeed, { part, number, tables }: Call): void {
    const into = tables.get(feed.name)?.data as Float32Array;
    if (feed.kind === "table") gather(into, feed, part);
    else {
      const index = this.#job.step[0] * this.#job.parts.length + number;
      (feed.kind === "normal" ? fillNormal : fillUniform)(into, this.#job.seed, feed.stream, index);
    }
  }

  /** Lets the others, whose step would wait for ever, fail too. */
  abort(): void {
    this.#barrier.abort();
  }

  async close(): Promise<void> {
    for (const part of [...this.#sessions, ...this.#kernels]) await part.close();
  }
}

/** Copies the rows of a part out of a table. */
export function gather(
  into: Float32Array,
  feed: { data: Float32Array; rows: Int32Array; columns: number },
  part: Part,
): void {
  const { data, rows, columns } = feed;
  for (let i = part.start, at = 0; i < part.end; i++) {
    const from = rows[i] * columns;
    for (let c = 0; c < columns; c++) into[at++] = data[from + c];
  }
}

/** A piece of a flat vector, as a value that shares its memory. */
export function viewOf(view: View, flats: ReadonlyMap<string, Float32Array>): Value {
  const size = view.shape.reduce((a, b) => a * b, 1);
  const flat = flats.get(view.flat);
  if (flat === undefined) throw new Error(`internal: nothing feeds "${view.flat}"`);
  return { dtype: "float32", shape: view.shape, data: flat.subarray(view.offset, view.offset + size) };
}

function array(dtype: DType, size: number): ValueData {
  if (dtype === "float32") return new Float32Array(size);
  if (dtype === "int32") return new Int32Array(size);
  if (dtype === "int64") return new BigInt64Array(size);
  if (dtype === "bool") return new Uint8Array(size);
  throw new Error(`internal: tables of ${dtype} do not pass between stages`);
}
