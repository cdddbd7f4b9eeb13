import { describe, expect, it } from "vitest";
import { concatTables, EventTable, trimmed } from "../../src/data/event-table.js";
import type { Format, ReadOptions } from "../../src/data/formats/format.js";
import { formatOf, formats } from "../../src/data/formats/registry.js";
import { allocate, DTYPES, type Field, type TypedArray } from "../../src/data/schema.js";
import { ConfigError, PeregrineError, SchemaError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { memorySink, memorySource } from "../data/memory.js";

/** Text formats keep numbers, but neither their types nor lists. */
const TEXT = ["csv", "tsv"];
const writable = formats.filter((format) => format.create !== undefined);

function fill(field: Field, length: number, stream: number): TypedArray {
  const values = allocate(field.dtype, length);
  const random = new Random(3, stream);
  for (let i = 0; i < length; i++) {
    const u = random.at(i).uniform();
    if (field.dtype === "bool") values[i] = u < 0.4 ? 1 : 0;
    else if (field.dtype === "uint64") values[i] = (1n << 63n) + BigInt(random.uint32());
    else if (field.dtype === "int64") values[i] = -(1n << 61n) - BigInt(random.uint32());
    else if (field.dtype.startsWith("f")) values[i] = i % 17 === 0 ? -Infinity : random.normal() * 10 ** (20 * u - 10);
    else values[i] = random.uint32();
  }
  return values;
}

function flatTable(n: number): EventTable {
  return new EventTable(
    DTYPES.map((dtype, k) => {
      const field: Field = { name: `a_${dtype}`, dtype, jagged: false };
      return { field, values: fill(field, n, k) };
    }),
    n,
  );
}

function deepTable(n: number): EventTable {
  const offsets = new Int32Array(n + 1);
  const random = new Random(9);
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i] + random.at(i).poisson(1.3);
  const lists = DTYPES.map((dtype, k) => {
    const field: Field = { name: `list_${dtype}`, dtype, jagged: true };
    return { field, offsets, values: fill(field, offsets[n], 20 + k) };
  });
  const wide: Field = { name: "p4", dtype: "float32", jagged: false, width: 4 };
  return new EventTable([...lists, { field: wide, values: fill(wide, 4 * n, 40) }, ...flatTable(n).columns], n);
}

async function write(format: Format, chunks: readonly EventTable[], schema = chunks[0].schema): Promise<Uint8Array> {
  const sink = memorySink();
  const table = format.create!(sink, schema);
  for (const chunk of chunks) await table.write(chunk);
  await table.close();
  return sink.bytes();
}

async function read(format: Format, bytes: Uint8Array, options?: ReadOptions): Promise<EventTable[]> {
  const source = await format.open(memorySource(bytes, `file${format.extensions[0]}`));
  const chunks: EventTable[] = [];
  for await (const chunk of source.read(options)) chunks.push(chunk);
  return chunks;
}

function cut(table: EventTable, size: number): EventTable[] {
  const chunks = [];
  for (let at = 0; at < table.length; at += size) chunks.push(table.slice(at, Math.min(at + size, table.length)));
  return chunks;
}

/** What a table holds, for comparison: names, and values and offsets as plain arrays, -0 and 0 apart. */
function contents(format: Format, table: EventTable) {
  const text = TEXT.includes(format.name);
  return table.columns.map((column) => {
    const { values, offsets } = column.field.jagged ? trimmed(column) : { values: column.values, offsets: undefined };
    return {
      name: column.field.name,
      ...(!text && { dtype: column.field.dtype, width: column.field.width ?? 1, offsets: offsets && [...offsets] }),
      // Text gives singles back as the doubles of their shortest decimals.
      values: Array.from(values as Float64Array, (v) =>
        text && column.field.name.endsWith("float32") ? Math.fround(v) : v,
      ),
    };
  });
}

describe.each(writable.map((format) => [format.name, format] as const))("format %s", (name, format) => {
  const make = TEXT.includes(name) ? flatTable : deepTable;

  it.each([1, 2, 1500])("gives %i events of every type back, cut into chunks of any size", async (n) => {
    const table = make(n);
    const want = contents(format, table);
    for (const size of [1, 7, 100_000]) {
      const bytes = await write(format, cut(table, size));
      for (const chunkSize of [1, 7, 100_000]) {
        const chunks = await read(format, bytes, { chunkSize });
        expect(Math.max(...chunks.map((c) => c.length))).toBeLessThanOrEqual(chunkSize);
        expect(contents(format, concatTables(chunks))).toEqual(want);
      }
    }
  });

  it("writes slices that do not begin at 0", async () => {
    const slice = make(300).slice(101, 208);
    const [back] = await read(format, await write(format, [slice]));
    expect(contents(format, back)).toEqual(contents(format, slice));
  });

  it("keeps the columns of a table without events", async () => {
    const empty = make(0);
    for (const chunks of [[], [empty]]) {
      const bytes = await write(format, chunks, empty.schema);
      const source = await format.open(memorySource(bytes, "empty"));
      expect(source.schema.names).toEqual(empty.schema.names);
      expect((await read(format, bytes)).reduce((n, c) => n + c.length, 0)).toBe(0);
    }
  });

  it("reads chosen columns in their order, and any range of events", async () => {
    const table = make(500);
    const bytes = await write(format, cut(table, 77));
    const columns = ["a_float64", "a_int16"];
    for (const [start, stop] of [
      [0, 500],
      [13, 14],
      [250, 499],
      [480, 900],
      [500, 600],
    ]) {
      const part = await read(format, bytes, { columns, start, stop, chunkSize: 33 });
      const want = table.slice(start, Math.min(stop, 500)).select(columns);
      expect(part.reduce((n, c) => n + c.length, 0)).toBe(want.length);
      if (want.length > 0) expect(contents(format, concatTables(part))).toEqual(contents(format, want));
    }
  });

  it("refuses a chunk of another type, and a column that is not there", async () => {
    const table = flatTable(3);
    const sink = format.create!(memorySink(), table.schema);
    const other = { field: { ...table.column("a_int8").field, name: "a_int16" }, values: table.flat("a_int8") };
    await expect(sink.write(table.with([other]))).rejects.toThrow(SchemaError);
    await expect(sink.write(table.select(["a_int8"]))).rejects.toThrow(/no column/);
    const bytes = await write(format, [table]);
    await expect(read(format, bytes, { columns: ["a_int61"] })).rejects.toThrow(/Did you mean "a_int/);
  });
});

describe("bytes of another kind", () => {
  it.each(formats.map((format) => [format.name, format] as const))("end %s in one clear error", async (_, format) => {
    const random = new Random(5);
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => random.at(i).integer(256));
    await expect(read(format, noise)).rejects.toThrow(PeregrineError);
    await expect(read(format, new Uint8Array([0]))).rejects.toThrow(/^file\.[^\n]*$/);
  });

  it("text refuses lists, naming formats that keep them", () => {
    for (const name of TEXT) {
      const format = formats.find((f) => f.name === name)!;
      expect(() => format.create!(memorySink(), deepTable(1).schema)).toThrow(/"list_bool".*\.parquet/);
    }
  });
});

describe("formatOf", () => {
  it("goes by the ending, in any case", () => {
    expect(formatOf("a/b.c/EVENTS.PARQUET").name).toBe("parquet");
    expect(formatOf("x.csv").name).toBe("csv");
    expect(formatOf("x.root").name).toBe("root");
  });
  it("names the endings that it knows", () => {
    expect(() => formatOf("events.parket")).toThrow(ConfigError);
    expect(() => formatOf("events.parket")).toThrow(/\.csv.*got "\.parket".*Did you mean "\.parquet"/);
    expect(() => formatOf("events")).toThrow(/got none/);
  });
});
