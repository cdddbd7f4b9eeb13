import { type Column, type EventTable, toFloat64 } from "../data/event-table.js";
import { DataError, SchemaError } from "../util/errors.js";

/** Values of several columns, entry by entry, where a mask lets them through. */
export interface Entries {
  /** One array a column, all of one length. */
  readonly columns: readonly Float64Array[];
  /** The weight of each entry's event, or undefined where the table has no weights. */
  readonly weights: Float64Array | undefined;
}

/**
 * Gathers columns entry by entry. The first column sets the layout (flat, wide or jagged); the others and the mask have the
 * same layout, or one value an event that holds for all entries of the event.
 * @param which What to call the table in messages, such as "reference".
 * @throws SchemaError where a column is missing or has another layout.
 * @throws DataError where a value inside the mask is not a finite number, naming column and event.
 */
export function gather(table: EventTable, names: readonly string[], when: string | undefined, which: string): Entries {
  const lead = table.column(names[0]);
  const events = eventsOfEntries(lead);
  const columns = names.map((name) => spread(table.column(name), lead, events, which));
  const mask = when === undefined ? undefined : spread(table.column(when), lead, events, which);
  const weightColumn = table.withRole("weight");
  const eventWeights = weightColumn === undefined ? undefined : table.numbers(weightColumn.field.name);
  if (mask === undefined && eventWeights === undefined) {
    for (const [k, values] of columns.entries()) checkAll(values, names[k], events, which);
    return { columns, weights: undefined };
  }
  const kept = mask === undefined ? columns[0].length : countSet(mask);
  const out = names.map(() => new Float64Array(kept));
  for (const [k, values] of columns.entries()) {
    const target = out[k];
    let at = 0;
    for (let i = 0; i < values.length; i++) {
      if (mask !== undefined && mask[i] === 0) continue;
      if (!Number.isFinite(values[i]))
        throw notFinite(names[k], values[i], events === undefined ? i : events[i], which);
      target[at++] = values[i];
    }
  }
  if (eventWeights === undefined) return { columns: out, weights: undefined };
  const weights = new Float64Array(kept);
  const entries = columns[0].length;
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    const event = events === undefined ? i : events[i];
    const w = eventWeights[event];
    if (!Number.isFinite(w)) throw notFinite(weightColumn?.field.name ?? "", w, event, which);
    weights[at++] = w;
  }
  return { columns: out, weights };
}

/**
 * The number, in its table, of the event of each entry that `gather` returns for the same column and mask.
 * @throws SchemaError where a column is missing or has another layout.
 */
export function eventNumbers(table: EventTable, name: string, when: string | undefined, which: string): Uint32Array {
  const lead = table.column(name);
  const events = eventsOfEntries(lead);
  const entries = events?.length ?? lead.values.length;
  const mask = when === undefined ? undefined : spread(table.column(when), lead, events, which);
  const out = new Uint32Array(mask === undefined ? entries : countSet(mask));
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (mask === undefined || mask[i] !== 0) out[at++] = events === undefined ? i : events[i];
  }
  return out;
}

/** Event of each entry; undefined for flat columns, where entry i is event i. */
function eventsOfEntries(column: Column): Int32Array | undefined {
  const { field, offsets, values } = column;
  const width = field.width ?? 1;
  if (offsets === undefined)
    return width === 1 ? undefined : new Int32Array(values.length).map((_, i) => Math.floor(i / width));
  const first = offsets[0];
  const events = new Int32Array((offsets[offsets.length - 1] - first) * width);
  for (let event = 0; event + 1 < offsets.length; event++) {
    events.fill(event, (offsets[event] - first) * width, (offsets[event + 1] - first) * width);
  }
  return events;
}

/** Content of a column as doubles in the lead column's layout. */
function spread(column: Column, lead: Column, events: Int32Array | undefined, which: string): Float64Array {
  const content = toFloat64(contentOf(column));
  if (events === undefined || column === lead) {
    if (column.field.jagged !== lead.field.jagged || (column.field.width ?? 1) !== (lead.field.width ?? 1)) {
      throw layoutError(column, lead, which);
    }
    return content;
  }
  if (!column.field.jagged && (column.field.width ?? 1) === 1) {
    return Float64Array.from(events, (event) => content[event]);
  }
  if (!sameLayout(column, lead)) throw layoutError(column, lead, which);
  return content;
}

function contentOf({ field, values, offsets }: Column): Column["values"] {
  if (offsets === undefined) return values;
  const width = field.width ?? 1;
  return values.subarray(offsets[0] * width, offsets[offsets.length - 1] * width) as Column["values"];
}

function sameLayout(a: Column, b: Column): boolean {
  if ((a.field.width ?? 1) !== (b.field.width ?? 1)) return false;
  if (a.offsets === undefined || b.offsets === undefined) return a.offsets === b.offsets;
  for (let i = 0; i < a.offsets.length; i++) {
    if (a.offsets[i] - a.offsets[0] !== b.offsets[i] - b.offsets[0]) return false;
  }
  return true;
}

function layoutError(column: Column, lead: Column, which: string): SchemaError {
  return new SchemaError(
    `evaluate: columns "${lead.field.name}" and "${column.field.name}" of the ${which} do not go together; expected as many values an event in both, got other numbers. Pick columns of one object, or one with a single value an event.`,
  );
}

function checkAll(values: Float64Array, name: string, events: Int32Array | undefined, which: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw notFinite(name, values[i], events === undefined ? i : events[i], which);
  }
}

function notFinite(name: string, value: number, event: number, which: string): DataError {
  return new DataError(
    `evaluate: column "${name}" of the ${which} is not finite; expected numbers wherever the value counts, got ${value} first in event ${event}. Name a column under \`when\` that is 0 for such events, or repair them.`,
  );
}

function countSet(mask: Float64Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) count++;
  return count;
}
