/** @file What the nodes of an expression become: functions of a block of events, of known type. */
import type { Schema } from "../../data/schema.js";
import { ConfigError } from "../../util/errors.js";
import type { FourVector } from "../four-vector.js";
import { type Block, firstMismatch, listValues } from "./block.js";
import { spread } from "./lists.js";
import type { Names } from "./names.js";
import { eachComponent, type VectorColumns } from "./vectors.js";

interface Value<K, T> {
  readonly kind: K;
  /** For one value an entry, a jagged column that has the lengths of the lists; absent for one value an event. */
  readonly list?: string;
  readonly run: (block: Block) => T;
}

export type CompiledNumber = Value<"number", Float64Array>;
export type CompiledVector = Value<"vector", VectorColumns>;
export type Compiled = CompiledNumber | CompiledVector;

/** Vectors and masses that a table does not hold. */
export interface ExpressionOptions {
  /** Masses [GeV] by object, for objects without a column of mass or energy (default: by the particle's name). */
  readonly masses?: Readonly<Record<string, number>>;
  /** Vectors [GeV] that are the same in all events, such as a beam and a target. They go before columns of that name. */
  readonly vectors?: Readonly<Record<string, FourVector>>;
}

/** What compiling an expression needs to know, and the columns met on the way. */
export interface Scope {
  readonly where: string;
  readonly names: Names;
  readonly schema: Schema;
  readonly masses: ReadonlyMap<string, number>;
  readonly used: Set<string>;
}

/** Words for a type, for errors. */
export function typeWords({ kind, list }: Compiled): string {
  const one = kind === "number" ? "number" : "four-vector";
  return list === undefined ? `a ${one}` : `a list of ${one}s`;
}

/** Brings values to one length: those of events are repeated for each entry where another is a list. */
export function aligned<T extends readonly Compiled[]>(scope: Scope, values: T): { list?: string; values: T } {
  const list = values.find((value) => value.list !== undefined)?.list;
  if (list === undefined) return { values };
  return { list, values: values.map((value) => onList(scope, value, list)) as unknown as T };
}

function onList(scope: Scope, value: Compiled, list: string): Compiled {
  const other = value.list;
  if (other === list) return value;
  if (other === undefined) {
    const over = (block: Block) => (column: Float64Array) => spread(column, listValues(block, list).offsets);
    return value.kind === "number"
      ? { kind: "number", list, run: (block) => over(block)(value.run(block)) }
      : { kind: "vector", list, run: (block) => eachComponent(value.run(block), over(block)) };
  }
  const check = (block: Block) => {
    const event = firstMismatch(block, list, other);
    if (event < 0) return;
    throw new ConfigError(
      `${scope.where}: "${list}" and "${other}" are combined entry by entry; expected lists of equal length, got other lengths in event ${event}. Combine entries of one collection, or pick single ones as in jet[0].`,
    );
  };
  const checked = <R>(run: (block: Block) => R) => {
    return (block: Block): R => {
      check(block);
      return run(block);
    };
  };
  return value.kind === "number"
    ? { kind: "number", list, run: checked(value.run) }
    : { kind: "vector", list, run: checked(value.run) };
}
