import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ConfigError, PeregrineError } from "../util/errors.js";
import type { Pool, Task } from "../util/pool.js";

interface Job {
  task: Task<never, unknown>;
  input: unknown;
  onReport: ((message: unknown) => void) | undefined;
  resolve(value: never): void;
  reject(error: unknown): void;
}

interface Thread {
  worker: Worker;
  job: Job | undefined;
}

/** Message from a thread: a progress report, the result, or the failure of its current job. */
export type ThreadMessage = { report: unknown } | { value: unknown } | { error: unknown };

/** Worker threads run compiled JavaScript; modules loaded from src/ (under a test runner) have their twin in dist/. */
function compiled(url: string): string {
  return url.endsWith(".ts") ? url.replace(/\/src\/(?!.*\/src\/)/, "/dist/").replace(/\.ts$/, ".js") : url;
}

/** Makes an error of what a thread sent: structured cloning keeps the words but drops the class. */
function revived(sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null || !("message" in sent)) return sent;
  const { name, message, stack, exitCode } = sent as {
    name: string;
    message: string;
    stack?: string;
    exitCode?: number;
  };
  const error = exitCode === undefined ? new Error(message) : new PeregrineError(message, exitCode);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/**
 * Starts a pool of worker threads. Threads start on first use and do not keep the process alive while idle.
 * @param size Number of threads (default: what the operating system grants this process).
 */
export function workerPool(size: number = availableParallelism()): Pool {
  if (!Number.isInteger(size) || size < 1 || size > 1024) {
    throw new ConfigError(`threads: out of range; expected an integer in [1, 1024], got ${size}.`);
  }
  const threads: Thread[] = [];
  const queue: Job[] = [];
  let closed = false;

  function start(): Thread {
    const worker = new Worker(new URL(compiled(import.meta.url.replace("worker-pool", "worker-thread"))));
    const thread: Thread = { worker, job: undefined };
    worker.unref();
    worker.on("message", (message: ThreadMessage) => {
      const job = thread.job;
      if (job === undefined) return;
      if ("report" in message) return job.onReport?.(message.report);
      thread.job = undefined;
      worker.unref();
      if ("error" in message) job.reject(revived(message.error));
      else job.resolve(message.value as never);
      next();
    });
    worker.on("error", (error) => {
      threads.splice(threads.indexOf(thread), 1);
      thread.job?.reject(error);
      next();
    });
    threads.push(thread);
    return thread;
  }

  function next(): void {
    while (queue.length > 0 && !closed) {
      const idle = threads.find((t) => t.job === undefined) ?? (threads.length < size ? start() : undefined);
      if (idle === undefined) return;
      const job = queue.shift() as Job;
      idle.job = job;
      idle.worker.ref();
      idle.worker.postMessage({ module: compiled(job.task.module), name: job.task.name, input: job.input });
    }
  }

  return {
    size,
    run(task, input, onReport) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(new Error("internal: the pool is closed"));
        queue.push({ task: task as Task<never, unknown>, input, onReport, resolve, reject });
        next();
      });
    },
    async close() {
      closed = true;
      await Promise.all(threads.map((t) => t.worker.terminate()));
    },
  };
}
