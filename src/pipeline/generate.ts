import type { EventTable } from "../data/event-table.js";
import { DEFAULT_CHUNK_SIZE } from "../data/formats/format.js";
import { fromPortable, type PortableTable, toPortable } from "../data/portable.js";
import { findDetector, findProcess } from "../physics/registry.js";
import { ConfigError } from "../util/errors.js";
import { defineTask, type Pool } from "../util/pool.js";
import { toSeed } from "../util/random.js";

export interface GenerateOptions {
  readonly process: string;
  /** Number of events. */
  readonly events: number;
  readonly seed: number | bigint;
  /** Toy detector that the events pass (default none: truth alone). */
  readonly detector?: string;
  /** Seed of the detector (default that of the process): another seed gives an independent pass of the same truth. */
  readonly detectorSeed?: number | bigint;
  readonly signal?: AbortSignal;
}

interface GenerateChunk {
  readonly process: string;
  readonly detector: string | undefined;
  readonly events: number;
  readonly firstEvent: number;
  readonly seed: bigint;
  readonly detectorSeed: bigint;
}

export const generateChunk = defineTask(
  import.meta.url,
  "generateChunk",
  async ({ process, detector, events, firstEvent, seed, detectorSeed }: GenerateChunk): Promise<PortableTable> => {
    const generator = findProcess(process);
    const truth = generator.generate(events, { seed, firstEvent });
    if (detector === undefined) return toPortable(truth);
    const simulator = findDetector(detector).forObjects(generator.objects);
    return toPortable(await simulator.simulate(truth, { seed: detectorSeed, firstEvent }));
  },
);

/** Generates toy events, chunk by chunk on all threads; event i depends on (seed, i) alone. */
export async function* generate(options: GenerateOptions, pool: Pool): AsyncGenerator<EventTable> {
  const { process, events, detector, signal } = options;
  if (!Number.isSafeInteger(events) || events < 1) {
    throw new ConfigError(`generate: number of events out of range; expected an integer >= 1, got ${events}.`);
  }
  findProcess(process);
  if (detector !== undefined) findDetector(detector);
  const seed = toSeed(options.seed);
  const detectorSeed = options.detectorSeed === undefined ? seed : toSeed(options.detectorSeed);
  const pending: Promise<EventTable>[] = [];
  for (let firstEvent = 0; firstEvent < events || pending.length > 0; firstEvent += DEFAULT_CHUNK_SIZE) {
    signal?.throwIfAborted();
    if (firstEvent < events) {
      const n = Math.min(DEFAULT_CHUNK_SIZE, events - firstEvent);
      const job = { process, detector, events: n, firstEvent, seed, detectorSeed };
      const result = pool.run(generateChunk, job).then(fromPortable);
      result.catch(() => {});
      pending.push(result);
    }
    if (pending.length > pool.size + 1 || firstEvent + DEFAULT_CHUNK_SIZE >= events) {
      yield await (pending.shift() as Promise<EventTable>);
    }
  }
}
