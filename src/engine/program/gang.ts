/** @file The threads that share batches: this one, and helpers from a pool. */
import { GANG_FAILED, type Pool, sharedArray } from "../../util/pool.js";
import type { Runtime } from "../runtime/runtime.js";
import type { ShardJob } from "./shard-layout.js";
import { ShardMember } from "./shard-member.js";
import { callWord, STOP, shardTask } from "./shard-task.js";

export class Gang {
  readonly #control: Int32Array;
  readonly #members: readonly ShardMember[];
  readonly #helpers: readonly Promise<void>[];
  #calls = 0;

  private constructor(control: Int32Array, members: readonly ShardMember[], helpers: readonly Promise<void>[]) {
    this.#control = control;
    this.#members = members;
    this.#helpers = helpers;
  }

  /** Loads the models of all jobs on all threads. Helpers keep a thread of the pool each until the gang is closed. */
  static async open(jobs: readonly ShardJob[], runtime: Runtime, pool: Pool | undefined): Promise<Gang> {
    const control = sharedArray(Int32Array, 1);
    const threads = Math.max(1, ...jobs.map((job) => job.threads));
    const started = Array.from({ length: threads - 1 }, (_, k) => {
      let ready: () => void = () => {};
      const loaded = new Promise<void>((resolve) => {
        ready = resolve;
      });
      const input = { jobs, control, index: k + 1 };
      const done = (pool as Pool).run(shardTask, input, () => ready());
      // A failure is heard below, perhaps only when this thread has loaded its own models.
      done.catch(() => {});
      return { loaded, done };
    });
    const members: ShardMember[] = [];
    const gang = new Gang(
      control,
      members,
      started.map(({ done }) => done),
    );
    try {
      for (const job of jobs) members.push(await ShardMember.create(job, 0, runtime));
      // A step would hold up this thread, and with it what keeps a helper from coming: wait for them here.
      await Promise.all(started.map(({ loaded, done }) => Promise.race([loaded, done])));
    } catch (error) {
      await gang.close();
      throw error;
    }
    return gang;
  }

  /** Works on one job, together with all helpers. */
  async run(job: number): Promise<void> {
    this.#call(job);
    try {
      await this.#members[job].step();
    } catch (error) {
      for (const member of this.#members) member.abort();
      // Some helpers may have no part in this job: they wait for the next call, not at its barrier.
      this.#call(STOP);
      const ends = await Promise.allSettled(this.#helpers);
      const errors = [error, ...ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []))];
      // One thread failed, and all others of it: theirs is not the reason.
      throw errors.find((one) => !(one instanceof Error && one.message === GANG_FAILED)) ?? error;
    }
  }

  #call(job: number): void {
    this.#calls++;
    Atomics.store(this.#control, 0, callWord(this.#calls, job));
    Atomics.notify(this.#control, 0);
  }

  async close(): Promise<void> {
    this.#call(STOP);
    await Promise.allSettled(this.#helpers);
    for (const member of this.#members) await member.close();
  }
}
