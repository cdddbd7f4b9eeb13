import { describe, expect, it } from "vitest";
import { type Column, concatTables, type EventTable, trimmed } from "../../../src/data/event-table.js";
import { parquetFormat } from "../../../src/data/formats/parquet.js";
import { dataFolder, needsData, readAll, realFile } from "./helpers.js";

/** What two columns must share: shape, and every number. */
function content(column: Column) {
  const { dtype, jagged, width } = column.field;
  if (column.offsets === undefined) return { dtype, jagged, width, values: Array.from(column.values as Float64Array) };
  const { offsets, values } = trimmed(column);
  return { dtype, jagged, width, offsets: Array.from(offsets), values: Array.from(values as Float64Array) };
}

describe.skipIf(dataFolder === undefined)(`the same events as TTree and as Parquet${needsData}`, () => {
  it("hold the same numbers in each of 1499 columns", async () => {
    const tree = await readAll(realFile("cms-nanoaod-dy.root"));
    const chunks: EventTable[] = [];
    const twin = await parquetFormat.open(realFile("cms-nanoaod-dy.parquet"));
    for await (const chunk of twin.read()) chunks.push(chunk);
    const parquet = concatTables(chunks);
    expect([...parquet.schema.names].sort()).toEqual([...tree.schema.names].sort());
    expect(tree.schema.names.length).toBe(1499);
    for (const name of tree.schema.names) {
      expect(content(parquet.column(name)), name).toEqual(content(tree.column(name)));
    }
  });
});
