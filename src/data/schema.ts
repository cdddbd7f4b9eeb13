import { SchemaError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";

/** Element types of columns. Booleans stand in a Uint8Array as 0 and 1; 64-bit integers in BigInt arrays. */
export type DType =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

/** What a column means to a method. */
export type Role = "truth" | "reco" | "accepted" | "weight";

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Describes one column. */
export interface Field {
  readonly name: string;
  readonly dtype: DType;
  /** Whether each event holds a list of its own length. */
  readonly jagged: boolean;
  /** Elements per event of a fixed array, or per list entry of a jagged one (default 1). */
  readonly width?: number;
  /** Unit of the values, such as "GeV", "rad", "mm", "deg". */
  readonly unit?: string;
  readonly role?: Role;
  /** Smallest and largest value that makes sense (both inclusive). */
  readonly domain?: readonly [number, number];
  /** Period of a cyclic variable, such as 2 pi for phi. */
  readonly period?: number;
  /** Words for axes and reports. */
  readonly title?: string;
}

const CONSTRUCTORS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export const DTYPES = Object.keys(CONSTRUCTORS) as readonly DType[];

/** Allocates `length` zeros of a dtype. */
export function allocate(dtype: DType, length: number): TypedArray {
  return new CONSTRUCTORS[dtype](length);
}

/** Views bytes as a typed array of a dtype. */
export function viewAs(dtype: DType, buffer: ArrayBufferLike, byteOffset = 0, length?: number): TypedArray {
  return new CONSTRUCTORS[dtype](buffer as ArrayBuffer, byteOffset, length);
}

/** Bytes of one element. */
export function byteWidth(dtype: DType): number {
  return CONSTRUCTORS[dtype].BYTES_PER_ELEMENT;
}

/** Columns of a table, in order, found by name. Immutable. */
export class Schema {
  readonly fields: readonly Field[];
  readonly #byName: ReadonlyMap<string, Field>;

  constructor(fields: readonly Field[]) {
    this.fields = fields;
    this.#byName = new Map(fields.map((field) => [field.name, field]));
    if (this.#byName.size !== fields.length) {
      const seen = new Set<string>();
      const twice = fields.find((f) => seen.size === seen.add(f.name).size);
      throw new SchemaError(`schema: column "${twice?.name}" appears twice; expected distinct names.`);
    }
  }

  get names(): readonly string[] {
    return this.fields.map((field) => field.name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Returns the field of that name. @throws SchemaError naming the nearest column. */
  field(name: string): Field {
    const field = this.#byName.get(name);
    if (field === undefined) throw missingColumn(name, this.names);
    return field;
  }
}

/** The error for a column that is not there, with the nearest name as remedy. */
export function missingColumn(name: string, names: readonly string[], where = "table"): SchemaError {
  const shown = names.length > 12 ? `${names.length} other columns` : names.map((n) => `"${n}"`).join(", ") || "none";
  const hint = didYouMean(name, names) || " List the columns with `peregrine inspect FILE`.";
  return new SchemaError(`${where}: no column "${name}"; expected one of the table's columns, got ${shown}.${hint}`);
}
