import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { describe, expect, it } from "vitest";
import { concatTables, EventTable, flatColumn, jaggedColumn, trimmed } from "../../src/data/event-table.js";
import type { ReadOptions } from "../../src/data/formats/format.js";
import { parquetFormat } from "../../src/data/formats/parquet.js";
import { PeregrineError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { memorySink, memorySource } from "./memory.js";

const FIXTURES = new URL("../../validation/data/parquet/", import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, FIXTURES)));
const expected = JSON.parse(new TextDecoder().decode(fixture("expected.json"))) as {
  flat: Record<string, string[]>;
  lists: { counts: number[]; pt: string[]; index: string[] };
};
const toNumber = (text: string) => (text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text));

async function readAll(bytes: Uint8Array, options?: ReadOptions): Promise<EventTable> {
  const source = await parquetFormat.open(memorySource(bytes, "file.parquet"));
  const chunks: EventTable[] = [];
  for await (const chunk of source.read(options)) chunks.push(chunk);
  return concatTables(chunks);
}

async function write(chunks: readonly EventTable[]): Promise<Uint8Array> {
  const sink = memorySink();
  const table = parquetFormat.create!(sink, chunks[0].schema);
  for (const chunk of chunks) await table.write(chunk);
  await table.close();
  return sink.bytes();
}

describe("files written by Arrow", () => {
  const flat = ["flat-snappy", "flat-required-v2-zstd", "flat-gzip-plain", "flat-brotli", "flat-lz4", "flat-encodings"];
  it.each(flat)("reads every type of %s bit for bit", async (name) => {
    const table = await readAll(fixture(`${name}.parquet`));
    expect(table.schema.names).toEqual(Object.keys(expected.flat));
    for (const { field, values } of table.columns) {
      expect(field.dtype).toBe(field.name === "charge" ? "int32" : field.name);
      const want = expected.flat[field.name];
      if (field.dtype.endsWith("64") && !field.dtype.startsWith("f"))
        expect(Array.from(values as BigInt64Array, String)).toEqual(want);
      else if (field.dtype === "bool") expect(Array.from(values as Uint8Array, (v) => String(v === 1))).toEqual(want);
      else expect(Array.from(values as Float64Array)).toEqual(want.map(toNumber));
    }
  });

  it.each(["lists-snappy", "lists-v2-zstd", "lists-old-names"])(
    "reads the lists of %s, empty ones too",
    async (name) => {
      const table = await readAll(fixture(`${name}.parquet`));
      const { counts, pt, index } = expected.lists;
      const same = name === "lists-old-names" ? ["pt"] : ["pt", "jet.e"];
      for (const column of same.map((c) => table.column(c))) {
        const { offsets, values } = trimmed(column);
        expect(counts.map((_, i) => offsets[i + 1] - offsets[i])).toEqual(counts);
        expect(Array.from(values as Float64Array)).toEqual(pt.map(Number));
      }
      expect(table.schema.field("index")).toEqual({ name: "index", dtype: "int16", jagged: true });
      expect(Array.from(trimmed(table.column("index")).values as Int16Array)).toEqual(index.map(Number));
    },
  );

  it("reads fields of records and says why other columns are left out", async () => {
    const source = await parquetFormat.open(memorySource(fixture("lists-snappy.parquet")));
    expect(source.schema.names).toEqual(["pt", "index", "jet.e", "jet.id", "vertex.x", "vertex.n"]);
    expect(Object.fromEntries(source.skipped.map((s) => [s.name, s.reason.split(":")[0]]))).toEqual({
      name: "text",
      nested: "a list of lists",
      day: "DATE values",
      price: "DECIMAL values",
      half: "FLOAT16 values",
      "table.key": "text",
      "table.value": "part of a map",
    });
  });

  it("reads any range of events", async () => {
    const bytes = fixture("lists-snappy.parquet");
    const whole = await readAll(bytes);
    for (const [start, stop] of [
      [0, 1],
      [99, 101],
      [100, 200],
      [57, 223],
      [229, 230],
      [230, 230],
      [200, 1000],
    ]) {
      const part = await readAll(bytes, { start, stop, chunkSize: 64, columns: ["index", "vertex.n"] });
      const want = whole.slice(start, Math.min(stop, whole.length)).select(["index", "vertex.n"]);
      expect(part.length).toBe(want.length);
      if (want.length === 0) continue;
      expect(trimmed(part.column("index"))).toEqual(trimmed(want.column("index")));
      expect(part.flat("vertex.n")).toEqual(want.flat("vertex.n"));
    }
  });

  it("refuses nulls by column and event, and reads the columns beside them", async () => {
    const bytes = fixture("holes.parquet");
    expect((await readAll(bytes, { columns: ["fine"] })).numbers("fine")[229]).toBe(229);
    await expect(readAll(bytes, { columns: ["value"] })).rejects.toThrow(/"value", event 117 is null/);
    await expect(readAll(bytes, { columns: ["list"] })).rejects.toThrow(/"list", event 5 is null/);
    await expect(readAll(bytes, { columns: ["entry"] })).rejects.toThrow(/"entry", event 201 is null/);
    expect((await readAll(bytes, { columns: ["value"], start: 0, stop: 100 })).length).toBe(100);
  });
});

const data = process.env.PEREGRINE_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const nano = `${data}/cms-nanoaod-dy.parquet`;

describe.skipIf(!existsSync(nano))(`an awkward-written NanoAOD file (skipped where ${nano} is absent)`, () => {
  it("agrees with hyparquet's own row assembly in every column", async () => {
    const bytes = new Uint8Array(readFileSync(nano));
    const table = await readAll(bytes);
    expect(table.length).toBe(40);
    expect(table.schema.fields.length).toBeGreaterThan(1479);
    const rows = await parquetReadObjects({ file: bytes.buffer, compressors });
    for (const { field, values, offsets } of table.columns) {
      const want = rows.flatMap((row) => row[field.name]);
      const numbers = want.map((v) => (typeof v === "bigint" ? v : Number(v)));
      const signed = Array.from(values as ArrayLike<number | bigint>);
      if (offsets !== undefined) {
        expect(Array.from(offsets.subarray(1), (o, i) => o - offsets[i])).toEqual(
          rows.map((r) => r[field.name].length),
        );
      }
      // hyparquet leaves UINT_8 and UINT_16 as it finds them; Arrow stores them unsigned, so no difference arises here.
      expect(signed, field.name).toEqual(numbers);
    }
  });
});

/** A table of every shape, whose lists hold none to many entries. */
function mixed(n: number): EventTable {
  const random = new Random(7);
  const offsets = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i] + random.at(i).poisson(1.2);
  const pt = Float32Array.from({ length: offsets[n] }, (_, i) => random.at(i).exponential());
  return new EventTable([
    flatColumn(
      "x",
      Float32Array.from({ length: n }, (_, i) => i / 7),
      { unit: "GeV", role: "truth", domain: [0, Infinity] },
    ),
    flatColumn(
      "ok",
      Uint8Array.from({ length: n }, (_, i) => +(i % 3 === 0)),
      { dtype: "bool", role: "accepted" },
    ),
    jaggedColumn("pt", offsets, pt, { unit: "GeV", title: "p_T", period: 2 * Math.PI }),
    {
      field: { name: "p4", dtype: "float64", jagged: false, width: 4 },
      values: Float64Array.from({ length: 4 * n }, (_, i) => -i),
    },
    {
      field: { name: "xy", dtype: "int16", jagged: true, width: 2 },
      offsets,
      values: Int16Array.from({ length: 2 * offsets[n] }, (_, i) => i),
    },
  ]);
}

describe("files written here", () => {
  it("are read by hyparquet's own row assembly", async () => {
    const table = mixed(500);
    const rows = await parquetReadObjects({ file: (await write([table])).buffer as ArrayBuffer });
    expect(rows).toHaveLength(500);
    const { offsets, values } = table.column("pt") as { offsets: Int32Array; values: Float32Array };
    for (const [i, row] of rows.entries()) {
      expect(row.x).toBe(table.flat("x")[i]);
      expect(row.ok).toBe(i % 3 === 0);
      expect(row.pt).toEqual(Array.from(values.subarray(offsets[i], offsets[i + 1])));
      expect(row.p4).toEqual([-4 * i, -4 * i - 1, -4 * i - 2, -4 * i - 3].map((v) => v + 0 || v));
    }
  });

  it("have the same bytes however the events are cut into chunks", async () => {
    const table = mixed(3000);
    const cut = (size: number) =>
      Array.from({ length: Math.ceil(3000 / size) }, (_, i) => table.slice(i * size, Math.min(3000, (i + 1) * size)));
    const whole = await write([table]);
    for (const size of [1, 7, 1024, 2999]) expect(Buffer.compare(await write(cut(size)), whole)).toBe(0);
  });

  it("end a row group at 131,072 events, and sooner where lists are long", async () => {
    const n = 140_000;
    const narrow = parquetMetadata(
      (await write([new EventTable([flatColumn("x", new Uint8Array(n))])])).buffer as ArrayBuffer,
    );
    expect(narrow.row_groups.map((g) => Number(g.num_rows))).toEqual([131_072, 8_928]);
    const offsets = Int32Array.from({ length: 4097 }, (_, i) => i * 8192);
    const long = new EventTable([jaggedColumn("x", offsets, new Float32Array(4096 * 8192))]);
    const groups = parquetMetadata((await write([long])).buffer as ArrayBuffer).row_groups;
    expect(groups.map((g) => Number(g.num_rows))).toEqual([2048, 2048]);
  });
});

describe("bad files", () => {
  it("cut short anywhere give one clear error", async () => {
    const bytes = await write([mixed(300)]);
    for (let length = 1; length < bytes.length; length += 37) {
      const failure = readAll(bytes.slice(0, length));
      await expect(failure).rejects.toThrow(PeregrineError);
      await expect(failure).rejects.toThrow(/^file\.parquet: (not a Parquet file|Parquet file is cut short)/);
    }
  });

  it("with damaged bytes never end in anything but a table or a PeregrineError", async () => {
    const originals = [
      await write([mixed(300)]),
      fixture("lists-snappy.parquet"),
      fixture("flat-required-v2-zstd.parquet"),
    ];
    const random = new Random(11);
    let refused = 0;
    for (let trial = 0; trial < 600; trial++) {
      const bytes = originals[trial % 3].slice();
      random.at(trial);
      for (let k = 0; k < 3; k++) bytes[4 + random.integer(bytes.length - 8)] = random.integer(256);
      await readAll(bytes).catch((error: unknown) => {
        expect(error, String((error as Error).stack)).toBeInstanceOf(PeregrineError);
        expect((error as Error).message).not.toMatch(/\n/);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(50);
  });

  it("name what they are", async () => {
    await expect(readAll(new TextEncoder().encode("pt,eta\n1,2\n3,4\n5,6\n"))).rejects.toThrow(/not a Parquet file/);
    await expect(readAll(await write([mixed(3)]), { columns: ["ptt"] })).rejects.toThrow(/Did you mean "pt"/);
  });
});
