import { type Column, type EventTable, flatColumn, jaggedColumn } from "../../data/event-table.js";
import { type ObjectSpec, objectNames, paired } from "../../data/objects.js";
import { type Field, Schema, type TypedArray } from "../../data/schema.js";
import type { Draws, Simulator } from "../../data/simulator.js";
import { ConfigError } from "../../util/errors.js";
import { fillUniformRows } from "../../util/fill-random.js";
import { STREAMS } from "../../util/streams.js";
import type { ObjectRows } from "../factorised/object-data.js";
import { applyResponse, clip, isWithin } from "../factorised/reconstruction/response.js";
import { rowMajor } from "../networks/generator.js";
import { RowSession } from "../networks/row-session.js";
import { recoFields, truthFields } from "../object-fields.js";
import type { ReplayOptions } from "../recipe.js";
import {
  conditionColumns,
  conditionValues,
  type EventRows,
  eventRows,
  type Place,
  placesOf,
  type Target,
  targetsOf,
} from "./layout.js";
import { type EventModel, flagsModel, responsesModel, tablesOf } from "./model.js";

/**
 * How often an event is drawn again because variables came out beyond their limits. After that the draw with fewest of
 * them counts, and these are set to their limits.
 */
const ATTEMPTS = 20;
/** First of the streams of random numbers: flags, then the attempts at responses. */
const STREAM = STREAMS.simulate + 0x800;

/** A model loaded to run. */
interface Sessions {
  readonly flags: RowSession;
  readonly responses: RowSession;
}

async function openSessions(model: EventModel): Promise<Sessions> {
  const tables = tablesOf(model.design);
  return {
    flags: await RowSession.open({
      bytes: flagsModel(model),
      inputs: [tables.conditions, tables.present, tables.flagNoise],
      outputs: [tables.flags, tables.probability],
    }),
    responses: await RowSession.open({
      bytes: responsesModel(model),
      inputs: [tables.conditions, tables.flags, tables.noise],
      outputs: [tables.responses],
    }),
  };
}

/** Makes a Simulator of whole events (in paired form). @throws ConfigError for weights where there are collections. */
export function flowSimulator(objects: readonly ObjectSpec[], model: EventModel, replay: ReplayOptions): Simulator {
  const list = objects.find((spec) => spec.kind === "collection");
  if (replay.acceptance === "weight" && list !== undefined) {
    throw new ConfigError(
      `method flow: acceptance cannot be kept as a weight for "${list.name}"; expected fixed slots only, as the flags of a list are drawn together. Simulate with acceptance drawn.`,
    );
  }
  const { design } = model;
  const places = placesOf(objects, design.longest);
  const targets = targetsOf(objects, places);
  const columns = conditionColumns(objects, places);
  let sessions: Promise<Sessions> | undefined;
  return {
    name: "flow",
    inputs: new Schema(objects.flatMap((spec) => objectNames(spec, "simulate").flatMap((o) => truthFields(spec, o)))),
    outputs: new Schema(
      objects.flatMap((spec) => objectNames(spec, "simulate").flatMap((o) => fields(spec, o, replay))),
    ),
    async simulate(truth: EventTable, draws: Draws): Promise<EventTable> {
      sessions ??= openSessions(model);
      const { flags: flagSession, responses: session } = await sessions;
      const events = eventRows(truth, objects, places);
      const n = truth.length;
      const first = draws.firstEvent ?? 0;
      const conditions = rowMajor(
        columns.map((column, k) => conditionValues(events, places, column, design.fills[k])),
        n,
      );
      const present = rowMajor(
        events.rows.map((rows) => Float32Array.from(rows, (row) => (row < 0 ? 0 : 1))),
        n,
      );
      // Numbers of 0 accept whatever has a chance: then the probabilities are those of a wholly accepted event.
      const noise = new Float32Array(n * places.length);
      if (replay.acceptance === "draw") {
        fillUniformRows(noise, places.length, draws.seed, STREAM, (i) => first + i);
      }
      const { flags, probability } = await flagSession.run({ conditions, present, noise }, n);
      const reco = targets.map(() => new Float32Array(n).fill(Number.NaN));
      const world = { places, targets, events, flags, reco };
      const some = Uint32Array.from({ length: n }, (_, i) => i).filter((i) =>
        places.some((_, p) => flags[i * places.length + p] > 0),
      );
      const width = columns.length;
      const noises = tablesOf(design).noise.columns;
      let rows = some;
      const beyond = new Int32Array(n).fill(targets.length + 1);
      for (let attempt = 0; rows.length > 0 && attempt <= ATTEMPTS; attempt++) {
        const drawn = new Float32Array(rows.length * noises);
        fillUniformRows(drawn, noises, draws.seed, STREAM + 1 + attempt, (r) => first + rows[r]);
        const { responses } = await session.run(
          { conditions: take(conditions, width, rows), flags: take(flags, places.length, rows), noise: drawn },
          rows.length,
        );
        rows = rows.filter((event, r) => {
          const drawnNow = responses.subarray(r * targets.length, (r + 1) * targets.length);
          beyond[event] = keepBest(world, event, drawnNow, beyond[event]);
          return beyond[event] > 0;
        });
      }
      return truth.with(
        objects.flatMap((spec, index) =>
          objectNames(spec, "simulate").flatMap((object) =>
            outputColumns(spec, index, object, replay, world, probability),
          ),
        ),
      );
    },
  };
}

interface World {
  readonly places: readonly Place[];
  readonly targets: readonly Target[];
  readonly events: EventRows;
  /** [events, places] */
  readonly flags: Float32Array;
  /** One column a target. */
  readonly reco: readonly Float32Array[];
}

function take(table: Float32Array, columns: number, rows: Uint32Array): Float32Array {
  const out = new Float32Array(rows.length * columns);
  for (let r = 0; r < rows.length; r++) {
    out.set(table.subarray(rows[r] * columns, (rows[r] + 1) * columns), r * columns);
  }
  return out;
}

/**
 * Writes the reconstructed variables of an event where fewer of them lie beyond their limits than in all earlier draws.
 * @returns How many do in the best draw.
 */
function keepBest(world: World, event: number, responses: Float32Array, fewest: number): number {
  const { places, targets, events, flags, reco } = world;
  const values = new Float64Array(targets.length).fill(Number.NaN);
  let beyond = 0;
  for (const [t, { place, variable, spec }] of targets.entries()) {
    if (flags[event * places.length + place] === 0) continue;
    const { features } = events.objects.get(places[place].object) as ObjectRows;
    const x = applyResponse(spec, features[variable][events.rows[place][event]], responses[t]);
    if (!isWithin(spec, x)) beyond++;
    values[t] = clip(spec, x);
  }
  if (beyond >= fewest) return fewest;
  for (const [t, column] of reco.entries()) column[event] = values[t];
  return beyond;
}

function fields(spec: ObjectSpec, object: string, replay: ReplayOptions): Field[] {
  const list = recoFields(spec, object);
  if (replay.acceptance !== "weight") return list;
  return [...list, { name: paired.acceptance(object), dtype: "float32", jagged: spec.kind === "collection" }];
}

/** Columns of one object, aligned with its truth. */
function outputColumns(
  spec: ObjectSpec,
  index: number,
  object: string,
  replay: ReplayOptions,
  { places, targets, events, flags, reco }: World,
  probability: Float32Array,
): Column[] {
  const { rows, offsets } = events.objects.get(object) as ObjectRows;
  const own = places.flatMap((place, p) => (place.spec === index && place.object === object ? [p] : []));
  const scatter = <T extends TypedArray>(out: T, of: (place: number, event: number) => number): T => {
    for (const p of own) {
      const found = events.rows[p];
      for (let event = 0; event < events.events; event++) if (found[event] >= 0) out[found[event]] = of(p, event);
    }
    return out;
  };
  const at = (table: Float32Array) => (p: number, event: number) => table[event * places.length + p];
  const [flagField, ...rest] = fields(spec, object, replay);
  const column = (field: Field, values: TypedArray): Column =>
    offsets === undefined ? flatColumn(field.name, values, field) : jaggedColumn(field.name, offsets, values, field);
  const columns = [
    column(flagField, scatter(new Uint8Array(rows), at(flags))),
    ...spec.variables.map((_, v) => {
      const columnOf = (p: number) => reco[targets.findIndex((t) => t.place === p && t.variable === v)];
      const byPlace = new Map(own.map((p) => [p, columnOf(p)]));
      const values = new Float32Array(rows).fill(Number.NaN);
      return column(
        rest[v],
        scatter(values, (p, event) => (byPlace.get(p) as Float32Array)[event]),
      );
    }),
  ];
  if (replay.acceptance === "weight") {
    columns.push(column(rest[spec.variables.length], scatter(new Float32Array(rows), at(probability))));
  }
  return columns;
}
