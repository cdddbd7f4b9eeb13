import { type Column, type EventTable, flatColumn, jaggedColumn } from "../../data/event-table.js";
import { type ObjectSpec, objectNames, paired } from "../../data/objects.js";
import { type Field, Schema, type TypedArray } from "../../data/schema.js";
import type { Draws, Simulator } from "../../data/simulator.js";
import { recoFields, truthFields } from "../object-fields.js";
import type { ReplayOptions } from "../recipe.js";
import type { Acceptance } from "./acceptance/acceptance.js";
import { type CategoryModel, drawCategories, trueCategories } from "./categories.js";
import { type RowNoise, rowNoise } from "./noise.js";
import { type ObjectRows, objectRows } from "./object-data.js";
import { gatherRows, type Reconstruction, reconstruct } from "./reconstruction/reconstruction.js";

/** What was learned about one object. */
export interface ObjectModel {
  readonly acceptance: Acceptance;
  readonly reconstruction: Reconstruction;
  /** In the order of the spec's categories. */
  readonly categories?: readonly CategoryModel[];
}

/** First noise column of the reconstruction; column 0 decides the acceptance. */
export const RECONSTRUCTION_NOISE = 1;
/** First noise column of the categories, far beyond those of any reconstruction. */
const CATEGORY_NOISE = 12_000;

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
        const categories = trueCategories(truth, spec, object);
        const noise = rowNoise(rows, draws, stream);
        columns.push(...(await simulateObject({ ...rows, categories }, spec, object, model, noise, replay)));
      }
      return truth.with(columns);
    },
  };
}

function inputFields(spec: ObjectSpec, object: string): Field[] {
  const categories = (spec.categories ?? []).filter((c) => c.truth !== undefined);
  return [
    ...truthFields(spec, object),
    ...categories.map(({ name }): Field => {
      return { name: paired.truth(object, name), dtype: "float32", jagged: spec.kind === "collection", role: "truth" };
    }),
  ];
}

function outputFields(spec: ObjectSpec, object: string, replay: ReplayOptions): Field[] {
  const jagged = spec.kind === "collection";
  const fields: Field[] = [
    ...recoFields(spec, object),
    ...(spec.categories ?? []).map(({ name }) => ({
      name: paired.reco(object, name),
      dtype: "float32" as const,
      jagged,
      role: "reco" as const,
      unit: "",
    })),
  ];
  if (replay.acceptance === "weight") fields.push({ name: paired.acceptance(object), dtype: "float32", jagged });
  return fields;
}

async function simulateObject(
  { rows, features, offsets, categories }: ObjectRows & { readonly categories: readonly Float32Array[] },
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
  const { categories: models = [] } = model;
  const known = [...given, ...categories.map((codes) => gatherRows(codes, kept)), ...reco];
  const uniforms = models.map((_, c) => {
    const column = new Float32Array(count);
    noise.fill(column, CATEGORY_NOISE + c, 1, kept);
    return column;
  });
  const drawn = [...reco, ...drawCategories(models, known, uniforms)];
  const [flagField, ...fields] = outputFields(spec, object, replay);
  const column = (field: Field, values: TypedArray): Column =>
    offsets === undefined ? flatColumn(field.name, values, field) : jaggedColumn(field.name, offsets, values, field);
  const columns = [
    column(flagField, accepted),
    ...drawn.map((values, v) => column(fields[v], spread(values, kept, rows))),
  ];
  if (replay.acceptance === "weight") columns.push(column(fields[drawn.length], acceptance));
  return columns;
}

/** Puts the values of the kept rows in their places; NaN elsewhere. */
function spread(values: Float32Array, kept: Uint32Array, rows: number): Float32Array {
  const out = new Float32Array(rows).fill(Number.NaN);
  for (let k = 0; k < kept.length; k++) out[kept[k]] = values[k];
  return out;
}
