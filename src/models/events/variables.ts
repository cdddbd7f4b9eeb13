/** @file Quantities of whole events, given as expressions, as the features of a classifier. */
import type { EventTable } from "../../data/event-table.js";
import type { Schema } from "../../data/schema.js";
import {
  type CompiledExpression,
  compileExpression,
  type ExpressionOptions,
  parseExpression,
} from "../../physics/expression/index.js";
import type { ByteReader, ByteWriter } from "../../trees/bytes.js";

/**
 * Expressions at reconstructed level over paired tables, and for each the value that stands for "there is none".
 * An expression has no value where an object that it needs was lost. Such events stay: they get a value above all that
 * training saw, so that one cut of a tree tells them from the rest; what is larger in simulation is set to the largest.
 */
export interface EventVariables {
  readonly expressions: readonly string[];
  readonly options: ExpressionOptions;
  /** Largest value of each expression in training, and the one beyond it that stands for none. */
  readonly largest: Float32Array;
  readonly missing: Float32Array;
}

/**
 * Fits expressions to the columns of paired tables.
 * @param where Place in the run spec, for errors.
 * @throws ConfigError for bad syntax, unknown names, and results that are not one number an event.
 */
export function compileVariables(
  expressions: readonly string[],
  schema: Schema,
  options: ExpressionOptions,
  where: string,
): CompiledExpression[] {
  return expressions.map((text) =>
    compileExpression(parseExpression(text, `${where} "${text}"`), schema, "reco", options),
  );
}

/** Learns the ranges of expressions from the tables of a training. */
export function fitVariables(
  expressions: readonly string[],
  options: ExpressionOptions,
  tables: readonly EventTable[],
): EventVariables {
  const compiled = compileVariables(expressions, tables[0].schema, options, "events");
  const largest = new Float32Array(expressions.length);
  const missing = new Float32Array(expressions.length);
  compiled.forEach((expression, v) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const table of tables) {
      for (const x of expression.evaluate(table)) {
        if (x < low) low = x;
        if (x > high) high = x;
      }
    }
    if (low > high) [low, high] = [0, 0];
    largest[v] = high;
    // Far enough for a bin of its own, near enough for the bins of equal width not to be wasted on the gap.
    missing[v] = high + Math.max(0.01 * (high - low), 1e-6 * Math.abs(high), 1e-6);
  });
  return { expressions, options, largest, missing };
}

/** Computes the variables of the events: one column each. An event depends on itself alone, to the bit. */
export function eventFeatures(variables: EventVariables, table: EventTable): Float32Array[] {
  const { expressions, options, largest, missing } = variables;
  return compileVariables(expressions, table.schema, options, "events").map((expression, v) => {
    const values = expression.evaluate(table);
    const out = new Float32Array(values.length);
    for (let i = 0; i < out.length; i++) {
      const x = values[i];
      out[i] = Number.isNaN(x) ? missing[v] : Math.min(x, largest[v]);
    }
    return out;
  });
}

export function writeVariables(writer: ByteWriter, { expressions, options, largest, missing }: EventVariables): void {
  writer.array(new TextEncoder().encode(JSON.stringify({ expressions, options })));
  writer.array(largest);
  writer.array(missing);
}

/** @throws DataError where the bytes are truncated. */
export function readVariables(reader: ByteReader): EventVariables {
  const text = new TextDecoder().decode(reader.uint8Array().slice());
  const { expressions, options } = JSON.parse(text) as Pick<EventVariables, "expressions" | "options">;
  const largest = reader.float32Array();
  const missing = reader.float32Array();
  reader.require(
    largest.length === expressions.length && missing.length === expressions.length,
    "a range for each variable",
  );
  return { expressions, options, largest, missing };
}
