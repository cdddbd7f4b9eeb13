/**
 * @file Work that can run on another thread. A task is a named export of a module; its inputs and outputs must survive
 * structured cloning, and large arrays should stand on a SharedArrayBuffer, which is passed on without a copy.
 * The pool of real threads is in `node/`; this file holds what rooms may know: the interface, and a pool of one that
 * runs everything in place (browsers without workers, small inputs, debugging).
 */

/** What a running task may tell its caller. */
export interface TaskContext {
  /** Sends a progress message to the caller's `onReport`. */
  report(message: unknown): void;
}

/** A function that a pool can run on any thread. Make it with `defineTask` and export it under its own name. */
export interface Task<I, O> {
  readonly module: string;
  readonly name: string;
  run(input: I, context: TaskContext): O | Promise<O>;
}

/** Runs tasks on `size` threads. */
export interface Pool {
  /** Number of threads; at most this many tasks run at once, the rest wait in order. */
  readonly size: number;
  run<I, O>(task: Task<I, O>, input: I, onReport?: (message: unknown) => void): Promise<O>;
  close(): Promise<void>;
}

/**
 * Declares a task.
 * @param module Always `import.meta.url`.
 * @param name The name under which the task is exported from that module.
 * @example export const square = defineTask(import.meta.url, "square", (x: number) => x * x);
 */
export function defineTask<I, O>(
  module: string,
  name: string,
  run: (input: I, context: TaskContext) => O | Promise<O>,
): Task<I, O> {
  return { module, name, run };
}

/** Returns a pool of one that runs tasks in the calling thread, one after another. */
export function inlinePool(): Pool {
  let last: Promise<unknown> = Promise.resolve();
  return {
    size: 1,
    run(task, input, onReport) {
      const next = last.then(() => task.run(input, { report: onReport ?? (() => {}) }));
      last = next.catch(() => {});
      return next;
    },
    async close() {},
  };
}

/** What `Barrier.wait` throws in the tasks of a gang of which another failed. */
export const GANG_FAILED = "internal: a task of this gang failed";

/**
 * Lets the `size` tasks of one gang (all running at once, each on its own thread) wait for each other.
 * With size 1 it never waits, so the same code runs in place. A task that fails must call `abort`, or the rest hang.
 */
export class Barrier {
  readonly size: number;
  readonly buffer: SharedArrayBuffer;
  readonly #state: Int32Array;

  readonly #spins: number;

  /**
   * @param buffer Shared by the gang, from `Barrier.allocate()`; words: arrived, generation, aborted.
   * @param spins How often to look before going to sleep (default 100,000: some 0.1 ms).
   */
  constructor(size: number, buffer: SharedArrayBuffer, spins = 100_000) {
    this.#spins = spins;
    this.size = size;
    this.buffer = buffer;
    this.#state = new Int32Array(buffer);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(12);
  }

  /** Blocks until every task of the gang has called `wait`. */
  wait(): void {
    if (this.size === 1) return;
    const state = this.#state;
    const generation = Atomics.load(state, 1);
    if (Atomics.add(state, 0, 1) === this.size - 1) {
      Atomics.store(state, 0, 0);
      Atomics.add(state, 1, 1);
      Atomics.notify(state, 1);
    } else {
      // The partners usually arrive within a fraction of a millisecond, and to be woken from a sleep in the kernel can take
      // longer than that, above all on a virtual machine: spin so long first.
      for (let spin = 0; spin < this.#spins; spin++) if (Atomics.load(state, 1) !== generation) break;
      // An abort from before this call changes the generation no more.
      while (Atomics.load(state, 1) === generation && Atomics.load(state, 2) === 0) {
        Atomics.wait(state, 1, generation, 1000);
      }
    }
    if (Atomics.load(state, 2) === 1) throw new Error(GANG_FAILED);
  }

  /** Wakes the others, whose `wait` then throws. */
  abort(): void {
    Atomics.store(this.#state, 2, 1);
    Atomics.add(this.#state, 1, 1);
    Atomics.notify(this.#state, 1);
  }
}

/** Allocates a typed array over shared memory, so that threads see one copy. */
export function sharedArray<T>(type: { new (buffer: SharedArrayBuffer): T; BYTES_PER_ELEMENT: number }, n: number): T {
  return new type(new SharedArrayBuffer(n * type.BYTES_PER_ELEMENT));
}

/** The same numbers on shared memory: the array itself where it stands there, else a copy. */
export function onSharedMemory(data: Float32Array): Float32Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const copy = sharedArray(Float32Array, data.length);
  copy.set(data);
  return copy;
}
