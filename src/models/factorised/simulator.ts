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
import { applyResponse, clip, isWithin } from "./response.js";
import { widthsOf } from "./scale.js";

/** What was learned about one object. */
export interface ObjectModel {
  readonly acceptance: Acceptance;
  readonly reconstruction: Reconstruction;
}

const TWO_POW_32 = 4294967296;
/** How often an object is drawn again because a variable came out beyond its limits, before it is set to the limit. */
const ATTEMPTS = 20;

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
  const compact = features.map((values) => gather(values, kept));
  const widths = spec.variables.map((_, v) => widthsOf(model.scales[v], compact, count));
  const reco = spec.variables.map((_, v) => new Float32Array(features[v].length).fill(Number.NaN));
  let rows = Uint32Array.from({ length: count }, (_, k) => k);
  for (let attempt = 0; rows.length > 0; attempt++) {
    const donors = new Uint32Array(rows.length);
    drawDonors(
      model,
      rows.length === count ? compact : compact.map((values) => gather(values, rows)),
      donorWords(words, kept, rows, attempt),
      donors,
    );
    const last = attempt === ATTEMPTS;
    const outside = new Uint8Array(rows.length);
    spec.variables.forEach((variable, v) => {
      const { centre } = model.scales[v];
      const responses = model.responses[v];
      for (let r = 0; r < rows.length; r++) {
        const k = rows[r];
        const x = applyResponse(variable, compact[v][k], centre + widths[v][k] * responses[donors[r]]);
        if (!isWithin(variable, x)) outside[r] = 1;
        reco[v][kept[k]] = last ? clip(variable, x) : x;
      }
    });
    if (last) break;
    rows = rows.filter((_, r) => outside[r] === 1);
  }
  return reco;
}

function gather(values: Float32Array, rows: Uint32Array): Float32Array {
  const out = new Float32Array(rows.length);
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]];
  return out;
}

/** Two words a donor; each further attempt mixes its number in, so that it is another draw of the same row. */
function donorWords(words: Uint32Array, kept: Uint32Array, rows: Uint32Array, attempt: number): Uint32Array {
  const out = new Uint32Array(2 * rows.length);
  const block = new Uint32Array(4);
  for (let r = 0; r < rows.length; r++) {
    const at = 4 * kept[rows[r]];
    out[2 * r] = words[at + 1];
    out[2 * r + 1] = words[at + 2];
    if (attempt === 0) continue;
    philox4x32(words[at], words[at + 1], words[at + 2], words[at + 3], attempt, 0, block, 0);
    out[2 * r] = block[0];
    out[2 * r + 1] = block[1];
  }
  return out;
}
