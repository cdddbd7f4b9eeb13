/** @file Programs whose batch is shared out among threads. */
import { Barrier, sharedArray } from "../../util/pool.js";
import type { Tensor } from "../graph/tensor.js";
import type { Runtime, Session, Value, Values } from "../runtime/runtime.js";
import type { Gang } from "./gang.js";
import { hostKernel } from "./kernels.js";
import { allocate, partsOf, type RowFeed, type ShardJob, sizeOf } from "./shard-layout.js";
import { viewOf } from "./shard-member.js";
import { planShards } from "./shard-plan.js";

export interface ShardedOptions {
  readonly rows: number;
  readonly seed: bigint;
  /** Where the fed tables come from. */
  readonly feeds: readonly RowFeed[];
  /** Sizes of the whole inputs. */
  readonly wholes: Readonly<Record<string, number>>;
  /** Threads at most. */
  readonly threads: number;
}

/** Plans a graph and allocates what its threads share; undefined where it cannot be worked on in parts. */
export function shardJob(outputs: Readonly<Record<string, Tensor>>, options: ShardedOptions): ShardJob | undefined {
  const { rows, seed, feeds } = options;
  const plan = planShards(outputs, rows);
  if (plan === undefined) return undefined;
  const parts = partsOf(rows);
  const hosts = plan.stages.flatMap((stage) => stage.hosts);
  return {
    plan,
    parts,
    threads: Math.min(parts.length, options.threads),
    seed,
    feeds: feeds.filter((feed) => plan.rowInputs.some((slot) => slot.name === feed.name)),
    wholes: Object.fromEntries(
      Object.entries(options.wholes)
        .filter(
          ([name]) =>
            plan.stages.some((stage) => stage.inputs.includes(name)) || plan.views.some((view) => view.flat === name),
        )
        .map(([name, size]) => [name, sharedArray(Float32Array, size)]),
    ),
    ...allocate(plan, parts, rows),
    barrier: Barrier.allocate(),
    step: sharedArray(Float64Array, 1),
    scratch: hosts.map((host) =>
      hostKernel(host.kernel).prepare(
        host.inputs.map(() => rows),
        host.inputs.map(sizeOf),
        host.attributes,
      ),
    ),
  };
}

/** A job of a gang, ready to run. */
export class ShardedProgram {
  readonly outputs: readonly string[];
  readonly #job: ShardJob;
  readonly #number: number;
  readonly #gang: Gang;
  readonly #final: Session;
  readonly #totals: Record<string, Value> = {};

  private constructor(job: ShardJob, number: number, gang: Gang, final: Session) {
    this.#job = job;
    this.#number = number;
    this.#gang = gang;
    this.#final = final;
    this.outputs = job.plan.final.outputs;
    for (const { sums, hosts } of job.plan.stages) {
      for (const slot of [...sums, ...hosts.flatMap((host) => host.wholes)]) {
        this.#totals[slot.name] = { dtype: slot.dtype, shape: slot.shape, data: new Float32Array(sizeOf(slot)) };
      }
    }
  }

  static async create(job: ShardJob, number: number, gang: Gang, runtime: Runtime): Promise<ShardedProgram> {
    return new ShardedProgram(job, number, gang, await runtime.load(job.plan.final.bytes, { threads: 1 }));
  }

  /**
   * Runs the job once.
   * @param index Number that random numbers go by.
   * @param wholes Values of the whole inputs.
   * @param into Arrays for outputs.
   */
  async run(index: number, wholes: Values, into: Values): Promise<Values> {
    const job = this.#job;
    job.step[0] = index;
    for (const [name, data] of Object.entries(job.wholes)) data.set(wholes[name].data as Float32Array);
    await this.#gang.run(this.#number);
    const feeds: Record<string, Value> = {};
    const views = new Map(job.plan.views.map((view) => [view.name, view]));
    for (const name of job.plan.final.inputs) {
      const total = this.#totals[name];
      if (total !== undefined) (total.data as Float32Array).set(job.totals[name] ?? job.tables[name]);
      const view = views.get(name);
      feeds[name] =
        total ??
        (view === undefined
          ? wholes[name]
          : viewOf(view, new Map([[view.flat, wholes[view.flat].data as Float32Array]])));
    }
    return this.#final.run(feeds, into);
  }

  close(): Promise<void> {
    return this.#final.close();
  }
}
