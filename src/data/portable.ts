import { type Column, EventTable } from "./event-table.js";
import type { TypedArray } from "./schema.js";

/** A table as plain data that structured cloning carries between threads. */
export interface PortableTable {
  readonly length: number;
  readonly columns: readonly Column[];
}

/** Cloning a view would carry its whole buffer along, so views of a part are copied first. */
function owned<T extends TypedArray>(values: T): T {
  return values.byteLength === values.buffer.byteLength ? values : (values.slice() as T);
}

export function toPortable(table: EventTable): PortableTable {
  return {
    length: table.length,
    columns: table.columns.map(({ field, values, offsets }) => ({
      field,
      values: owned(values),
      ...(offsets && { offsets: owned(offsets) }),
    })),
  };
}

export function fromPortable({ length, columns }: PortableTable): EventTable {
  return new EventTable(columns, length);
}
