/** @file Real events beside simulated ones of the same truth, as rows of a classifier. */
import type { EventTable } from "../../data/event-table.js";
import { eventsFor, USE } from "./split.js";
import { type EventVariables, eventFeatures } from "./variables.js";

export interface PairedEvents {
  readonly real: EventTable;
  /** Simulations of the same truth, event by event, each with other random numbers. */
  readonly simulated: readonly EventTable[];
  readonly weight: Float32Array;
  /** What each event is used for. */
  readonly uses: Uint8Array;
}

/** Real rows are positive, simulated ones negative; both classes have the same weight. */
export interface EventRows {
  readonly features: readonly Float32Array[];
  readonly positive: Float32Array;
  readonly negative: Float32Array;
  /** 1 for rows that are not grown on. */
  readonly held: Uint8Array;
}

/** The rows of the events of some uses. */
export function dealRows(
  { real, simulated, weight, uses }: PairedEvents,
  variables: EventVariables,
  ...wanted: readonly number[]
): EventRows {
  const chosen = eventsFor(uses, ...wanted);
  const n = chosen.length;
  const tables = [real, ...simulated];
  const parts = tables.map((table) => eventFeatures(variables, table));
  const rows = n * tables.length;
  const features = variables.expressions.map((_, v) => {
    const out = new Float32Array(rows);
    parts.forEach((columns, t) => {
      for (let k = 0; k < n; k++) out[t * n + k] = columns[v][chosen[k]];
    });
    return out;
  });
  const positive = new Float32Array(rows);
  const negative = new Float32Array(rows);
  const held = new Uint8Array(rows);
  for (let t = 0; t < tables.length; t++) {
    for (let k = 0; k < n; k++) {
      const w = weight[chosen[k]];
      if (t === 0) positive[k] = w;
      else negative[t * n + k] = w / simulated.length;
      held[t * n + k] = uses[chosen[k]] === USE.grow ? 0 : 1;
    }
  }
  return { features, positive, negative, held };
}
