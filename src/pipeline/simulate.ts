import type { EventTable } from "../data/event-table.js";
import { DEFAULT_CHUNK_SIZE, type TableSource } from "../data/formats/format.js";
import { fromPortable, toPortable } from "../data/portable.js";
import type { ReplayOptions } from "../models/recipe.js";
import { ConfigError } from "../util/errors.js";
import type { Pool } from "../util/pool.js";
import { toSeed } from "../util/random.js";
import type { Bundle } from "./bundle.js";
import { keptColumns } from "./kept-columns.js";
import { withWeight } from "./load.js";
import { type SharedModel, simulateChunk } from "./simulate-task.js";

export interface SimulateOptions {
  readonly seed: number | bigint;
  /** Default `draw`. */
  readonly acceptance?: ReplayOptions["acceptance"];
  /** How many times each event is replayed, each copy with its share of the weight (default 1). */
  readonly oversample?: number;
  /** Further columns of the truth file to keep; `*` stands for any letters. See `keptColumns` for what it passes over. */
  readonly keep?: readonly string[];
  /** Gives the simulated columns alone, and the event weight where it changed: a friend of the truth file (default false). */
  readonly simulatedOnly?: boolean;
  /** Events in a chunk (default 65,536); the output does not depend on it. */
  readonly chunkSize?: number;
  readonly start?: number;
  readonly stop?: number;
  readonly signal?: AbortSignal;
}

let models = 0;

/**
 * Simulates a truth table chunk by chunk on all threads of the pool; chunks come out in order.
 * Event i draws from (seed, i) alone: chunk size and number of threads do not change one byte.
 */
export async function* simulate(
  bundle: Bundle,
  truth: TableSource,
  options: SimulateOptions,
  pool: Pool,
): AsyncGenerator<EventTable> {
  const { oversample = 1, chunkSize = DEFAULT_CHUNK_SIZE, start = 0, stop, signal } = options;
  if (!Number.isInteger(oversample) || oversample < 1) {
    throw new ConfigError(`simulate: oversample out of range; expected an integer >= 1, got ${oversample}.`);
  }
  const { data, events } = bundle.manifest.spec;
  const { objects, weight } = data;
  const flags = events?.triggers.map(({ column }) => column);
  const weights = weight !== undefined && truth.schema.has(weight) ? [weight] : [];
  const keep = keptColumns(objects, weight, truth, options.keep, flags).columns;
  const { simulatedOnly = false } = options;
  const model = share(bundle, { acceptance: options.acceptance ?? "draw" });
  const seed = toSeed(options.seed);
  const pending: Promise<EventTable>[] = [];
  let firstEvent = start;
  const bounds = { start, ...(stop !== undefined && { stop }) };
  for await (const chunk of truth.read({ columns: keep, chunkSize: Math.ceil(chunkSize / oversample), ...bounds })) {
    signal?.throwIfAborted();
    const table = weights.length > 0 ? withWeight(chunk, weights[0]) : chunk;
    const job = { model, truth: toPortable(table), seed, firstEvent, oversample, keep, simulatedOnly };
    const result = pool.run(simulateChunk, job).then(fromPortable);
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    result.catch(() => {});
    pending.push(result);
    firstEvent += chunk.length;
    if (pending.length > pool.size + 1) yield await (pending.shift() as Promise<EventTable>);
  }
  while (pending.length > 0) {
    signal?.throwIfAborted();
    yield await (pending.shift() as Promise<EventTable>);
  }
}

/** Puts the parts into shared memory, once. */
function share({ manifest, parts }: Bundle, replay: ReplayOptions): SharedModel {
  const shared = new Map<string, Uint8Array>();
  for (const [name, bytes] of parts) {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
    copy.set(bytes);
    shared.set(name, copy);
  }
  const id = `${models++}`;
  return { id, method: manifest.method, objects: manifest.spec.data.objects, parts: shared, replay };
}
