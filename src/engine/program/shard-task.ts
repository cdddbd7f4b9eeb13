/** @file What runs on each thread but the first of those that share batches, from the first step to the last. */
import { defineTask, type TaskContext } from "../../util/pool.js";
import { nodeRuntime } from "../runtime/node.js";
import type { ShardJob } from "./shard-layout.js";
import { ShardMember, SPINS } from "./shard-member.js";

/** Stands for a job's number when the gang is to part. */
export const STOP = 0xff;

/**
 * The word that calls helpers to a job. The number of the call and the job stand in one: a helper that has no part in a job
 * may look late, as the next is called, and must not take the number of one call with the job of the other.
 */
export const callWord = (count: number, job: number): number => (count << 8) | job;

export interface GangInput {
  readonly jobs: readonly ShardJob[];
  readonly control: Int32Array;
  readonly index: number;
}

/** Reports "ready" once, then works on whichever job the control words name, until told to stop. */
export const shardTask = defineTask(
  import.meta.url,
  "shardTask",
  async ({ jobs, control, index }: GangInput, context: TaskContext): Promise<void> => {
    const members: (ShardMember | undefined)[] = [];
    try {
      const runtime = await nodeRuntime({ threads: 1 });
      for (const job of jobs) {
        members.push(index < job.threads ? await ShardMember.create(job, index, runtime) : undefined);
      }
      // As the word starts: the gang may have parted while this thread was loading.
      let call = 0;
      context.report("ready");
      for (;;) {
        for (let spin = 0; spin < SPINS && Atomics.load(control, 0) === call; spin++);
        while (Atomics.load(control, 0) === call) Atomics.wait(control, 0, call, 1000);
        call = Atomics.load(control, 0);
        const job = call & 0xff;
        if (job === STOP) return;
        await members[job]?.step();
      }
    } catch (error) {
      for (const member of members) member?.abort();
      throw error;
    } finally {
      for (const member of members) await member?.close();
    }
  },
);
