import { type Column, type EventTable, flatColumn, jaggedColumn } from "../../data/event-table.js";
import { type ObjectSpec, objectNames, paired } from "../../data/objects.js";
import { type Field, Schema, type TypedArray } from "../../data/schema.js";
import type { Draws, Simulator } from "../../data/simulator.js";
import type { ReplayOptions } from "../recipe.js";
import type { Acceptance } from "./acceptance/acceptance.js";
import { type RowNoise, rowNoise } from "./noise.js";
import { type ObjectRows, objectRows } from "./object-data.js";
import { gatherRows, type Reconstruction, reconstruct } from "./reconstruction/reconstruction.js";

/** What was learned about one object. */
export interface ObjectModel {
  readonly acceptance: Acceptance;
  readonly reconstruction: Reconstruction;
}

/** First noise column of the reconstruction; column 0 decides the acceptance. */
export const RECONSTRUCTION_NOISE = 1;

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
    async simulate(truth: EventTable, draws: Draws): Promise<EventTable> {
      const columns: Column[] = [];
      for (const [stream, { spec, object }] of applied.entries()) {
        const model = models.get(spec.name) as ObjectModel;
        const rows = objectRows(truth, spec, object);
        columns.push(...(await simulateObject(rows, spec, object, model, rowNoise(rows, draws, stream), replay)));
      }
      return truth.with(columns);
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

async function simulateObject(
  { rows, features, offsets }: ObjectRows,
  spec: ObjectSpec,
  object: string,
  model: ObjectModel,
  noise: RowNoise,
  replay: ReplayOptions,
): Promise<Column[]> {
  const acceptance = new Float32Array(rows);
  await model.acceptance.predict(features, acceptance);
  const uniform = new Float32Array(rows);
  noise.fill(uniform, 0, 1);
  const accepted = new Uint8Array(rows);
  const all = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const pass = replay.acceptance === "weight" ? acceptance[row] > 0 : uniform[row] < acceptance[row];
    if (!pass) continue;
    accepted[row] = 1;
    all[count++] = row;
  }
  const kept = all.subarray(0, count);
  const given = features.map((values) => gatherRows(values, kept));
  const reco = await reconstruct(model.reconstruction, spec, given, kept, noise, RECONSTRUCTION_NOISE);
  const [flagField, ...fields] = outputFields(spec, object, replay);
  const column = (field: Field, values: TypedArray): Column =>
    offsets === undefined ? flatColumn(field.name, values, field) : jaggedColumn(field.name, offsets, values, field);
  const columns = [
    column(flagField, accepted),
    ...reco.map((values, v) => column(fields[v], spread(values, kept, rows))),
  ];
  if (replay.acceptance === "weight") columns.push(column(fields[spec.variables.length], acceptance));
  return columns;
}

/** Puts the values of the kept rows in their places; NaN elsewhere. */
function spread(values: Float32Array, kept: Uint32Array, rows: number): Float32Array {
  const out = new Float32Array(rows).fill(Number.NaN);
  for (let k = 0; k < kept.length; k++) out[kept[k]] = values[k];
  return out;
}
