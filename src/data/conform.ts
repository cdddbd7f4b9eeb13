import { SchemaError } from "../util/errors.js";
import { EventTable } from "./event-table.js";
import { type Field, missingColumn, type Schema } from "./schema.js";

function shapeOf({ dtype, jagged, width = 1 }: Field): string {
  return `${jagged ? "lists of " : ""}${dtype}${width === 1 ? "" : ` x ${width}`}`;
}

/**
 * Returns the columns of a chunk that a schema names, in its order, without copying; others are left out.
 * @throws SchemaError where a column is missing, or has another type or shape.
 */
export function conform(chunk: EventTable, schema: Schema, where: string): EventTable {
  const columns = schema.fields.map((field) => {
    if (!chunk.has(field.name)) throw missingColumn(field.name, chunk.schema.names, where);
    const column = chunk.column(field.name);
    const wanted = shapeOf(field);
    const got = shapeOf(column.field);
    if (wanted !== got) {
      throw new SchemaError(
        `${where}: column "${field.name}" has another type in this chunk; expected ${wanted}, got ${got}.`,
      );
    }
    return { ...column, field };
  });
  return new EventTable(columns, chunk.length);
}
