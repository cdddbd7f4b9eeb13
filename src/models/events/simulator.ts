/** @file Puts what was learned of whole events on top of a Simulator, whatever its method. */
import { flatColumn } from "../../data/event-table.js";
import type { ObjectSpec } from "../../data/objects.js";
import { type Field, Schema } from "../../data/schema.js";
import type { Simulator } from "../../data/simulator.js";
import { ConfigError } from "../../util/errors.js";
import type { ReplayOptions } from "../recipe.js";
import { type Correlations, decodeCorrelations } from "./correlations.js";
import { correlationWeights, drawCorrelated, type RejectionCount } from "./rejection.js";
import { decodeTriggers, drawTriggers, type Trigger } from "./triggers.js";

/** Parts of a bundle that hold what was learned of whole events. */
export const EVENT_PARTS = { correlations: "events.correlations", triggers: "events.triggers" } as const;

/** Column of a weighted replay by which the event weight is to be multiplied. */
export const CORRELATION_WEIGHT = "weight_correlations";

/** A Simulator of whole events, and what it adds beyond the objects. */
export interface EventSimulator extends Simulator {
  /** Columns of event-level flags. */
  readonly flags: readonly string[];
}

/** Makes the simulator of objects for a kind of replay. */
export type LoadBase = (replay: ReplayOptions) => Simulator;

/**
 * Wraps a simulator into the correction and the triggers that a bundle's parts hold; without any, adds nothing.
 * @throws ConfigError where a correction is asked to weight events of lists, which have no weight.
 */
export function withEvents(
  load: LoadBase,
  objects: readonly ObjectSpec[],
  parts: ReadonlyMap<string, Uint8Array>,
  replay: ReplayOptions,
): EventSimulator {
  const correlations = parts.get(EVENT_PARTS.correlations);
  const triggers = parts.get(EVENT_PARTS.triggers);
  const learned = {
    ...(correlations && { correlations: decodeCorrelations(correlations) }),
    triggers: triggers === undefined ? [] : decodeTriggers(triggers),
  };
  return eventSimulator(load, objects, learned, replay);
}

/**
 * The same from learned models.
 * @param count Takes note of how often events are drawn.
 */
export function eventSimulator(
  load: LoadBase,
  objects: readonly ObjectSpec[],
  { correlations, triggers }: { readonly correlations?: Correlations; readonly triggers: readonly Trigger[] },
  replay: ReplayOptions,
  count?: RejectionCount,
): EventSimulator {
  const base = load(replay);
  const list = objects.find(({ kind }) => kind === "collection");
  const weighted = correlations !== undefined && replay.acceptance === "weight";
  if (weighted && list !== undefined) {
    throw new ConfigError(
      `simulate: the correlations of this model cannot be kept as weights; expected fixed slots only, got the collection "${list.name}", whose objects have a weight each and no event weight. Simulate with --acceptance draw.`,
    );
  }
  const drawing = weighted ? load({ acceptance: "draw" }) : base;
  const flags = triggers.map(({ column }) => column);
  const added: Field[] = [
    ...(weighted ? [{ name: CORRELATION_WEIGHT, dtype: "float32" as const, jagged: false }] : []),
    ...flags.map((name) => ({ name, dtype: "bool" as const, jagged: false })),
  ];
  return {
    name: base.name,
    inputs: base.inputs,
    outputs: new Schema([...base.outputs.fields, ...added]),
    flags,
    async simulate(truth, draws) {
      const drawn =
        correlations === undefined || weighted
          ? await base.simulate(truth, draws)
          : await drawCorrelated(base, correlations, truth, draws, count);
      const columns = drawTriggers(triggers, drawn, draws);
      if (weighted) {
        const weights = await correlationWeights(drawing, correlations, truth, drawn, draws);
        columns.push(flatColumn(CORRELATION_WEIGHT, weights));
      }
      return drawn.with(columns);
    },
  };
}
