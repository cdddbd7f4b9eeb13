/** @file What runs inside each thread of the pool: loads the task's module once, runs its jobs one by one. */
import { parentPort } from "node:worker_threads";
import type { Task } from "../util/pool.js";
import type { ThreadMessage } from "./worker-pool.js";

const port = parentPort;
if (port === null) throw new Error("internal: worker-thread.js runs only inside a worker");

function send(message: ThreadMessage): void {
  port?.postMessage(message);
}

port.on("message", async (job: { module: string; name: string; input: unknown }) => {
  try {
    const exports = (await import(job.module)) as Record<string, Task<unknown, unknown>>;
    const task = exports[job.name];
    if (task === undefined) throw new Error(`internal: ${job.module} exports no task "${job.name}"`);
    send({ value: await task.run(job.input, { report: (report) => send({ report }) }) });
  } catch (error) {
    send({ error: portable(error) });
  }
});

/** Flattens an error so that its exit code survives structured cloning. */
function portable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    exitCode: (error as { exitCode?: number }).exitCode,
  };
}
