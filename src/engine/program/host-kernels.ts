/** @file Work that ONNX Runtime does badly, done by the threads that share a batch. */
import type { Attributes } from "../graph/tensor.js";
import type { Runtime } from "../runtime/runtime.js";

/** What a thread is given of a call that all threads make together; all arrays are shared. */
export interface SharedCall {
  /** Tables of all rows. */
  readonly inputs: readonly Float32Array[];
  readonly columns: readonly number[];
  /** Results with one row an event. */
  readonly rows: readonly Float32Array[];
  /** Results that all parts share. */
  readonly wholes: readonly Float32Array[];
  readonly attributes: Attributes;
  /** What `prepare` made. */
  readonly scratch: unknown;
  readonly seed: bigint;
  readonly step: number;
  /** Number of this call among those of the graph: random numbers go by it. */
  readonly index: number;
  readonly thread: number;
  readonly threads: number;
  /** Waits until all threads are here. */
  wait(): void;
}

export interface HostKernel {
  readonly name: string;
  /** Allocates memory that the threads share from step to step; must survive structured cloning. */
  prepare(rows: readonly number[], columns: readonly number[], attributes: Attributes): unknown;
  /** Makes ready what one thread needs. */
  open(runtime: Runtime): Promise<KernelMember>;
}

/** A kernel on one thread. */
export interface KernelMember {
  /** Does this thread's share. The result must not depend on the number of threads. */
  run(call: SharedCall): Promise<void>;
  close(): Promise<void>;
}
