/** @file The rows that one object's model is trained on, taken from a paired table. */
import { type Column, type EventTable, toFloat64, trimmed } from "../../data/event-table.js";
import { type ObjectSpec, paired, trueVariables } from "../../data/objects.js";
import type { TypedArray } from "../../data/schema.js";
import { DataError } from "../../util/errors.js";

/** One row an object; columns of equal length. */
export interface ObjectRows {
  readonly rows: number;
  /** Event of each row as list offsets; absent where each event has one row. */
  readonly offsets?: Int32Array;
  /** Truth variables, then conditions: what the response depends on. */
  readonly features: readonly Float32Array[];
}

/** Rows of training objects. */
export interface TrainingRows extends ObjectRows {
  readonly accepted: Uint8Array;
  /** Reconstructed variables; meaningful where accepted. */
  readonly reco: readonly Float32Array[];
  readonly weight: Float32Array;
}

function content(column: Column): TypedArray {
  return column.offsets === undefined ? column.values : trimmed(column).values;
}

function toFloat32(values: TypedArray): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(toFloat64(values));
}

/**
 * Reads the features of an object.
 * @throws DataError naming the column and row of a value that is not finite.
 */
export function objectRows(table: EventTable, spec: ObjectSpec, object: string): ObjectRows {
  const names = [
    ...trueVariables(spec).map((v) => paired.truth(object, v.name)),
    ...spec.conditions.map((c) => paired.condition(object, c)),
  ];
  const columns = names.map((name) => table.column(name));
  const features = columns.map((column) => toFloat32(content(column)));
  features.forEach((values, f) => {
    requireFinite(values, names[f]);
  });
  const first = columns[0];
  const offsets = first.offsets === undefined ? undefined : trimmed(first).offsets;
  return { rows: features[0].length, features, ...(offsets && { offsets }) };
}

/** Reads all that training needs of an object. @throws DataError for bad values or weights. */
export function trainingRows(table: EventTable, spec: ObjectSpec, object: string): TrainingRows {
  const base = objectRows(table, spec, object);
  trueVariables(spec).forEach(({ name, period }, v) => {
    if (period !== undefined) requireWithin(period, base.features[v], paired.truth(object, name));
  });
  const accepted = content(table.column(paired.accepted(object))) as Uint8Array;
  const reco = spec.variables.map((variable) => {
    const name = paired.reco(object, variable.name);
    const values = toFloat32(content(table.column(name)));
    requireFinite(values, name, accepted);
    return values;
  });
  return { ...base, accepted, reco, weight: rowWeights(table, base) };
}

/** The event weight of each row; all 1 without a weight column. */
export function rowWeights(table: EventTable, { rows, offsets }: ObjectRows): Float32Array {
  const column = table.withRole("weight");
  if (column === undefined) return new Float32Array(rows).fill(1);
  const weights = toFloat32(table.flat(column.field.name));
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0) || weights[i] === Number.POSITIVE_INFINITY) {
      throw new DataError(
        `weight: column "${column.field.name}" cannot train a density; expected finite weights >= 0, got ${weights[i]} in event ${i}. Train on unweighted or positively weighted events.`,
      );
    }
  }
  if (offsets === undefined) return weights;
  const out = new Float32Array(rows);
  for (let event = 0; event < weights.length; event++) out.fill(weights[event], offsets[event], offsets[event + 1]);
  return out;
}

/** Catches angles in degrees under a period in radians. */
function requireWithin(period: number, values: Float32Array, name: string): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const x of values) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  if (!(high - low > 1.001 * period)) return;
  const shown = [period, low, high].map((x) => Number(x.toPrecision(4)));
  throw new DataError(
    `column "${name}": spans more than its period; expected at most ${shown[0]}, got values from ${shown[1]} to ${shown[2]}. If it is in degrees, set \`period: 360\` and \`unit: deg\`.`,
  );
}

function requireFinite(values: Float32Array, name: string, where?: Uint8Array): void {
  let bad = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (values[i] - values[i] === 0 || (where !== undefined && where[i] === 0)) continue;
    if (bad++ === 0) first = i;
  }
  if (bad === 0) return;
  const scope = where === undefined ? "" : " of accepted objects";
  throw new DataError(
    `column "${name}": ${bad} values${scope} are not finite; expected numbers, got ${values[first]} first in row ${first}. Drop or fill them before fitting.`,
  );
}
