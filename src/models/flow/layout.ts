/**
 * @file Whole events as rows of numbers. Each place holds one true object: a slot, or the k-th entry of a collection,
 * which may be missing. A row has the truth of all places, then for each place that may be missing whether it is there;
 * beside it the flags of all places, and the responses of all variables of all places.
 */
import type { EventTable } from "../../data/event-table.js";
import { type ObjectSpec, objectNames, paired, type VariableSpec } from "../../data/objects.js";
import { DataError } from "../../util/errors.js";
import { type ObjectRows, objectRows } from "../factorised/object-data.js";

/** One true object of an event. */
export interface Place {
  /** Which of the specs it follows. */
  readonly spec: number;
  readonly object: string;
  /** Position in its collection; absent for slots. */
  readonly entry?: number;
}

/** Places in order, objects of a spec together. */
export function placesOf(objects: readonly ObjectSpec[], longest: Readonly<Record<string, number>>): Place[] {
  return objects.flatMap((spec, index): Place[] =>
    spec.kind === "slots"
      ? objectNames(spec, "simulate").map((object) => ({ spec: index, object }))
      : Array.from({ length: longest[spec.name] }, (_, entry) => ({ spec: index, object: spec.name, entry })),
  );
}

/** A reconstructed variable of a place: one column of the responses. */
export interface Target {
  readonly place: number;
  readonly variable: number;
  readonly spec: VariableSpec;
}

export function targetsOf(objects: readonly ObjectSpec[], places: readonly Place[]): Target[] {
  return places.flatMap(({ spec }, place) =>
    objects[spec].variables.map((variable, v) => ({ place, variable: v, spec: variable })),
  );
}

/** Rows of the places of a table: for each the row of its object in each event, or -1. */
export interface EventRows {
  readonly events: number;
  /** For each object by name. */
  readonly objects: ReadonlyMap<string, ObjectRows>;
  /** For each place the row of its object in each event, -1 where it is missing. */
  readonly rows: readonly Int32Array[];
}

/** Finds the objects of all places. @throws DataError for truth that is not finite. */
export function eventRows(table: EventTable, objects: readonly ObjectSpec[], places: readonly Place[]): EventRows {
  const read = new Map<string, ObjectRows>();
  for (const { spec, object } of places)
    if (!read.has(object)) read.set(object, objectRows(table, objects[spec], object));
  const rows = places.map(({ object, entry }) => {
    const { offsets } = read.get(object) as ObjectRows;
    const found = new Int32Array(table.length);
    for (let event = 0; event < found.length; event++) {
      if (offsets === undefined || entry === undefined) found[event] = event;
      else found[event] = offsets[event] + entry < offsets[event + 1] ? offsets[event] + entry : -1;
    }
    return found;
  });
  return { events: table.length, objects: read, rows };
}

/** A condition of the networks. */
export interface ConditionColumn {
  readonly place: number;
  /** Which feature of the place's object, or whether it is there. */
  readonly feature: number | "present";
  readonly period: number | null;
}

export function conditionColumns(objects: readonly ObjectSpec[], places: readonly Place[]): ConditionColumn[] {
  const features = places.flatMap(({ spec }, place): ConditionColumn[] => {
    const { variables, conditions } = objects[spec];
    return [...variables, ...conditions].map((_, feature) => ({
      place,
      feature,
      period: variables[feature]?.period ?? null,
    }));
  });
  const present = places.flatMap(({ entry }, place): ConditionColumn[] =>
    entry === undefined ? [] : [{ place, feature: "present", period: null }],
  );
  return [...features, ...present];
}

/**
 * The values of a condition, one an event.
 * @param fill What stands for an object that is missing.
 */
export function conditionValues(events: EventRows, places: readonly Place[], column: ConditionColumn, fill: number) {
  const rows = events.rows[column.place];
  const out = new Float32Array(events.events);
  if (column.feature === "present") {
    for (let i = 0; i < out.length; i++) out[i] = rows[i] < 0 ? 0 : 1;
    return out;
  }
  const { features } = events.objects.get(places[column.place].object) as ObjectRows;
  const values = features[column.feature];
  for (let i = 0; i < out.length; i++) out[i] = rows[i] < 0 ? fill : values[rows[i]];
  return out;
}

/** What stands for a missing object: the median of those that are there; 0 for cyclic features. */
export function fillFor(events: EventRows, places: readonly Place[], column: ConditionColumn): number {
  if (column.feature === "present" || column.period !== null) return 0;
  const rows = events.rows[column.place].filter((row) => row >= 0);
  const { features } = events.objects.get(places[column.place].object) as ObjectRows;
  const values = Float32Array.from(rows, (row) => features[column.feature as number][row]).sort();
  return values[values.length >> 1] ?? 0;
}

/** Fewest events that must hold a k-th object for it to have a place of its own. */
const FEWEST = 50;

/**
 * How many objects of each collection have a place: as many as enough events hold, at most `most`.
 * @param cut Told where some objects have none: how many of how many.
 */
export function longestLists(
  table: EventTable,
  objects: readonly ObjectSpec[],
  most: number,
  cut: (object: string, places: number, without: number, all: number) => void,
): Record<string, number> {
  const longest: Record<string, number> = {};
  for (const spec of objects) {
    if (spec.kind === "slots") continue;
    const { offsets } = table.column(paired.truth(spec.name, spec.variables[0].name));
    if (offsets === undefined) throw new Error(`internal: ${spec.name} is no collection`);
    const lengths = Array.from({ length: table.length }, (_, i) => offsets[i + 1] - offsets[i]);
    const all = lengths.reduce((a, b) => a + b, 0);
    if (all === 0) throw new DataError(`${spec.name}: nothing to learn from; expected true objects, got none.`);
    let places = 1;
    while (places < most && lengths.filter((n) => n > places).length >= FEWEST) places++;
    longest[spec.name] = places;
    const without = lengths.reduce((sum, n) => sum + Math.max(0, n - places), 0);
    if (without > 0) cut(spec.name, places, without, all);
  }
  return longest;
}
