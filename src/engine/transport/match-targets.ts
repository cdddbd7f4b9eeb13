import { ConfigError } from "../../util/errors.js";
import { onSharedMemory, type Pool, sharedArray } from "../../util/pool.js";
import { matchTask, orderTask } from "./match-task.js";

/** Projections of two samples on the same directions. */
export interface Projections {
  /** [slices, M], slice after slice. Read in place where it stands on shared memory, else copied. */
  readonly source: Float32Array;
  /** [slices, N], slice after slice. Read in place where it stands on shared memory, else copied. */
  readonly target: Float32Array;
  readonly slices: number;
  /** Receives the matched targets, [slices, M] (default: a new array on shared memory); best on shared memory itself. */
  readonly matchedInto?: Float32Array;
}

/**
 * Finds what each source value is moved to by the optimal transport of its slice: the target value of its rank or, for
 * N != M, the mean of the target's quantile function over the value's 1/M of the probability. Ties go by row.
 * @returns Matched targets, [slices, M]: `matchedInto`, or a new array on shared memory.
 * @throws ConfigError where lengths do not fit; NumericsError where a value is not finite.
 */
export async function matchTargets(projections: Projections, pool: Pool): Promise<Float32Array> {
  const { slices } = projections;
  const sourceRows = rowsOf(projections.source, slices, "source");
  const targetRows = rowsOf(projections.target, slices, "target");
  const into = projections.matchedInto;
  if (into !== undefined && into.length !== slices * sourceRows) {
    throw new ConfigError(
      `transport: array for the matched targets has another length; expected ${slices * sourceRows} values, got ${into.length}.`,
    );
  }
  const matched = into?.buffer instanceof SharedArrayBuffer ? into : sharedArray(Float32Array, slices * sourceRows);
  const job = {
    sourceRows,
    targetRows,
    slices,
    source: onSharedMemory(projections.source),
    target: onSharedMemory(projections.target),
    matched,
    next: sharedArray(Int32Array, 1),
  };
  await Promise.all(Array.from({ length: Math.min(pool.size, slices) }, () => pool.run(matchTask, job)));
  if (into === undefined || into === matched) return matched;
  into.set(matched);
  return into;
}

/**
 * Sorts each slice.
 * @param values [slices, rows], slice after slice. Read in place where it stands on shared memory, else copied.
 * @returns The row of each rank, [slices, rows], on shared memory; equal values come in the order of their rows.
 * @throws ConfigError where lengths do not fit; NumericsError where a value is not finite.
 */
export async function argsort(values: Float32Array, slices: number, pool: Pool): Promise<Int32Array> {
  const rows = rowsOf(values, slices, "values");
  const order = sharedArray(Int32Array, slices * rows);
  const job = { rows, slices, values: onSharedMemory(values), order, next: sharedArray(Int32Array, 1) };
  await Promise.all(Array.from({ length: Math.min(pool.size, slices) }, () => pool.run(orderTask, job)));
  return order;
}

function rowsOf(values: Float32Array, slices: number, name: string): number {
  if (!Number.isInteger(slices) || slices < 1) {
    throw new ConfigError(`transport: bad number of slices; expected an integer >= 1, got ${slices}.`);
  }
  const rows = values.length / slices;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new ConfigError(
      `transport: ${name} has no whole number of rows; expected a positive multiple of ${slices} values, got ${values.length}.`,
    );
  }
  return rows;
}
