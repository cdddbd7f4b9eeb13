import { type Column, type EventTable, flatColumn, jaggedColumn } from "../../data/event-table.js";
import { type ObjectSpec, objectNames, paired } from "../../data/objects.js";
import { type Field, Schema, type TypedArray } from "../../data/schema.js";
import type { Draws, Simulator } from "../../data/simulator.js";
import { philox4x32 } from "../../util/philox.js";
import { toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { ReplayOptions } from "../recipe.js";
import { type Acceptance, predictAcceptance } from "./acceptance.js";
import { type ObjectRows, objectRows } from "./object-data.js";
import { drawDonors, type Reconstruction } from "./reconstruction.js";
import { applyResponse } from "./response.js";

/** What was learned about one object. */
export interface ObjectModel {
  readonly acceptance: Acceptance;
  readonly reconstruction: Reconstruction;
}

const TWO_POW_32 = 4294967296;

/** Puts object models together into a Simulator of whole events (in paired form). */
export function factorisedSimulator(
  objects: readonly ObjectSpec[],
  models: ReadonlyMap<string, ObjectModel>,
  replay: ReplayOptions,
): Simulator {
  const applied = objects.flatMap((spec) => objectNames(spec, "simulate").map((object) => ({ spec, object })));
  return {
    name: "factorised",
    inputs: new Schema(applied.flatMap(({ spec, object }) => inputFields(spec, object))),
    outputs: new Schema(applied.flatMap(({ spec, object }) => outputFields(spec, object, replay))),
    simulate(truth: EventTable, draws: Draws): EventTable {
      return truth.with(
        applied.flatMap(({ spec, object }, stream) => {
          const model = models.get(spec.name) as ObjectModel;
          const rows = objectRows(truth, spec, object);
          return simulateObject(rows, spec, object, model, rowWords(rows, draws, stream), replay);
        }),
      );
    },
  };
}

function inputFields(spec: ObjectSpec, object: string): Field[] {
  const names = [
    ...spec.variables.map((v) => paired.truth(object, v.name)),
    ...spec.conditions.map((c) => paired.condition(object, c)),
  ];
  return names.map((name) => ({ name, dtype: "float32", jagged: spec.kind === "collection", role: "truth" }));
}

function outputFields(spec: ObjectSpec, object: string, replay: ReplayOptions): Field[] {
  const jagged = spec.kind === "collection";
  const fields: Field[] = [
    { name: paired.accepted(object), dtype: "bool", jagged, role: "accepted" },
    ...spec.variables.map(({ name, unit, period }) => ({
      name: paired.reco(object, name),
      dtype: "float32" as const,
      jagged,
      role: "reco" as const,
      ...(unit && { unit }),
      ...(period && { period }),
    })),
  ];
  if (replay.acceptance === "weight") fields.push({ name: paired.acceptance(object), dtype: "float32", jagged });
  return fields;
}

/** Four random words a row: a pure function of seed, event, object and place in the list. */
function rowWords({ rows, offsets }: ObjectRows, { seed, firstEvent = 0 }: Draws, stream: number): Uint32Array {
  const key = toSeed(seed);
  const low = Number(key & 0xffffffffn) | 0;
  const high = Number(key >> 32n) | 0;
  const words = new Uint32Array(4 * rows);
  const events = offsets === undefined ? rows : offsets.length - 1;
  for (let e = 0; e < events; e++) {
    const event = firstEvent + e;
    const first = offsets === undefined ? e : offsets[e];
    const stop = offsets === undefined ? e + 1 : offsets[e + 1];
    for (let row = first; row < stop; row++) {
      const upper = Math.floor(event / TWO_POW_32) | 0;
      philox4x32(row - first, STREAMS.simulate + stream, event | 0, upper, low, high, words, 4 * row);
    }
  }
  return words;
}

function simulateObject(
  { rows, features, offsets }: ObjectRows,
  spec: ObjectSpec,
  object: string,
  model: ObjectModel,
  words: Uint32Array,
  replay: ReplayOptions,
): Column[] {
  const acceptance = new Float32Array(rows);
  predictAcceptance(model.acceptance, features, acceptance);
  const accepted = new Uint8Array(rows);
  const kept = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const pass =
      replay.acceptance === "weight" ? acceptance[row] > 0 : (words[4 * row] + 0.5) / TWO_POW_32 < acceptance[row];
    if (!pass) continue;
    accepted[row] = 1;
    kept[count++] = row;
  }
  const reco = reconstruct(features, kept.subarray(0, count), spec, model.reconstruction, words);
  const [flagField, ...fields] = outputFields(spec, object, replay);
  const column = (field: Field, values: TypedArray): Column =>
    offsets === undefined ? flatColumn(field.name, values, field) : jaggedColumn(field.name, offsets, values, field);
  const columns = [column(flagField, accepted), ...reco.map((values, v) => column(fields[v], values))];
  if (replay.acceptance === "weight") columns.push(column(fields[spec.variables.length], acceptance));
  return columns;
}

/** Reconstructed variables of the kept rows; NaN elsewhere. */
function reconstruct(
  features: readonly Float32Array[],
  kept: Uint32Array,
  spec: ObjectSpec,
  model: Reconstruction,
  words: Uint32Array,
): Float32Array[] {
  const count = kept.length;
  const compact = features.map((values) => {
    const out = new Float32Array(count);
    for (let k = 0; k < count; k++) out[k] = values[kept[k]];
    return out;
  });
  const donorWords = new Uint32Array(2 * count);
  for (let k = 0; k < count; k++) {
    donorWords[2 * k] = words[4 * kept[k] + 1];
    donorWords[2 * k + 1] = words[4 * kept[k] + 2];
  }
  const donors = new Uint32Array(count);
  if (count > 0) drawDonors(model, compact, donorWords, donors);
  return spec.variables.map((variable, v) => {
    const out = new Float32Array(features[v].length).fill(Number.NaN);
    const responses = model.responses[v];
    for (let k = 0; k < count; k++) out[kept[k]] = applyResponse(variable, compact[v][k], responses[donors[k]]);
    return out;
  });
}
