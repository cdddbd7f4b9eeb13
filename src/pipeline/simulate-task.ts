/** @file What each thread does with a chunk of truth. */
import { EventTable, flatColumn } from "../data/event-table.js";
import type { ObjectSpec } from "../data/objects.js";
import { toPaired } from "../data/pairing.js";
import { fromPortable, type PortableTable, toPortable } from "../data/portable.js";
import { publish } from "../data/publish.js";
import { CORRELATION_WEIGHT, type EventSimulator, withEvents } from "../models/events/simulator.js";
import type { ReplayOptions } from "../models/recipe.js";
import { findRecipe } from "../models/registry.js";
import { DataError } from "../util/errors.js";
import { defineTask } from "../util/pool.js";

/** A model as threads get it: parts stand in shared memory and are not copied. */
export interface SharedModel {
  /** Distinct for each model of the process. */
  readonly id: string;
  readonly method: string;
  readonly objects: readonly ObjectSpec[];
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly replay: ReplayOptions;
}

export interface SimulateChunk {
  readonly model: SharedModel;
  readonly truth: PortableTable;
  readonly seed: bigint;
  /** Index of the first event of the chunk in the truth file. */
  readonly firstEvent: number;
  /** How many times each event is replayed. */
  readonly oversample: number;
  /** Columns of the truth file that the output keeps. */
  readonly keep: readonly string[];
  /** Whether the output leaves them out after all. */
  readonly simulatedOnly: boolean;
}

/** Models that this thread has loaded; a process simulates with one at a time, so only the last is kept. */
let loaded: { id: string; simulator: EventSimulator } | undefined;

export const simulateChunk = defineTask(
  import.meta.url,
  "simulateChunk",
  async ({
    model,
    truth,
    seed,
    firstEvent,
    oversample,
    keep,
    simulatedOnly,
  }: SimulateChunk): Promise<PortableTable> => {
    if (loaded?.id !== model.id) {
      const { objects, parts, replay } = model;
      const recipe = findRecipe(model.method);
      const simulator = withEvents((how) => recipe.load(objects, parts, how), objects, parts, replay);
      loaded = { id: model.id, simulator };
    }
    const { simulator } = loaded;
    const raw = repeat(fromPortable(truth), oversample);
    const pairing = toPaired(raw, model.objects, "simulate", false);
    const simulated = await simulator.simulate(pairing.table, { seed, firstEvent: firstEvent * oversample });
    const selected = raw.select(keep);
    const kept = withWeights(selected, simulated, model, oversample);
    const flags = simulator.flags.map((name) => simulated.column(name));
    const columns = [...publish(simulated, pairing, model.objects), ...flags];
    if (!simulatedOnly) return toPortable(kept.with(columns));
    const weight = kept === selected ? undefined : kept.withRole("weight");
    return toPortable(new EventTable(weight === undefined ? columns : [...columns, weight], kept.length));
  },
);

/** Each event so many times in a row. */
function repeat(table: EventTable, times: number): EventTable {
  if (times === 1) return table;
  return table.take(Uint32Array.from({ length: table.length * times }, (_, i) => Math.floor(i / times)));
}

/**
 * Event weights: shared out among the copies of an event, and, where acceptance is kept as a weight, multiplied by the
 * probability that all fixed slots are detected, and by the density ratio of a correction for correlations.
 */
function withWeights(kept: EventTable, simulated: EventTable, model: SharedModel, oversample: number): EventTable {
  const slots =
    model.replay.acceptance === "weight" ? model.objects.flatMap((o) => (o.kind === "slots" ? o.slots : [])) : [];
  if (oversample === 1 && slots.length === 0) return kept;
  const own = kept.withRole("weight");
  const name = own?.field.name ?? "weight";
  const weight = own === undefined ? new Float64Array(kept.length).fill(1) : Float64Array.from(kept.numbers(name));
  for (let i = 0; i < weight.length; i++) {
    weight[i] /= oversample;
    if (!Number.isFinite(weight[i])) {
      throw new DataError(`column "${name}": weight is not finite; expected a number, got ${weight[i]} in row ${i}.`);
    }
  }
  const factors = slots.map((slot) => `acceptance_${slot}`);
  if (simulated.has(CORRELATION_WEIGHT)) factors.push(CORRELATION_WEIGHT);
  for (const name of factors) {
    const factor = simulated.flat(name);
    for (let i = 0; i < weight.length; i++) weight[i] *= Number(factor[i]);
  }
  return kept.with([flatColumn(name, weight, { role: "weight" })]);
}
