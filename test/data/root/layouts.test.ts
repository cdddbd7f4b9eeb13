import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { trimmed } from "../../../src/data/event-table.js";
import { listTrees, rootFormat } from "../../../src/data/formats/root/index.js";
import { ConfigError, DataError, SchemaError } from "../../../src/util/errors.js";
import { memorySource, readAll } from "./helpers.js";
import { type BasketSpec, type BranchSpec, type TreeSpec, writeRootFile } from "./root-writer.mjs";

type Put =
  | "Int8"
  | "Uint8"
  | "Int16"
  | "Uint16"
  | "Int32"
  | "Uint32"
  | "BigInt64"
  | "BigUint64"
  | "Float32"
  | "Float64";

/** Big-endian bytes of numbers. */
function be(type: Put, values: readonly (number | bigint)[]): Uint8Array {
  const size = Number(/\d+/.exec(type)?.[0]) / 8;
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((v, i) => {
    if (type === "BigInt64" || type === "BigUint64") view[`set${type}`](i * size, BigInt(v));
    else view[`set${type}`](i * size, Number(v));
  });
  return new Uint8Array(view.buffer);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A basket of events of their own lengths. */
function listBasket(events: readonly Uint8Array[], more: Partial<BasketSpec> = {}): BasketSpec {
  const offsets: number[] = [];
  let at = 0;
  for (const event of events) {
    offsets.push(at);
    at += event.length;
  }
  return { events: events.length, data: joined(...events), offsets, ...more };
}

/** A vector<T> as ROOT streams it: byte count, version, number of items, items. */
function vector(type: Put, values: readonly number[]): Uint8Array {
  const items = be(type, values);
  return joined(be("Uint32", [0x40000000 | (items.length + 6)]), be("Int16", [9]), be("Int32", [values.length]), items);
}

function file(branches: readonly BranchSpec[], entries: number, more: Partial<TreeSpec> = {}): Uint8Array<ArrayBuffer> {
  return writeRootFile([{ tree: { name: "tree", entries, branches, ...more } }]);
}

function lists(table: Awaited<ReturnType<typeof readAll>>, name: string): (number | bigint)[][] {
  const { values, offsets } = trimmed(table.column(name));
  const width = table.column(name).field.width ?? 1;
  return Array.from({ length: table.length }, (_, i) =>
    Array.from(values.subarray(offsets[i] * width, offsets[i + 1] * width) as ArrayLike<number | bigint>),
  );
}

const n = { className: "TLeafI", name: "n" };
const counterBranch: BranchSpec = { name: "n", leaves: [n], baskets: [{ events: 3, data: be("Int32", [2, 0, 1]) }] };

describe("branches of plain leaves", () => {
  it.each([
    ["TLeafO", false, "bool", be("Uint8", [0, 1, 255]), [0, 1, 1]],
    ["TLeafB", false, "int8", be("Int8", [-128, 0, 127]), [-128, 0, 127]],
    ["TLeafB", true, "uint8", be("Uint8", [0, 128, 255]), [0, 128, 255]],
    ["TLeafS", false, "int16", be("Int16", [-32768, 1, 258]), [-32768, 1, 258]],
    ["TLeafS", true, "uint16", be("Uint16", [65535, 1, 258]), [65535, 1, 258]],
    ["TLeafI", false, "int32", be("Int32", [-(2 ** 31), 1, 0x01020304]), [-(2 ** 31), 1, 0x01020304]],
    ["TLeafI", true, "uint32", be("Uint32", [2 ** 32 - 1, 1, 2]), [2 ** 32 - 1, 1, 2]],
    ["TLeafL", false, "int64", be("BigInt64", [-(2n ** 63n), 1n, 2n ** 53n + 1n]), [-(2n ** 63n), 1n, 2n ** 53n + 1n]],
    ["TLeafG", true, "uint64", be("BigUint64", [2n ** 64n - 1n, 1n, 258n]), [2n ** 64n - 1n, 1n, 258n]],
    ["TLeafF", false, "float32", be("Float32", [1.5, -0, Number.NaN]), [1.5, -0, Number.NaN]],
    [
      "TLeafD",
      false,
      "float64",
      be("Float64", [Math.PI, Number.NEGATIVE_INFINITY, 5e-324]),
      [Math.PI, -Infinity, 5e-324],
    ],
  ] as const)("%s (unsigned: %s) is %s", async (className, unsigned, dtype, data, expected) => {
    const bytes = file(
      [{ name: "x", leaves: [{ className, name: "x", unsigned }], baskets: [{ events: 3, data }] }],
      3,
    );
    const { field, values } = (await readAll(memorySource(bytes))).column("x");
    expect(field).toEqual({ name: "x", dtype, jagged: false });
    expect(Array.from(values as ArrayLike<number | bigint>)).toEqual(expected);
  });

  it("reads fixed arrays, counted arrays of pairs, and leaf lists", async () => {
    const bytes = file(
      [
        counterBranch,
        {
          name: "fixed",
          title: "three directions of the beam",
          leaves: [{ className: "TLeafS", name: "fixed", title: "fixed[3]", length: 3 }],
          baskets: [{ events: 3, data: be("Int16", [1, 2, 3, 4, 5, 6, 7, 8, 9]) }],
        },
        {
          name: "pairs",
          leaves: [{ className: "TLeafD", name: "pairs", title: "pairs[n][2]", length: 2, counter: n }],
          baskets: [listBasket([be("Float64", [1, 2, 3, 4]), be("Float64", []), be("Float64", [5, 6])])],
        },
        {
          name: "point",
          leaves: [
            { className: "TLeafF", name: "x" },
            { className: "TLeafB", name: "id", length: 2 },
            { className: "TLeafD", name: "y" },
          ],
          baskets: [
            {
              events: 3,
              data: joined(
                ...[1, 2, 3].flatMap((i) => [be("Float32", [i]), be("Int8", [i, -i]), be("Float64", [i / 4])]),
              ),
            },
          ],
        },
      ],
      3,
    );
    const table = await readAll(memorySource(bytes), { chunkSize: 2 });
    expect(table.column("fixed").field).toEqual({
      name: "fixed",
      dtype: "int16",
      jagged: false,
      width: 3,
      title: "three directions of the beam",
    });
    expect([...(table.column("fixed").values as Int16Array)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(table.column("pairs").field).toEqual({ name: "pairs", dtype: "float64", jagged: true, width: 2 });
    expect(lists(table, "pairs")).toEqual([[1, 2, 3, 4], [], [5, 6]]);
    expect([...(table.column("point.x").values as Float32Array)]).toEqual([1, 2, 3]);
    expect([...(table.column("point.id").values as Int8Array)]).toEqual([1, -1, 2, -2, 3, -3]);
    expect([...(table.column("point.y").values as Float64Array)]).toEqual([0.25, 0.5, 0.75]);
  });

  it("takes the places of lists from the counter, or from their lengths, where a basket does not store them", async () => {
    const leaf = { className: "TLeafF", name: "x", title: "x[n]", counter: n };
    const data = be("Float32", [1, 2, 3]);
    const bytes = file(
      [
        counterBranch,
        { name: "left out", leaves: [leaf], ioBits: 1, baskets: [{ events: 3, data, flag: 80 }] },
        { name: "sizes", leaves: [leaf], ioBits: 1, baskets: [{ events: 3, data, offsets: [0, 8, 0] }] },
      ],
      3,
    );
    for (const chunkSize of [1, 2, 3]) {
      const table = await readAll(memorySource(bytes), { chunkSize, columns: ["sizes", "left out"] });
      expect(lists(table, "left out")).toEqual([[1, 2], [], [3]]);
      expect(lists(table, "sizes")).toEqual([[1, 2], [], [3]]);
    }
  });
});

describe("baskets", () => {
  const leaf = { className: "TLeafI", name: "x" };
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const basket = (from: number, to: number) => ({ events: to - from, data: be("Int32", numbers(from, to)) });

  it("reads any range in chunks of any size, over borders of baskets, the last of them inside the tree", async () => {
    const branches = [
      { name: "x", leaves: [leaf], baskets: [basket(0, 5), basket(5, 6), basket(6, 20)], embedded: [basket(20, 23)] },
      { name: "y", leaves: [leaf], embedded: [basket(0, 23)] },
      {
        name: "l",
        leaves: [{ ...leaf, title: "l[x]", counter: leaf }],
        baskets: [listBasket(numbers(0, 9).map((i) => be("Int32", numbers(0, i))))],
        embedded: [listBasket(numbers(9, 23).map((i) => be("Int32", numbers(0, i))))],
      },
    ];
    const source = memorySource(file(branches, 23));
    const rows = numbers(0, 23).map((i) => numbers(0, i));
    for (const [start, stop] of [
      [0, 23],
      [4, 7],
      [6, 6],
      [19, 40],
    ]) {
      for (const chunkSize of [1, 4, 100]) {
        const table = await readAll(source, { start, stop, chunkSize });
        const expected = numbers(0, 23).slice(start, stop);
        expect(table.length).toBe(expected.length);
        if (table.length === 0) continue;
        expect([...(table.column("x").values as Int32Array)]).toEqual(expected);
        expect([...(table.column("y").values as Int32Array)]).toEqual(expected);
        expect(lists(table, "l")).toEqual(rows.slice(start, stop));
      }
    }
  });

  it("reads only the baskets that a request needs, near ones in one read", async () => {
    const branches = ["a", "b", "c"].map((name) => ({
      name,
      leaves: [leaf],
      baskets: numbers(0, 10).map((k) => basket(k * 100, k * 100 + 100)),
    }));
    const source = memorySource(file(branches, 1000));
    const table = await rootFormat.open(source);
    const reads: [number, number][] = [];
    const slice = source.slice;
    source.slice = (start, stop = 0) => {
      reads.push([start, stop - start]);
      return slice(start, stop);
    };
    for await (const _ of table.read({ columns: ["b"], start: 250, stop: 420, chunkSize: 1000 })) {
      expect(reads.length).toBe(1);
      // Three of thirty baskets, each of 400 bytes and a key.
      expect(reads[0][1]).toBeGreaterThan(1200);
      expect(reads[0][1]).toBeLessThan(1600);
    }
  });

  it("reads compressed records of several blocks", async () => {
    const compress = (raw: Uint8Array) => {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < raw.length; at += 1000) {
        const part = raw.subarray(at, at + 1000);
        const stored = deflateSync(part);
        const size = (n: number) => [n & 255, (n >> 8) & 255, n >> 16];
        parts.push(new Uint8Array([90, 76, 8, ...size(stored.length), ...size(part.length), ...stored]));
      }
      const all = joined(...parts);
      return all.length < raw.length ? all : undefined;
    };
    const tree = { name: "tree", entries: 3000, branches: [{ name: "x", leaves: [leaf], baskets: [basket(0, 3000)] }] };
    const table = await readAll(memorySource(writeRootFile([{ tree }], { compress })));
    expect([...(table.column("x").values as Int32Array)]).toEqual(numbers(0, 3000));
  });

  it("makes chunks smaller where the table is wide, and refuses ranges that are none", async () => {
    const wide = memorySource(
      file(
        [
          {
            name: "x",
            leaves: [{ ...leaf, length: 4000 }],
            baskets: [{ events: 1500, data: new Uint8Array(1500 * 16000) }],
          },
        ],
        1500,
      ),
    );
    const sizes: number[] = [];
    for await (const chunk of (await rootFormat.open(wide)).read()) sizes.push(chunk.length);
    expect(sizes).toEqual([1048, 452]);
    for (const bad of [{ start: 1.5 }, { start: -1 }, { stop: Number.NaN }, { chunkSize: 0 }]) {
      await expect(readAll(wide, bad)).rejects.toThrow(ConfigError);
    }
  });

  it("refuses columns that do not cover the tree", async () => {
    const source = memorySource(file([{ name: "x", leaves: [leaf], baskets: [basket(0, 5)] }], 6));
    await expect(readAll(source)).rejects.toThrow(
      'test.root: branch "x" does not cover the tree; expected baskets for 6 events in order, got 5.',
    );
    await expect(readAll(source)).rejects.toThrow(DataError);
  });
});

describe("branches of objects and collections", () => {
  const element = (className: string, type: number, streamerType: number, id = 0) => ({
    className,
    type,
    streamerType,
    id,
  });
  const items = { className: "TLeafElement", name: "items_" };

  it("reads vectors, RVecs, members of split collections, and counted pointers", async () => {
    const top = (name: string, typeName: string, baskets: BasketSpec[]): BranchSpec => ({
      name,
      leaves: [{ className: "TLeafElement", name }],
      element: { className: typeName, id: -1, type: 0, streamerType: -1 },
      baskets,
    });
    const bytes = file(
      [
        top("v", "vector<float>", [
          listBasket([vector("Float32", [1, 2]), vector("Float32", [])]),
          listBasket([vector("Float32", [3])]),
        ]),
        top("r", "ROOT::VecOps::RVec<unsigned short>", [
          listBasket([[1], [65535, 2], []].map((x) => vector("Uint16", x))),
        ]),
        top("b", "vector<bool>", [listBasket([[1, 0], [], [1]].map((x) => vector("Uint8", x)))]),
        top("w", "vector<long>", [
          {
            events: 3,
            data: joined(
              ...[0, 1, 2].map((k) =>
                joined(
                  be("Uint32", [0x40000000 | (8 * k + 6)]),
                  be("Int16", [9]),
                  be("Int32", [k]),
                  be("BigInt64", [7, 8].slice(0, k)),
                ),
              ),
            ),
          },
        ]),
        {
          name: "items",
          leaves: [items],
          element: element("Item", 4, -1),
          baskets: [{ events: 3, data: be("Int32", [2, 0, 1]) }],
          branches: [
            {
              name: "items.p[3]",
              leaves: [
                { className: "TLeafElement", name: "items.p", title: "p[3][items_]", length: 3, counter: items },
              ],
              element: element("Item", 41, 23),
              baskets: [listBasket([be("Int32", [1, 2, 3, 4, 5, 6]), be("Int32", []), be("Int32", [7, 8, 9])])],
            },
            {
              name: "items.fBits",
              leaves: [items],
              element: element("Item", 41, 15),
              baskets: [listBasket([[], [], []].map((x) => be("Int32", x)))],
            },
          ],
        },
        {
          name: "pointer",
          leaves: [{ className: "TLeafElement", name: "pointer", counter: n }],
          element: element("Event", 0, 45),
          baskets: [
            listBasket([
              joined(new Uint8Array([1]), be("Float32", [0.5, 1])),
              new Uint8Array([0]),
              joined(new Uint8Array([1]), be("Float32", [2])),
            ]),
          ],
        },
      ],
      3,
    );
    const table = await readAll(memorySource(bytes), { chunkSize: 2 });
    expect(table.schema.fields.map(({ name, dtype, width }) => [name, dtype, width])).toEqual([
      ["v", "float32", undefined],
      ["r", "uint16", undefined],
      ["b", "bool", undefined],
      ["w", "int64", undefined],
      ["items.p[3]", "int32", 3],
      ["pointer", "float32", undefined],
    ]);
    expect(lists(table, "v")).toEqual([[1, 2], [], [3]]);
    expect(lists(table, "r")).toEqual([[1], [65535, 2], []]);
    expect(lists(table, "b")).toEqual([[1, 0], [], [1]]);
    expect(lists(table, "w")).toEqual([[], [7n], [7n, 8n]]);
    expect(lists(table, "items.p[3]")).toEqual([[1, 2, 3, 4, 5, 6], [], [7, 8, 9]]);
    expect(lists(table, "pointer")).toEqual([[0.5, 1], [], [2]]);
  });

  it("leaves out what is not numbers, each with a reason, and makes doubled names distinct", async () => {
    const x: BranchSpec = {
      name: "x",
      leaves: [{ className: "TLeafF", name: "x" }],
      baskets: [{ events: 1, data: be("Float32", [1]) }],
    };
    const object = (name: string, className: string): BranchSpec => ({
      name,
      leaves: [{ className: "TLeafElement", name }],
      element: { className, id: -1, type: 0, streamerType: -1 },
      entries: 1,
    });
    const bytes = file(
      [
        x,
        { name: "a", branches: [x, x] },
        { name: "text", leaves: [{ className: "TLeafC", name: "text" }], entries: 1 },
        object("deep", "vector<vector<float> >"),
        object("strings", "vector<string>"),
        { name: "elsewhere", leaves: [{ className: "TLeafF", name: "x" }], fileName: "other.root", entries: 1 },
        { name: "empty", leaves: [{ className: "TLeafF", name: "x" }], entries: 0 },
        { name: "", unknownClass: "TBranchOfTomorrow" },
      ],
      1,
    );
    const source = await rootFormat.open(memorySource(bytes));
    expect(source.schema.names).toEqual(["x", "a/x", "a/x#2"]);
    expect(source.skipped).toEqual([
      { name: "text", reason: "string" },
      { name: "deep", reason: "object that is not split (vector<vector<float> >)" },
      { name: "strings", reason: "object that is not split (vector<string>)" },
      { name: "elsewhere", reason: "stands in another file, other.root" },
      { name: "empty", reason: "was never filled" },
      { name: "(unnamed)", reason: "1 branches of a class or version that is not known" },
    ]);
    await expect(readAll(memorySource(bytes), { columns: ["deep"] })).rejects.toThrow(
      'test.root: tree ("deep" is there but not readable: object that is not split (vector<vector<float> >)): no column "deep"',
    );
    await expect(readAll(memorySource(bytes), { columns: ["a/y"] })).rejects.toThrow('Did you mean "a/x"?');
  });

  it("refuses vectors whose length and byte count disagree", async () => {
    const bad = vector("Float32", [1, 2]);
    bad[9] = 3;
    const bytes = file(
      [
        {
          name: "v",
          leaves: [{ className: "TLeafElement", name: "v" }],
          element: { className: "vector<float>", id: -1, type: 0, streamerType: -1 },
          baskets: [listBasket([bad])],
        },
      ],
      1,
    );
    await expect(readAll(memorySource(bytes))).rejects.toThrow(
      'branch "v": damaged; expected a vector of 2 items, got 3.',
    );
  });
});

describe("trees of a file", () => {
  const tree = (name: string, entries: number, more: Partial<TreeSpec> = {}): TreeSpec => ({
    name,
    entries,
    branches: [
      {
        name: "x",
        leaves: [{ className: "TLeafI", name: "x" }],
        baskets: [{ events: entries, data: new Uint8Array(entries * 4) }],
      },
    ],
    ...more,
  });
  const bytes = writeRootFile([
    { tree: tree("small", 2) },
    { tree: tree("twice", 3), cycle: 1 },
    { tree: tree("twice", 4), cycle: 2 },
    { tree: tree("big", 9, { className: "TNtuple", title: "all of it" }), path: "folder/big" },
    { tree: tree("old", 5, { geant4: true }) },
  ]);
  const open = async (wanted?: string) => (await rootFormat.open(memorySource(bytes), { tree: wanted })).length;

  it("lists the newest cycle of each, in directories too", async () => {
    expect(await listTrees(memorySource(bytes))).toEqual([
      { name: "small", title: "", entries: 2 },
      { name: "twice", title: "", entries: 4 },
      { name: "old", title: "", entries: 5 },
      { name: "folder/big", title: "all of it", entries: 9 },
    ]);
  });

  it("opens the tree that is named, or the one with most entries", async () => {
    expect(await open()).toBe(9);
    expect(await open("twice")).toBe(4);
    expect(await open("twice;1")).toBe(3);
    expect(await open("folder/big")).toBe(9);
    expect(await open("old")).toBe(5);
    expect((await readAll(memorySource(bytes), {}, { tree: "old" })).length).toBe(5);
  });

  it("names what is there where the tree is not", async () => {
    await expect(open("smal")).rejects.toThrow(SchemaError);
    await expect(open("smal")).rejects.toThrow(
      'test.root: no tree "smal"; expected one of its trees, got "small", "twice", "old", "folder/big". Did you mean "small"?',
    );
    await expect(rootFormat.open(memorySource(writeRootFile([])))).rejects.toThrow(
      "no TTree; expected a TTree, got an empty file",
    );
    await expect(rootFormat.open(memorySource(new TextEncoder().encode("PAR1....")))).rejects.toThrow(
      'test.root: not a ROOT file; expected the first bytes "root", got "PAR1".',
    );
    await expect(rootFormat.open(memorySource(bytes.subarray(0, 1000)))).rejects.toThrow(
      `test.root: truncated; expected ${bytes.length} bytes, got 1000. Copy the whole file.`,
    );
  });
});
