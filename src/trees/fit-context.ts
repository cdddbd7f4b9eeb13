import type { Pool } from "../util/pool.js";

/** What surrounds a fit: threads, randomness, progress and cancellation. */
export interface FitContext {
  /** Threads to share the work among (default: the calling thread). The result does not depend on their number. */
  readonly pool?: Pool;
  /** Any integer in [0, 2^64). */
  readonly seed: number | bigint;
  /** Called after each tree; `loss` is the held-out loss where one is computed. */
  onProgress?(done: number, total: number, loss?: number): void;
  /** Stops the fit, which then throws an InterruptedError. */
  readonly signal?: AbortSignal;
}
