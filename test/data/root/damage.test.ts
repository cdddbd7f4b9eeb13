import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { EventTable, flatColumn, jaggedColumn } from "../../../src/data/event-table.js";
import { rootFormat } from "../../../src/data/formats/root/index.js";
import { PeregrineError } from "../../../src/util/errors.js";
import { Random } from "../../../src/util/random.js";
import { memorySink } from "../memory.js";
import { dataFolder, memorySource, needsData, readAll, realFile } from "./helpers.js";
import { type BranchSpec, writeRootFile } from "./root-writer.mjs";

/** Reads every column on its own, so that damage to one does not hide what damage to another does. */
async function readColumns(bytes: Uint8Array): Promise<EventTable[]> {
  const source = memorySource(bytes);
  const { schema } = await rootFormat.open(source);
  const tables: EventTable[] = [];
  for (const name of schema.names) {
    try {
      tables.push(await readAll(source, { columns: [name], chunkSize: 1000 }));
    } catch (error) {
      if (!(error instanceof PeregrineError)) throw error;
      expect(error.message).not.toContain("\n");
      expect(error.message).toContain("test.root");
    }
  }
  return tables;
}

/** Returns the tables that can be read, or undefined where the file cannot be opened; fails on any but our own errors. */
async function outcome(bytes: Uint8Array, what: string): Promise<EventTable[] | undefined> {
  try {
    return await readColumns(bytes);
  } catch (error) {
    if (error instanceof PeregrineError) return undefined;
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

function damage(bytes: Uint8Array, random: Random, flips: number): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i < flips; i++) copy[random.integer(copy.length)] ^= 1 << random.integer(8);
  return copy;
}

const n = { className: "TLeafI", name: "n" };
const lengths = Array.from({ length: 60 }, (_, i) => i % 4);

function plain(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((v, i) => {
    view.setInt32(i * 4, v);
  });
  return new Uint8Array(view.buffer);
}

function offsetsOf(sizes: readonly number[]): number[] {
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return at - size;
  });
}

const vectors = lengths.map((k) => {
  const bytes = Buffer.alloc(10 + 2 * k, 7);
  bytes.writeUInt32BE(0x40000000 | (2 * k + 6));
  bytes.writeUInt32BE(k, 6);
  return bytes;
});
const branches: BranchSpec[] = [
  { name: "n", leaves: [n], baskets: [{ events: 60, data: plain(lengths) }] },
  {
    name: "list",
    leaves: [{ className: "TLeafF", name: "list", title: "list[n]", counter: n }],
    baskets: [
      {
        events: 60,
        data: plain(lengths.flatMap((k) => new Array(k).fill(k))),
        offsets: offsetsOf(lengths.map((k) => 4 * k)),
      },
    ],
  },
  {
    name: "vector",
    leaves: [{ className: "TLeafElement", name: "vector" }],
    element: { className: "vector<short>", id: -1, type: 0, streamerType: -1 },
    embedded: [{ events: 60, data: Buffer.concat(vectors), offsets: offsetsOf(vectors.map((v) => v.length)) }],
  },
];
const tree = { name: "tree", entries: 60, branches };

function zlibBlocks(raw: Uint8Array): Uint8Array | undefined {
  const stored = deflateSync(raw);
  if (stored.length + 9 >= raw.length) return undefined;
  const size = (k: number) => [k & 255, (k >> 8) & 255, k >> 16];
  return new Uint8Array([90, 76, 8, ...size(stored.length), ...size(raw.length), ...stored]);
}

describe("damaged files end in one line of our own, or in data", () => {
  it.each([
    ["raw", undefined, 2500],
    ["compressed", zlibBlocks, 500],
  ])("%s, with flipped bits and cut short", async (_, compress, rounds) => {
    const bytes = writeRootFile([{ tree }], { compress });
    expect((await outcome(bytes, "whole"))?.length).toBe(3);
    const random = new Random(3);
    for (let round = 0; round < rounds; round++) {
      await outcome(damage(bytes, random, 1 + (round % 12)), `round ${round}`);
    }
    for (let stop = 0; stop < bytes.length; stop += 7) {
      expect(await outcome(bytes.subarray(0, stop), `cut at ${stop}`)).toBeUndefined();
    }
  });

  it("files of our own, and what stands behind their branches", async () => {
    const sink = memorySink();
    const offsets = Int32Array.of(0, 2, 2, 3);
    const table = new EventTable([
      flatColumn("x", Float32Array.of(1, 2, 3), { unit: "GeV", domain: [0, Infinity] }),
      jaggedColumn("Jet_pt", offsets, Float32Array.of(4, 5, 6)),
    ]);
    const friend = { tree: "Events", file: "truth.root", alias: "truth" };
    const writer = rootFormat.create!(sink, table.schema, { compression: "none", friend });
    await writer.write(table);
    await writer.close();
    const bytes = sink.bytes();
    const [begin, end] = ["TFriendElement", "StreamerInfo"].map((word) => Buffer.from(bytes).indexOf(word));
    const random = new Random(7);
    for (let round = 0; round < 2000; round++) {
      const copy = bytes.slice();
      for (let i = 0; i <= round % 5; i++)
        copy[begin - 60 + random.integer(end - begin + 60)] ^= 1 << random.integer(8);
      await outcome(round % 2 === 0 ? copy : damage(bytes, random, 1 + (round % 12)), `round ${round}`);
    }
    for (let stop = 0; stop < bytes.length; stop += 7) {
      expect(await outcome(bytes.subarray(0, stop), `cut at ${stop}`)).toBeUndefined();
    }
  });

  it.skipIf(dataFolder === undefined)(`real files${needsData}`, async () => {
    const random = new Random(5);
    for (const name of ["hzz-zlib", "hzz-lz4", "hzz-lzma", "hzz-zstd", "fcc-rvec-ntuple"]) {
      const source = realFile(`${name}.root`);
      const bytes = new Uint8Array(await source.slice(0));
      for (let round = 0; round < 12; round++)
        await outcome(damage(bytes, random, 1 + 16 * round), `${name} round ${round}`);
      for (let cut = 1; cut < 10; cut++) {
        const stop = Math.floor((bytes.length * cut) / 10);
        expect(await outcome(bytes.subarray(0, stop), `${name} cut at ${stop}`)).toBeUndefined();
      }
    }
  });
});
