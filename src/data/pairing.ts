/** @file Brings a file's columns into paired form (see objects.ts). */
import { DataError, SchemaError } from "../util/errors.js";
import { type Column, EventTable, flatColumn, jaggedColumn, toFloat64, trimmed } from "./event-table.js";
import {
  type CollectionObject,
  type Cut,
  type ObjectSpec,
  objectNames,
  paired,
  type SlotObject,
  type Stage,
  slotColumn,
  trueVariables,
} from "./objects.js";
import type { Field } from "./schema.js";

/** Columns of a file that the truth side (and, with `reco`, the data side) of these objects needs. */
export function neededColumns(objects: readonly ObjectSpec[], stage: Stage, reco: boolean): string[] {
  const names = new Set<string>();
  for (const spec of objects) {
    for (const object of objectNames(spec, stage)) {
      const add = (template: string) => names.add(slotColumn(template, object));
      for (const variable of trueVariables(spec)) add(variable.truth);
      for (const { truth } of spec.categories ?? []) if (truth !== undefined) add(truth);
      for (const condition of spec.conditions) add(condition);
      if (spec.kind === "collection") for (const cut of spec.where) add(cut.column);
      if (!reco) continue;
      for (const variable of [...spec.variables, ...(spec.categories ?? [])]) add(variable.reco);
      add(spec.kind === "slots" ? spec.accepted : spec.link);
    }
  }
  return [...names];
}

/** A table in paired form, and for each collection where its entries stood in the file. */
export interface PairedTable {
  readonly table: EventTable;
  /** For each collection object: index of each entry in its event's true collection. */
  readonly entries: ReadonlyMap<string, Int32Array>;
  /** For each collection object read with its reconstruction: how many links there are, and how many lead nowhere. */
  readonly links: ReadonlyMap<string, LinkCount>;
}

/** Links from reconstructed to true objects. */
export interface LinkCount {
  readonly total: number;
  /** Links beyond the stored true objects, as of NanoAOD jets whose generator jet is too soft to be kept. */
  readonly stray: number;
}

/**
 * Brings the truth of the objects, and with `reco` their reconstruction, into paired form.
 * Where several reconstructed objects name one true object, the first (the hardest, by custom) is taken.
 * A link beyond the end of its list counts as none.
 * @throws SchemaError for missing or ill-shaped columns; DataError where most links lead nowhere.
 */
export function toPaired(raw: EventTable, objects: readonly ObjectSpec[], stage: Stage, reco: boolean): PairedTable {
  const columns: Column[] = [];
  const entries = new Map<string, Int32Array>();
  const links = new Map<string, LinkCount>();
  for (const spec of objects) {
    if (spec.kind === "slots") {
      for (const slot of objectNames(spec, stage)) columns.push(...pairSlot(raw, spec, slot, reco));
    } else {
      const collection = pairCollection(raw, spec, reco);
      columns.push(...collection.columns);
      entries.set(spec.name, collection.entries);
      if (collection.links !== undefined) links.set(spec.name, collection.links);
    }
  }
  const weight = raw.withRole("weight");
  if (weight !== undefined) columns.push(weight);
  return { table: new EventTable(columns, raw.length), entries, links };
}

function variableField(spec: ObjectSpec, index: number, object: string, level: "truth" | "reco"): Partial<Field> {
  const { name, unit, period } = spec.variables[index];
  return { role: level, title: `${name}(${object})`, ...(unit && { unit }), ...(period && { period }) };
}

function categoryField(name: string, object: string, level: "truth" | "reco"): Partial<Field> {
  return { role: level, unit: "", title: `${name}(${object})` };
}

function pairSlot(raw: EventTable, spec: SlotObject, slot: string, reco: boolean): Column[] {
  const columns: Column[] = [];
  spec.variables.forEach((variable, v) => {
    if (variable.truth !== undefined) {
      const truth = raw.flat(slotColumn(variable.truth, slot));
      columns.push(flatColumn(paired.truth(slot, variable.name), truth, variableField(spec, v, slot, "truth")));
    }
    if (!reco) return;
    const values = raw.flat(slotColumn(variable.reco, slot));
    columns.push(flatColumn(paired.reco(slot, variable.name), values, variableField(spec, v, slot, "reco")));
  });
  for (const condition of spec.conditions) {
    columns.push(flatColumn(paired.condition(slot, condition), raw.flat(slotColumn(condition, slot))));
  }
  for (const { name, truth, reco: column } of spec.categories ?? []) {
    if (truth !== undefined) {
      const codes = raw.flat(slotColumn(truth, slot));
      columns.push(flatColumn(paired.truth(slot, name), codes, categoryField(name, slot, "truth")));
    }
    if (!reco) continue;
    const codes = raw.flat(slotColumn(column, slot));
    columns.push(flatColumn(paired.reco(slot, name), codes, categoryField(name, slot, "reco")));
  }
  if (reco) {
    const flag = toFloat64(raw.flat(slotColumn(spec.accepted, slot)));
    const accepted = Uint8Array.from(flag, (value) => (value === 0 ? 0 : 1));
    columns.push(flatColumn(paired.accepted(slot), accepted, { dtype: "bool", role: "accepted" }));
  }
  return columns;
}

function pairCollection(
  raw: EventTable,
  spec: CollectionObject,
  reco: boolean,
): { columns: Column[]; entries: Int32Array; links?: LinkCount } {
  const name = spec.name;
  const lead = trueVariables(spec)[0].truth;
  const first = jagged(raw, lead);
  const { offsets, kept, entries } = selectEntries(raw, spec, first.offsets);
  const columns: Column[] = [];
  const pick = (column: string): Float32Array => {
    const values = toFloat64(aligned(raw, column, first.offsets, lead));
    return Float32Array.from(kept, (k) => values[k]);
  };
  trueVariables(spec).forEach((variable, v) => {
    const field = variableField(spec, v, name, "truth");
    columns.push(jaggedColumn(paired.truth(name, variable.name), offsets, pick(variable.truth), field));
  });
  for (const { name: category, truth } of spec.categories ?? []) {
    if (truth === undefined) continue;
    const field = categoryField(category, name, "truth");
    columns.push(jaggedColumn(paired.truth(name, category), offsets, pick(truth), field));
  }
  for (const condition of spec.conditions) {
    const source = raw.column(condition);
    const values = source.field.jagged ? pick(condition) : repeated(toFloat64(raw.flat(condition)), offsets);
    columns.push(jaggedColumn(paired.condition(name, condition), offsets, values));
  }
  if (!reco) return { columns, entries };
  const detected = pairReco(raw, spec, first.offsets, offsets, kept);
  return { columns: [...columns, ...detected.columns], entries, links: detected.links };
}

/** Values of the reconstructed objects, moved to the rows of the true objects that they name. */
function pairReco(
  raw: EventTable,
  spec: CollectionObject,
  truthOffsets: Int32Array,
  offsets: Int32Array,
  kept: Uint32Array,
): { columns: Column[]; links: LinkCount } {
  const link = jagged(raw, spec.link);
  const links = toFloat64(link.values);
  const rowOf = new Int32Array(truthOffsets[raw.length]).fill(-1);
  for (let k = 0; k < kept.length; k++) rowOf[kept[k]] = k;
  const source = new Int32Array(kept.length).fill(-1);
  let total = 0;
  let stray = 0;
  for (let event = 0; event < raw.length; event++) {
    const size = truthOffsets[event + 1] - truthOffsets[event];
    for (let r = link.offsets[event]; r < link.offsets[event + 1]; r++) {
      if (links[r] < 0) continue;
      total++;
      if (!(links[r] < size)) {
        stray++;
        continue;
      }
      const row = rowOf[truthOffsets[event] + links[r]];
      if (row >= 0 && source[row] < 0) source[row] = r;
    }
  }
  if (stray > 0.5 * total) {
    throw new DataError(
      `${spec.name}: link "${spec.link}" does not fit its collection; expected indices into the lists of "${trueVariables(spec)[0].truth}", got ${stray} of ${total} beyond their end. Name the right link column.`,
    );
  }
  const accepted = Uint8Array.from(source, (r) => (r < 0 ? 0 : 1));
  const move = (column: string, name: string, field: Partial<Field>): Column => {
    const values = toFloat64(aligned(raw, column, link.offsets, spec.link));
    const moved = Float32Array.from(source, (r) => (r < 0 ? Number.NaN : values[r]));
    return jaggedColumn(paired.reco(spec.name, name), offsets, moved, field);
  };
  const columns = [
    ...spec.variables.map(({ name, reco }, v) => move(reco, name, variableField(spec, v, spec.name, "reco"))),
    ...(spec.categories ?? []).map(({ name, reco }) => move(reco, name, categoryField(name, spec.name, "reco"))),
  ];
  columns.push(jaggedColumn(paired.accepted(spec.name), offsets, accepted, { dtype: "bool", role: "accepted" }));
  return { columns, links: { total, stray } };
}

/** Which entries of the true collection pass the cuts: their positions in the content and in their event. */
function selectEntries(raw: EventTable, spec: CollectionObject, all: Int32Array) {
  const cuts = spec.where.map((cut) => ({
    cut,
    values: toFloat64(aligned(raw, cut.column, all, trueVariables(spec)[0].truth)),
  }));
  const offsets = new Int32Array(raw.length + 1);
  const kept = new Uint32Array(all[raw.length]);
  const entries = new Int32Array(all[raw.length]);
  let count = 0;
  for (let event = 0; event < raw.length; event++) {
    for (let k = all[event]; k < all[event + 1]; k++) {
      if (!cuts.every(({ cut, values }) => passes(cut, values[k]))) continue;
      kept[count] = k;
      entries[count++] = k - all[event];
    }
    offsets[event + 1] = count;
  }
  return { offsets, kept: kept.subarray(0, count), entries: entries.subarray(0, count) };
}

function passes(cut: Cut, value: number): boolean {
  if (cut.in !== undefined && !cut.in.includes(value)) return false;
  return value >= (cut.min ?? Number.NEGATIVE_INFINITY) && value <= (cut.max ?? Number.POSITIVE_INFINITY);
}

function jagged(raw: EventTable, name: string): { offsets: Int32Array; values: Column["values"] } {
  const column = raw.column(name);
  if (!column.field.jagged || (column.field.width ?? 1) !== 1) {
    throw new SchemaError(
      `table: column "${name}" is not a list; expected one list an event for a collection, got a flat or fixed-size column. Describe it as \`slots\`.`,
    );
  }
  return trimmed(column);
}

/** Content of a jagged column that must have the list lengths of another. */
function aligned(raw: EventTable, name: string, offsets: Int32Array, partner: string): Column["values"] {
  const column = jagged(raw, name);
  for (let i = 0; i < offsets.length; i++) {
    if (column.offsets[i] !== offsets[i]) {
      throw new SchemaError(
        `table: columns "${name}" and "${partner}" belong to different collections; expected lists of equal length, got other lengths in event ${Math.max(0, i - 1)}.`,
      );
    }
  }
  return column.values;
}

function repeated(values: Float64Array, offsets: Int32Array): Float32Array {
  const out = new Float32Array(offsets[offsets.length - 1]);
  for (let event = 0; event + 1 < offsets.length; event++) out.fill(values[event], offsets[event], offsets[event + 1]);
  return out;
}
