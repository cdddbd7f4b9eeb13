import { describe, expect, it } from "vitest";
import { type Column, EventTable, flatColumn, jaggedColumn } from "../../../src/data/event-table.js";
import type { CreateOptions } from "../../../src/data/formats/format.js";
import { rootFormat } from "../../../src/data/formats/root/index.js";
import { allocate, byteWidth, DTYPES, type Field } from "../../../src/data/schema.js";
import { deflate } from "../../../src/node/codecs.js";
import { ConfigError, SchemaError } from "../../../src/util/errors.js";
import { Random } from "../../../src/util/random.js";
import { memorySink, memorySource } from "../memory.js";
import { readAll } from "./helpers.js";

async function write(chunks: readonly EventTable[], options?: CreateOptions): Promise<Uint8Array> {
  const sink = memorySink();
  const table = rootFormat.create!(sink, chunks[0].schema, options);
  for (const chunk of chunks) await table.write(chunk);
  await table.close();
  return sink.bytes();
}

const roundTrip = async (table: EventTable, options?: CreateOptions) =>
  readAll(memorySource(await write([table], options)));

/** Bytes at random, so that every pattern of bits comes by, NaNs of all kinds too. */
function column(field: Field, events: number, offsets?: Int32Array): Column {
  const entries = offsets === undefined ? events : offsets[events];
  const values = allocate(field.dtype, entries * (field.width ?? 1));
  const random = new Random(events, field.name.length);
  const bytes = new Uint8Array(values.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.at(i).integer(field.dtype === "bool" ? 2 : 256);
  return { field, values, ...(offsets !== undefined && { offsets }) };
}

function lengths(events: number, mean: number, seed = 1): Int32Array {
  const offsets = new Int32Array(events + 1);
  const random = new Random(seed);
  for (let i = 0; i < events; i++) offsets[i + 1] = offsets[i] + random.at(i).poisson(mean);
  return offsets;
}

/** Every type as one number an event, fixed array, list, and list of arrays. */
function everything(events: number, mean = 1.5): EventTable {
  const offsets = lengths(events, mean);
  return new EventTable(
    DTYPES.flatMap((dtype) => [
      column({ name: dtype, dtype, jagged: false }, events),
      column({ name: `${dtype}Array`, dtype, jagged: false, width: 3 }, events),
      column({ name: `list_${dtype}`, dtype, jagged: true }, events, offsets),
      column({ name: `lists_${dtype}`, dtype, jagged: true, width: 2 }, events, offsets),
    ]),
    events,
  );
}

const bitsOf = ({ values }: Column) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

function expectSame(back: EventTable, table: EventTable): void {
  expect(back.length).toBe(table.length);
  expect(back.schema.fields).toEqual(table.schema.fields);
  for (const want of table.columns) {
    const got = back.column(want.field.name);
    expect(Buffer.compare(bitsOf(got), bitsOf(want)), want.field.name).toBe(0);
    expect(got.offsets, want.field.name).toEqual(want.offsets);
  }
}

/** The same file for readers that do not know the note in it, so that its own counters show. */
function withoutNote(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const text = Buffer.from(bytes);
  copy[text.lastIndexOf("peregrine", text.lastIndexOf('{"version"'))] ^= 1;
  return copy;
}

async function branches(bytes: Uint8Array): Promise<readonly string[]> {
  return (await rootFormat.open(memorySource(withoutNote(bytes)))).schema.names;
}

describe("a table comes back bit for bit", () => {
  const events = { "one event": 1, "some events": 100, "several clusters": 70_000 };
  it.each(Object.entries(events))("of every type and shape: %s", async (_, n) => {
    const table = n > 10_000 ? everything(n, 0.2) : everything(n);
    expectSame(await roundTrip(table), table);
    if (n < 1000) expectSame(await roundTrip(table, { compression: "none" }), table);
  });

  it("with lists that are all empty, and with long ones", async () => {
    for (const mean of [0, 400]) {
      const table = everything(200, mean);
      expectSame(await roundTrip(table), table);
    }
  });

  it("with one event whose list fills several blocks of zlib", async () => {
    const n = (1 << 24) / 4 + 1000;
    const values = Float32Array.from({ length: n }, (_, i) => i % 1000);
    const table = new EventTable([jaggedColumn("x", Int32Array.of(0, 0, n, n), values)]);
    expectSame(await roundTrip(table, { deflate }), table);
  });

  it("with its units, roles, domains, periods and titles, whatever its columns are called", async () => {
    const fields: Partial<Field>[] = [
      { name: "pT of μ [1/3]", unit: "GeV", role: "reco", title: "transverse momentum", domain: [0, Infinity] },
      { name: "a/b.c:d", role: "truth", domain: [-Infinity, 3] },
      { name: "peregrine", unit: "rad", period: 2 * Math.PI },
      { name: `${"long".repeat(100)}`, role: "weight", title: "p_T/F" },
      { name: " ", title: "" },
      { name: "TTree" },
    ];
    const table = new EventTable(fields.map((field) => flatColumn(field.name!, Float32Array.of(1, 2), field)));
    expectSame(await roundTrip(table), table);
  });
});

describe("the bytes", () => {
  const table = everything(3000, 0.7);
  const cut = (size: number) =>
    Array.from({ length: Math.ceil(3000 / size) }, (_, i) => table.slice(i * size, Math.min(3000, (i + 1) * size)));

  it("are the same however the events are cut into chunks, and at any time", async () => {
    const whole = await write([table]);
    for (const size of [7, 1024, 2999]) expect(Buffer.compare(await write(cut(size)), whole)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(Buffer.compare(await write([table]), whole)).toBe(0);
  });

  it("tell files apart by an identifier that only the events change", async () => {
    const id = async (value: number) =>
      Buffer.from(await write([new EventTable([flatColumn("x", Float32Array.of(value))])], { compression: "none" }))
        .subarray(59, 75)
        .toString("hex");
    expect(await id(1)).toBe(await id(1));
    expect(await id(1)).not.toBe(await id(2));
  });

  it("shrink with zlib, and stay as they are where it gains nothing", async () => {
    const zeros = new EventTable([flatColumn("x", new Float64Array(20_000))]);
    expect((await write([zeros])).length).toBeLessThan((await write([zeros], { compression: "none" })).length / 5);
    const noise = new EventTable([column({ name: "noise", dtype: "uint8", jagged: false }, 100_000)]);
    const length = (await write([noise])).length;
    expect(length).toBeGreaterThan(100_000);
    expect(length).toBeLessThan(110_000);
  });

  it("stay below some 256 kB a basket, and end a cluster at 65,536 events or 32 MB", async () => {
    let largest = 0;
    const sizes: number[] = [];
    const spy: CreateOptions["deflate"] = (bytes) => {
      largest = Math.max(largest, bytes.length);
      sizes.push(bytes.length);
      return deflate(bytes);
    };
    const n = 66_000;
    await write([new EventTable([flatColumn("x", new Float64Array(n)), flatColumn("y", new Uint8Array(n))])], {
      deflate: spy,
    });
    expect(sizes.slice(0, 5)).toEqual([32_768 * 8, 32_768 * 8, 65_536, 464 * 8, 464]);
    const offsets = Int32Array.from({ length: 2049 }, (_, i) => i * 8192);
    await write([new EventTable([jaggedColumn("x", offsets, new Float32Array(2048 * 8192))])], { deflate: spy });
    expect(largest).toBeLessThan((1 << 18) + 4096);
  });
});

describe("counters of lists", () => {
  const n = 500;
  const a = lengths(n, 2);
  const b = lengths(n, 2, 5);
  const list = (name: string, offsets: Int32Array) => column({ name, dtype: "float32", jagged: true }, n, offsets);
  const counts = (offsets: Int32Array) => Int32Array.from({ length: n }, (_, i) => offsets[i + 1] - offsets[i]);

  it("are shared by lists of one prefix and equal lengths, and hidden from the table that comes back", async () => {
    const table = new EventTable([
      list("Jet_pt", a),
      list("Muon_pt", b),
      list("Jet_eta", a),
      list("Jet_sub", b),
      list("z", a),
    ]);
    const bytes = await write([table], { compression: "none" });
    expect(await branches(bytes)).toEqual([
      "nJet",
      "Jet_pt",
      "nMuon",
      "Muon_pt",
      "Jet_eta",
      "nJet_sub",
      "Jet_sub",
      "nz",
      "z",
    ]);
    expectSame(await readAll(memorySource(bytes)), table);
  });

  it("are the table's own columns where these count the lists", async () => {
    const table = new EventTable([
      list("Jet_pt", a),
      flatColumn("nJet", counts(a)),
      list("Tau.PT", b),
      flatColumn("Tau_size", new Uint32Array(counts(b))),
      list("Fat_pt", a),
      flatColumn("nFat", counts(b)),
    ]);
    const bytes = await write([table], { compression: "none" });
    expect(await branches(bytes)).toEqual(["nJet", "Jet_pt", "Tau_size", "Tau.PT", "nFat_pt", "Fat_pt", "nFat"]);
    expectSame(await readAll(memorySource(bytes)), table);
  });

  it("part where lists that began with equal lengths differ later", async () => {
    const events = 140_000;
    const first = lengths(events, 0.3);
    const second = Int32Array.from(first);
    second[events]++;
    const own = (offsets: Int32Array) => Int32Array.from({ length: events }, (_, i) => offsets[i + 1] - offsets[i]);
    const table = new EventTable([
      column({ name: "Jet_a", dtype: "int16", jagged: true }, events, first),
      column({ name: "Jet_b", dtype: "int16", jagged: true }, events, second),
      column({ name: "Mu_a", dtype: "int16", jagged: true }, events, first),
      flatColumn("nMu", own(second)),
    ]);
    const bytes = await write([table], { compression: "none" });
    expect(await branches(bytes)).toEqual(["nJet", "Jet_a", "nJet_b", "Jet_b", "nMu_a", "Mu_a", "nMu"]);
    expectSame(await readAll(memorySource(bytes)), table);
    const raw = await readAll(memorySource(withoutNote(bytes)));
    expect(raw.flat("nJet_b")).toEqual(own(second));
    expect(raw.flat("nMu_a")).toEqual(own(first));
  });
});

describe("trees and friends", () => {
  it("have the name asked for", async () => {
    const table = new EventTable([flatColumn("x", Float32Array.of(1))]);
    const source = await rootFormat.open(memorySource(await write([table], { tree: "hits" })));
    expect(source.tree).toBe("hits");
  });

  it("name their friend, and read as before", async () => {
    const table = everything(10);
    const friend = { tree: "folder/Events", file: "../truth.root", alias: "truth" };
    const bytes = await write([table], { friend, compression: "none" });
    expectSame(await readAll(memorySource(bytes)), table);
    const strings = ["truth", "../truth.root", "folder/Events"].map((text) => [text.length, ...Buffer.from(text)]);
    const at = Buffer.from(bytes).indexOf("TFriendElement\0");
    expect(Buffer.from(bytes).indexOf(Uint8Array.from([...strings.flat(), 1]))).toBeGreaterThan(at);
  });
});

describe("what cannot be written", () => {
  const x = new EventTable([flatColumn("x", Float32Array.of(1))]);
  it("is told in one line", () => {
    const named = (name: string) => new EventTable([flatColumn(name, Float32Array.of(1))]).schema;
    const create = (schema = x.schema, options?: CreateOptions) => rootFormat.create!(memorySink(), schema, options);
    expect(() => create(new EventTable([], 3).schema)).toThrow(SchemaError);
    expect(() => create(new EventTable([], 3).schema)).toThrow(/^root: no columns to write; expected at least one\.$/);
    expect(() => create(named(""))).toThrow(/a column has no name/);
    expect(() => create(named("x".repeat(20_000)))).toThrow(/name of column "x{20}\.\.\." is too long/);
    expect(() => create(x.schema, { tree: "a/b" })).toThrow(/tree; expected a name without "\/" and ";", got "a\/b"/);
    expect(() => rootFormat.create!({ write: async () => {} }, x.schema)).toThrow(ConfigError);
  });

  it("ends at the next chunk or at the end, once, where the disk is full", async () => {
    const full = { write: () => Promise.reject(new Error("full")), patch: async () => {} };
    const n = 200_000;
    const sink = rootFormat.create!(full, x.schema);
    const long = new EventTable([column({ name: "x", dtype: "float32", jagged: false }, n)]);
    await expect(
      (async () => {
        await sink.write(long);
        await sink.write(long);
        await sink.close();
      })(),
    ).rejects.toThrow("full");
  });
});

it("what a file takes in memory does not grow with its events", async () => {
  const chunk = everything(65_536, 0.1);
  const bytes = chunk.columns.reduce((sum, c) => sum + c.values.length * byteWidth(c.field.dtype), 0);
  let held = 0;
  let most = 0;
  const sink = rootFormat.create!({ write: async () => {}, patch: async () => {} }, chunk.schema, {
    deflate: async (raw) => {
      held += raw.length;
      most = Math.max(most, held);
      await new Promise((resolve) => setImmediate(resolve));
      held -= raw.length;
      return raw.subarray(0, 10);
    },
  });
  for (let i = 0; i < 12; i++) await sink.write(chunk);
  await sink.close();
  expect(most).toBeLessThan(2.2 * bytes);
});

it("checks its streamer infos against ROOT's own checksums", async () => {
  const { CLASSES, checksum } = await import("../../../src/data/formats/root/write/members.js");
  // As ROOT 6 wrote them into NanoAOD files; TFriendElement follows from the same rule.
  const known: Record<string, number> = {
    TTree: 0x7264e07f,
    TNamed: 0xdfb74a3c,
    TObject: 0x901bc02d,
    TAttLine: 0x94074549,
    TAttFill: 0xffd92a92,
    TAttMarker: 0x291d8bec,
    "ROOT::TIOFeatures": 0x1aa12f10,
    TBranch: 0x10978aac,
    TLeaf: 0x6d1e8152,
    TLeafO: 0x2ae48d3,
    TLeafB: 0xf1e4b5e,
    TLeafS: 0x150ceecf,
    TLeafI: 0x7e6aae19,
    TLeafL: 0xde320862,
    TLeafF: 0x3add9d72,
    TLeafD: 0x118e8776,
    TList: 0x69c5c3bb,
    TSeqCollection: 0xfc6c3bc6,
    TCollection: 0x57e3cb9c,
    TObjArray: 0xa99e6552,
  };
  const found = Object.fromEntries(CLASSES.map((info) => [info.name, checksum(info)]));
  expect(found).toEqual({ ...known, TFriendElement: found.TFriendElement });
});
