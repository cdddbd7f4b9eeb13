import type { Pool } from "../util/pool.js";

/** What a judgement of whole events may use besides the events. */
export interface Tools {
  /** Seed of everything that is drawn. */
  readonly seed: number | bigint;
  /** First of 64 streams of random numbers that are the caller's own. */
  readonly stream: number;
  readonly pool: Pool;
  readonly signal?: AbortSignal;
  /** Called as long work goes on. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}
