/** @file What runs on each thread but the first of those that share batches, from the first step to the last. */
import { defineTask, type TaskContext } from "../../util/pool.js";
import { nodeRuntime } from "../runtime/node.js";
import type { ShardJob } from "./shard-layout.js";
import { ShardMember, SPINS } from "./shard-member.js";

/** Words that the threads of a gang talk by. */
export const WORDS = { generation: 0, job: 1 } as const;

/** Stands for a job's number when the gang is to part. */
export const STOP = -1;

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
      // As the control words start: the gang may have parted while this thread was loading.
      let generation = 0;
      context.report("ready");
      for (;;) {
        for (let spin = 0; spin < SPINS && Atomics.load(control, WORDS.generation) === generation; spin++);
        while (Atomics.load(control, WORDS.generation) === generation) {
          Atomics.wait(control, WORDS.generation, generation, 1000);
        }
        generation = Atomics.load(control, WORDS.generation);
        const job = Atomics.load(control, WORDS.job);
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
