/** @file Writing CSV: a header of names, then one line an event. */
import { SchemaError } from "../../util/errors.js";
import { conform } from "../conform.js";
import type { Column, EventTable } from "../event-table.js";
import type { Schema } from "../schema.js";
import { LONGEST_NUMBER, putFloat32, putFloat64, putInteger } from "./csv-number.js";
import type { ByteSink, TableSink } from "./format.js";

const BUFFER = 1 << 18;
const LF = 10;

const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");

/** A header name, quoted where a reader would else misread it. */
function headerName(name: string): string {
  const plain = name !== "" && !/[",;\t\r\n]|^\s|\s$|^#/.test(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

type Put = (row: number, out: Uint8Array, at: number) => number;

/** Returns what writes one value of a column. */
function putterOf({ field, values }: Column): Put {
  if (field.dtype === "float32") return (row, out, at) => putFloat32(values[row] as number, out, at);
  if (field.dtype === "float64") return (row, out, at) => putFloat64(values[row] as number, out, at);
  if (field.dtype === "bool") {
    return (row, out, at) => {
      const word = values[row] ? TRUE : FALSE;
      out.set(word, at);
      return at + word.length;
    };
  }
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return (row, out, at) => {
      const text = String(values[row]);
      for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
      return at;
    };
  }
  return (row, out, at) => putInteger(values[row] as number, out, at);
}

/** Starts delimited text. @param delimiter One character (default a comma). @throws SchemaError where a column has several values an event, or there is no column. */
export function createCsv(sink: ByteSink, schema: Schema, delimiter = ","): TableSink {
  const between = delimiter.charCodeAt(0);
  const deep = schema.fields.find((field) => field.jagged || (field.width ?? 1) !== 1);
  if (deep !== undefined) {
    throw new SchemaError(
      `csv: column "${deep.name}" holds several values an event; expected one, got ${deep.jagged ? "lists" : `arrays of ${deep.width}`}. Write to .root or .parquet, which keep them, or leave the column out.`,
    );
  }
  if (schema.fields.length === 0) throw new SchemaError("csv: no columns to write; expected at least one.");
  let buffer = new Uint8Array(BUFFER);
  let at = 0;
  let begun = false;

  /** Hands the buffer over; the sink may keep it until it has written, so the next one is new. */
  async function flush(): Promise<void> {
    if (at === 0) return;
    const full = buffer.subarray(0, at);
    buffer = new Uint8Array(Math.max(BUFFER, 2 * schema.fields.length * LONGEST_NUMBER));
    at = 0;
    await sink.write(full);
  }

  async function begin(): Promise<void> {
    if (begun) return;
    begun = true;
    await sink.write(new TextEncoder().encode(`${schema.names.map(headerName).join(delimiter)}\n`));
    if (buffer.length < 2 * schema.fields.length * LONGEST_NUMBER) {
      buffer = new Uint8Array(2 * schema.fields.length * LONGEST_NUMBER);
    }
  }

  return {
    async write(chunk: EventTable): Promise<void> {
      const table = conform(chunk, schema, "csv");
      await begin();
      const puts = table.columns.map(putterOf);
      const longestRow = puts.length * LONGEST_NUMBER;
      for (let row = 0; row < table.length; row++) {
        if (at + longestRow > buffer.length) await flush();
        for (const put of puts) {
          at = put(row, buffer, at);
          buffer[at++] = between;
        }
        buffer[at - 1] = LF;
      }
    },
    async close(): Promise<void> {
      await begin();
      await flush();
    },
  };
}
