import type { ObjectSpec } from "../../data/objects.js";
import { paired } from "../../data/objects.js";
import { ops } from "../../engine/index.js";
import { ConfigError, DataError } from "../../util/errors.js";
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { rowWeights, type TrainingRows, trainingRows } from "../factorised/object-data.js";
import { response } from "../factorised/reconstruction/response.js";
import { type FlowShape, flowLoss } from "../networks/autoregressive-flow.js";
import { type ColumnMap, fitColumnMap, toNormal } from "../networks/column-map.js";
import { BOUND, TARGET_BINS } from "../networks/conditional-flow.js";
import { relativeWeights } from "../networks/generator.js";
import { fitConditionMap, mapConditions } from "../networks/preprocess.js";
import { trainNetwork } from "../networks/training.js";
import type { FitContext, FittedModel, Recipe, TrainingData } from "../recipe.js";
import { flagsLoss } from "./flags.js";
import {
  conditionColumns,
  conditionValues,
  type EventRows,
  eventRows,
  fillFor,
  longestLists,
  type Place,
  placesOf,
  type Target,
  targetsOf,
} from "./layout.js";
import { decodeModel, type EventDesign, encodeModel, NETWORKS, presenceOf } from "./model.js";
import { type FlowMethodOptions, flowOptions } from "./options.js";
import { flowSimulator } from "./simulator.js";

/** Fewer events, or accepted objects of a place, than this call for a warning or an error. */
const FEW = 1000;
const FEWEST = 20;
/** Multiples of cyclic variables that the flags' networks see, and passes that they take. */
const HARMONICS = 4;
const FLAG_EPOCHS = 20;

/**
 * Whole events at once: the flags of all objects, and then all reconstructed variables together, given all of the truth.
 * Reference: Durkan, Bekasov, Murray, Papamakarios (2019), arXiv 1906.04032, by the chain rule over variables.
 */
export const flow: Recipe<FlowMethodOptions> = {
  name: "flow",
  description: "whole events at once: a normalising flow over all objects' flags and variables, given the truth",
  reference: "Durkan et al. (2019), Neural Spline Flows, arXiv 1906.04032",
  options: flowOptions,
  trainedOn: "simulate",
  async fit(objects, options, data, context): Promise<FittedModel> {
    const { model, summary } = await fitEvents(objects, options, data, context);
    return { parts: encodeModel(model), summary };
  },
  load(objects, parts, replay) {
    const part = (name: string): Uint8Array => {
      const bytes = parts.get(name);
      if (bytes === undefined) throw new DataError(`bundle: part "${name}" is missing. Fit the model again.`);
      return bytes;
    };
    return flowSimulator(objects, decodeModel(part(NETWORKS.flags), part(NETWORKS.reconstruction)), replay);
  },
};

async function fitEvents(
  objects: readonly ObjectSpec[],
  options: FlowMethodOptions,
  { events: table, generated }: TrainingData,
  context: FitContext,
) {
  if (generated !== undefined) {
    throw new ConfigError(
      "method flow: learns which objects of an event are accepted together; expected all generated events with their flags in `files`, got a separate `generated` file. Use the method factorised, or a file of all events.",
    );
  }
  for (const { name, variables, categories = [] } of objects) {
    const odd = [...variables.filter((v) => v.response === "value"), ...categories].map((v) => `"${v.name}"`);
    if (odd.length === 0) continue;
    throw new ConfigError(
      `method flow: "${name}" has outputs that this method does not learn; expected variables with a truth, got ${odd.join(", ")}. Leave them out, or use the method factorised.`,
    );
  }
  const longest = longestLists(table, objects, options.maxObjects, (object, places, without, all) => {
    context.onWarning?.(
      `${object}: ${without} of ${all} true objects come after the first ${places} of their event and count as lost; raise \`maxObjects\`, or cut on the truth with \`where\`.`,
    );
  });
  const places = placesOf(objects, longest);
  const targets = targetsOf(objects, places);
  const events = eventRows(table, objects, places);
  if (table.length < FEW) {
    context.onWarning?.(`only ${table.length} events to learn from; whole events need about ${FEW} at least.`);
  }
  const training = new Map<string, TrainingRows>();
  for (const { spec, object } of places) {
    if (!training.has(object)) training.set(object, trainingRows(table, objects[spec], object));
  }
  const rowsOf = (place: Place) => training.get(place.object) as TrainingRows;
  const weight = relativeWeights(rowWeights(table, { rows: table.length, features: [] }));
  const columns = conditionColumns(objects, places);
  const fills = columns.map((column) => Math.fround(fillFor(events, places, column)));
  const values = columns.map((column, k) => conditionValues(events, places, column, fills[k]));
  const conditions = columns.map((column, k) => {
    const there = column.feature === "present" ? undefined : events.rows[column.place];
    const known = there === undefined ? values[k] : values[k].filter((_, i) => there[i] >= 0);
    return fitConditionMap(known, column.period);
  });
  const flagConditions = conditions.map((map) => (map.kind === "cyclic" ? { ...map, harmonics: HARMONICS } : map));
  const x = mapConditions(conditions, values);
  const present = events.rows.map((rows) => Float32Array.from(rows, (row) => (row < 0 ? 0 : 1)));
  const flags = events.rows.map((rows, p) => {
    const { accepted } = rowsOf(places[p]);
    return Float32Array.from(rows, (row) => (row >= 0 && accepted[row] ? 1 : 0));
  });
  // Two seeds, so that the networks do not start alike.
  const random = new Random(context.seed, STREAMS.fit);
  const seeds = [toSeed(random.uint32()), toSeed(random.uint32())];
  const { hidden, bins, acceptance } = options;
  const learnedFlags = await trainNetwork(
    {
      name: NETWORKS.flags,
      rows: table.length,
      tables: { x: mapConditions(flagConditions, values), flags, present },
      ...(weight && { weight }),
      loss: (scope, of) => flagsLoss(scope, of("x"), of("flags"), of("present"), acceptance.hidden),
    },
    {
      patience: 2 * options.patience,
      rate: acceptance.rate,
      ...(options.batch && { batch: options.batch }),
      ...(acceptance.epochs ? { epochs: acceptance.epochs } : { defaultEpochs: FLAG_EPOCHS }),
      stage: "event: acceptance",
    },
    seeds[0],
    context,
  );
  const responses = new Responses(places, targets, events, rowsOf, flags);
  const maps = targets.map((_, t) => responses.map(t));
  const shape: FlowShape = { columns: targets.length, hidden, bins, bound: BOUND };
  const targetPlaces = targets.map(({ place }) => place);
  const some = Uint32Array.from(table.length === 0 ? [] : flags[0].keys()).filter((i) => flags.some((f) => f[i] === 1));
  const take = (column: Float32Array) => Float32Array.from(some, (i) => column[i]);
  const someWeight = weight && relativeWeights(take(weight));
  const learned = await trainNetwork(
    {
      name: NETWORKS.reconstruction,
      rows: some.length,
      tables: {
        x: x.map(take),
        flags: flags.map(take),
        y: targets.map((_, t) => take(responses.normal(t, maps[t], random.at(t + 1)))),
      },
      ...(someWeight && { weight: someWeight }),
      loss: (scope, of) =>
        flowLoss(scope, ops.concat([of("x"), of("flags")]), of("y"), shape, presenceOf(of("flags"), targetPlaces)),
    },
    { ...options, stage: "event: reconstruction" },
    seeds[1],
    context,
  );
  const design: EventDesign = {
    longest,
    fills,
    conditions,
    flagConditions,
    targetPlaces,
    targets: maps,
    places: places.length,
    hidden: acceptance.hidden,
    flow: shape,
  };
  return {
    model: { design, flags: learnedFlags, reconstruction: learned },
    summary: {
      events: table.length,
      longest,
      acceptance: { loss: learnedFlags.heldOutLoss, steps: learnedFlags.steps },
      reconstruction: { loss: learned.heldOutLoss, steps: learned.steps },
      accepted: Object.fromEntries(
        places.map((place, p) => [
          place.entry === undefined ? place.object : `${place.object} ${place.entry + 1}`,
          flags[p].reduce((a, b) => a + b, 0),
        ]),
      ),
      domain: domains(objects, training),
    },
  };
}

/** Responses of all variables in training. */
class Responses {
  readonly #places: readonly Place[];
  readonly #targets: readonly Target[];
  readonly #events: EventRows;
  readonly #rowsOf: (place: Place) => TrainingRows;
  readonly #flags: readonly Float32Array[];

  constructor(
    places: readonly Place[],
    targets: readonly Target[],
    events: EventRows,
    rowsOf: (place: Place) => TrainingRows,
    flags: readonly Float32Array[],
  ) {
    this.#places = places;
    this.#targets = targets;
    this.#events = events;
    this.#rowsOf = rowsOf;
    this.#flags = flags;
  }

  /** Response in each event, NaN where the object was not accepted. */
  #values(t: number): Float32Array {
    const { place, variable, spec } = this.#targets[t];
    const { features, reco } = this.#rowsOf(this.#places[place]);
    const rows = this.#events.rows[place];
    return Float32Array.from(this.#flags[place], (flag, event) => {
      if (flag === 0) return Number.NaN;
      const value = response(spec, features[variable][rows[event]], reco[variable][rows[event]]);
      if (Number.isFinite(value)) return value;
      throw new DataError(
        `variable "${spec.name}": no finite response; expected a ratio reco / truth, got ${value} in event ${event}. Use \`response: difference\` where the truth can be 0.`,
      );
    });
  }

  map(t: number): ColumnMap {
    const known = this.#values(t).filter((value) => !Number.isNaN(value));
    if (known.length < FEWEST) {
      const { object, entry } = this.#places[this.#targets[t].place];
      const which = entry === undefined ? object : `${object} ${entry + 1}`;
      throw new DataError(
        `${which}: too few accepted objects to learn from; expected at least ${FEWEST}, got ${known.length}. Use more events${entry === undefined ? "" : ", or lower `maxObjects`"}.`,
      );
    }
    return fitColumnMap(known, undefined, TARGET_BINS);
  }

  /** Normal quantiles in each event, 0 where the object was not accepted. */
  normal(t: number, map: ColumnMap, random: Random): Float32Array {
    return toNormal(map, this.#values(t), random).map((z) => (Number.isNaN(z) ? 0 : z));
  }
}

/** Range of each truth variable in training, by object. */
function domains(objects: readonly ObjectSpec[], training: ReadonlyMap<string, TrainingRows>) {
  return Object.fromEntries(
    objects.flatMap((spec) =>
      (spec.kind === "slots" ? spec.slots : [spec.name]).flatMap((object) => {
        const { features } = training.get(object) as TrainingRows;
        return spec.variables.map(({ name }, v): [string, [number, number]] => {
          let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
          for (const value of features[v]) {
            if (value < low) low = value;
            if (value > high) high = value;
          }
          return [paired.truth(object, name), [low, high]];
        });
      }),
    ),
  );
}
