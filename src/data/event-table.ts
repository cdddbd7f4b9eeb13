/**
 * @file EventTable, the first of the two nouns: columns of typed arrays, one row an event. A jagged column is a list of
 * offsets and the content of all lists one after another, as in Awkward and Arrow. Tables are immutable; slices are views.
 */
import { SchemaError } from "../util/errors.js";
import { allocate, type Field, missingColumn, Schema, type TypedArray } from "./schema.js";

/**
 * One column. Event i of a flat column holds `values[i * width .. (i + 1) * width)`; event i of a jagged one holds the
 * entries `offsets[i] .. offsets[i + 1]`, each `width` values long. Offsets of a slice need not start at 0.
 */
export interface Column {
  readonly field: Field;
  readonly values: TypedArray;
  /** Length events + 1; present exactly where `field.jagged`. */
  readonly offsets?: Int32Array;
}

/** A table of events. */
export class EventTable {
  readonly schema: Schema;
  /** Number of events. */
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Column>;

  /**
   * @param columns Columns of equal numbers of events.
   * @param length Number of events; needed only where there is no column.
   * @throws SchemaError where the columns disagree about the number of events.
   */
  constructor(columns: readonly Column[], length?: number) {
    this.schema = new Schema(columns.map((c) => c.field));
    this.#columns = new Map(columns.map((c) => [c.field.name, c]));
    this.length = length ?? (columns.length > 0 ? columnLength(columns[0]) : 0);
    for (const column of columns) {
      const n = columnLength(column);
      if (n !== this.length) {
        throw new SchemaError(
          `table: column "${column.field.name}" has another length; expected ${this.length} events, got ${n}.`,
        );
      }
    }
  }

  get columns(): readonly Column[] {
    return [...this.#columns.values()];
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /** Returns a column. @throws SchemaError naming the nearest column. */
  column(name: string): Column {
    const column = this.#columns.get(name);
    if (column === undefined) throw missingColumn(name, this.schema.names);
    return column;
  }

  /** Returns the values of a column with one number an event, as a view. @throws SchemaError where it is jagged or wide. */
  flat(name: string): TypedArray {
    const { field, values } = this.column(name);
    if (field.jagged || (field.width ?? 1) !== 1) {
      throw new SchemaError(
        `table: column "${name}" has several values an event; expected one, got a ${field.jagged ? "list" : `fixed array of ${field.width}`}. Name it under \`collections\` in the run spec, or pick a flat column.`,
      );
    }
    return values;
  }

  /** Returns a one-number-an-event column as doubles: a view where it already is, else a copy. */
  numbers(name: string): Float64Array {
    return toFloat64(this.flat(name));
  }

  /** Returns the first column of a role, if there is one. */
  withRole(role: Field["role"]): Column | undefined {
    return this.columns.find((c) => c.field.role === role);
  }

  /** Returns the events [start, stop) without copying. */
  slice(start: number, stop: number = this.length): EventTable {
    const columns = this.columns.map((column) => {
      const { field, values, offsets } = column;
      if (offsets !== undefined) return { field, values, offsets: offsets.subarray(start, stop + 1) };
      const width = field.width ?? 1;
      return { field, values: values.subarray(start * width, stop * width) as TypedArray };
    });
    return new EventTable(columns, Math.max(0, Math.min(stop, this.length) - start));
  }

  /** Returns the named columns, in that order, without copying. */
  select(names: readonly string[]): EventTable {
    return new EventTable(
      names.map((name) => this.column(name)),
      this.length,
    );
  }

  /** Returns a table with these columns added, or put in place of columns of the same name. */
  with(columns: readonly Column[]): EventTable {
    const all = new Map(this.#columns);
    for (const column of columns) all.set(column.field.name, column);
    return new EventTable([...all.values()], this.length);
  }

  /** Copies the events of the given indices, in their order (repeats allowed). */
  take(indices: ArrayLike<number>): EventTable {
    return new EventTable(
      this.columns.map((c) => takeEvents(c, indices)),
      indices.length,
    );
  }

  /** Copies the events whose mask is not 0. */
  filter(mask: ArrayLike<number>): EventTable {
    let count = 0;
    for (let i = 0; i < this.length; i++) if (mask[i] !== 0) count++;
    const indices = new Uint32Array(count);
    for (let i = 0, k = 0; i < this.length; i++) if (mask[i] !== 0) indices[k++] = i;
    return this.take(indices);
  }
}

/** Makes a column with one number an event. */
export function flatColumn(name: string, values: TypedArray, field: Partial<Field> = {}): Column {
  return { field: { dtype: dtypeOf(values), ...field, name, jagged: false }, values };
}

/** Makes a jagged column from offsets and content. */
export function jaggedColumn(
  name: string,
  offsets: Int32Array,
  values: TypedArray,
  field: Partial<Field> = {},
): Column {
  return { field: { dtype: dtypeOf(values), ...field, name, jagged: true }, values, offsets };
}

/** Number of events in a column. */
export function columnLength(column: Column): number {
  if (column.offsets !== undefined) return column.offsets.length - 1;
  return column.values.length / (column.field.width ?? 1);
}

/** Returns a jagged column's content trimmed to its events, and offsets that start at 0; nothing is copied if they do already. */
export function trimmed(column: Column): { offsets: Int32Array; values: TypedArray } {
  const { offsets, values, field } = column;
  if (offsets === undefined) throw new Error(`internal: column "${field.name}" is not jagged`);
  const width = field.width ?? 1;
  const first = offsets[0];
  const last = offsets[offsets.length - 1];
  const content = values.subarray(first * width, last * width) as TypedArray;
  return { offsets: first === 0 ? offsets : offsets.map((o) => o - first), values: content };
}

/** Puts tables of one schema one after another. */
export function concatTables(tables: readonly EventTable[]): EventTable {
  if (tables.length === 1) return tables[0];
  if (tables.length === 0) return new EventTable([], 0);
  const length = tables.reduce((n, t) => n + t.length, 0);
  return new EventTable(
    tables[0].columns.map(({ field }) =>
      concatColumns(
        field,
        tables.map((t) => t.column(field.name)),
      ),
    ),
    length,
  );
}

function concatColumns(field: Field, parts: readonly Column[]): Column {
  if (!field.jagged)
    return {
      field,
      values: concatValues(
        field,
        parts.map((p) => p.values),
      ),
    };
  const pieces = parts.map(trimmed);
  const offsets = new Int32Array(pieces.reduce((n, p) => n + p.offsets.length - 1, 1));
  let events = 0;
  let base = 0;
  for (const piece of pieces) {
    for (let i = 1; i < piece.offsets.length; i++) offsets[events + i] = base + piece.offsets[i];
    events += piece.offsets.length - 1;
    base = offsets[events];
  }
  return {
    field,
    offsets,
    values: concatValues(
      field,
      pieces.map((p) => p.values),
    ),
  };
}

function concatValues(field: Field, parts: readonly TypedArray[]): TypedArray {
  const out = allocate(
    field.dtype,
    parts.reduce((n, p) => n + p.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    (out as Float64Array).set(part as Float64Array, at);
    at += part.length;
  }
  return out;
}

function takeEvents(column: Column, indices: ArrayLike<number>): Column {
  const { field, values, offsets } = column;
  const width = field.width ?? 1;
  if (offsets === undefined) {
    const out = allocate(field.dtype, indices.length * width);
    for (let i = 0, k = 0; i < indices.length; i++) {
      for (let j = 0, from = indices[i] * width; j < width; j++) out[k++] = values[from + j];
    }
    return { field, values: out };
  }
  const newOffsets = new Int32Array(indices.length + 1);
  for (let i = 0; i < indices.length; i++) {
    newOffsets[i + 1] = newOffsets[i] + offsets[indices[i] + 1] - offsets[indices[i]];
  }
  const out = allocate(field.dtype, newOffsets[indices.length] * width);
  for (let i = 0, k = 0; i < indices.length; i++) {
    const stop = offsets[indices[i] + 1] * width;
    for (let from = offsets[indices[i]] * width; from < stop; from++) out[k++] = values[from];
  }
  return { field, offsets: newOffsets, values: out };
}

/** Converts any column content to doubles; 64-bit integers beyond 2^53 are rounded. */
export function toFloat64(values: TypedArray): Float64Array {
  if (values instanceof Float64Array) return values;
  const out = new Float64Array(values.length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < out.length; i++) out[i] = Number(values[i]);
  } else out.set(values);
  return out;
}

function dtypeOf(values: TypedArray): Field["dtype"] {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Float64Array) return "float64";
  if (values instanceof Int32Array) return "int32";
  if (values instanceof Uint32Array) return "uint32";
  if (values instanceof BigInt64Array) return "int64";
  if (values instanceof BigUint64Array) return "uint64";
  if (values instanceof Int16Array) return "int16";
  if (values instanceof Uint16Array) return "uint16";
  return values instanceof Int8Array ? "int8" : "uint8";
}
