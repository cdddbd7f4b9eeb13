import { describe, expect, test } from "vitest";
import { concatTables, EventTable, flatColumn, jaggedColumn, toFloat64, trimmed } from "../../src/data/event-table.js";
import { allocate, byteWidth, DTYPES, Schema, viewAs } from "../../src/data/schema.js";
import { SchemaError } from "../../src/util/errors.js";

const table = new EventTable([
  flatColumn("x", Float32Array.of(1, 2, 3, 4)),
  flatColumn("id", BigInt64Array.of(10n, 20n, 30n, 40n)),
  { field: { name: "v", dtype: "int16", jagged: false, width: 2 }, values: Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  jaggedColumn("jet", Int32Array.of(0, 2, 2, 3, 6), Float64Array.of(1, 2, 3, 4, 5, 6)),
]);

const lists = (t: EventTable, name = "jet") => {
  const { offsets, values } = trimmed(t.column(name));
  return Array.from({ length: t.length }, (_, i) => Array.from(values.subarray(offsets[i], offsets[i + 1]), Number));
};

test("slices are views with the right events", () => {
  const part = table.slice(1, 3);
  expect(part.length).toBe(2);
  expect([...part.numbers("x")]).toEqual([2, 3]);
  expect([...(part.column("v").values as Int16Array)]).toEqual([3, 4, 5, 6]);
  expect(lists(part)).toEqual([[], [3]]);
  expect(part.flat("x").buffer).toBe(table.flat("x").buffer);
  expect(lists(part.slice(1, 2))).toEqual([[3]]);
  expect(table.slice(2, 99).length).toBe(2);
});

test("taking and filtering copies events in order, lists and arrays whole", () => {
  const taken = table.take([3, 0, 3]);
  expect(lists(taken)).toEqual([
    [4, 5, 6],
    [1, 2],
    [4, 5, 6],
  ]);
  expect([...(taken.column("id").values as BigInt64Array)]).toEqual([40n, 10n, 40n]);
  expect([...(table.filter([0, 1, 0, 1]).column("v").values as Int16Array)]).toEqual([3, 4, 7, 8]);
  expect(lists(table.slice(2, 4).take([1]))).toEqual([[4, 5, 6]]);
});

test("pieces put together make the whole again", () => {
  const whole = concatTables([table.slice(0, 1), table.slice(1, 3), table.slice(3, 4)]);
  expect(lists(whole)).toEqual(lists(table));
  for (const name of ["x", "id", "v"]) expect(whole.column(name).values).toEqual(table.column(name).values);
  expect(concatTables([]).length).toBe(0);
});

describe("mistakes", () => {
  test("a missing column is named with its nearest", () => {
    expect(() => table.column("jets")).toThrow(/no column "jets"; .*Did you mean "jet"\?/);
  });
  test("a list is not a number", () => {
    expect(() => table.flat("jet")).toThrow(/"jet" has several values an event/);
    expect(() => table.numbers("v")).toThrow(/a fixed array of 2/);
  });
  test("columns of other lengths, or of one name, do not go together", () => {
    expect(() => table.with([flatColumn("y", new Float32Array(3))])).toThrow(/expected 4 events, got 3/);
    expect(() => new Schema([table.schema.field("x"), table.schema.field("x")])).toThrow(SchemaError);
  });
});

test("columns are replaced in place and added at the end", () => {
  const changed = table.with([
    flatColumn("x", Int32Array.of(5, 6, 7, 8)),
    flatColumn("w", new Float32Array(4), { role: "weight" }),
  ]);
  expect(changed.schema.names).toEqual(["x", "id", "v", "jet", "w"]);
  expect(changed.column("x").field.dtype).toBe("int32");
  expect(changed.withRole("weight")?.field.name).toBe("w");
});

test.each(DTYPES)("%s is allocated, viewed and read as numbers", (dtype) => {
  const values = allocate(dtype, 3);
  expect(values.BYTES_PER_ELEMENT).toBe(byteWidth(dtype));
  const wide = dtype === "int64" || dtype === "uint64";
  (values as Float64Array)[1] = (wide ? 1n : 1) as number;
  expect([...toFloat64(viewAs(dtype, values.buffer))]).toEqual([0, 1, 0]);
});
