import { crc32, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { trimmed } from "../../../src/data/event-table.js";
import { listTrees, rootFormat } from "../../../src/data/formats/root/index.js";
import type { TypedArray } from "../../../src/data/schema.js";
import { dataFolder, needsData, readAll, realFile, validationData } from "./helpers.js";

/** dtype, width, number of values, CRC-32 of the values and of the list lengths, sum, minimum, maximum. */
type Row = [string, number, number, number, number | null, number | null, number | null, number | null];

interface Oracle {
  trees: Record<string, { entries: number; columns: Record<string, Row> }>;
}

const oracle = validationData("root-columns.json") as Oracle;
const inflate = (bytes: Uint8Array, rawLength: number) => inflateSync(bytes, { maxOutputLength: rawLength });

/** What the files hold beyond numbers and lists of them. */
const SKIPPED: Record<string, Record<string, number>> = {
  "delphes-10-events.root:Delphes": {
    "TObject bits, some of which carry a process id": 9,
    "object that is not split": 31,
  },
  "fcc-winter2023-edm4hep.root:events": {
    "object that is not split (string)": 3,
    "object that is not split (vector<string>)": 1,
    "list of vector<int>": 1,
    "list of vector<float>": 1,
  },
};

function crc(values: TypedArray): number {
  return crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

describe.skipIf(dataFolder === undefined)(`columns of real files against uproot${needsData}`, () => {
  it.each(Object.keys(oracle.trees))("%s", async (name) => {
    const [file, tree] = name.split(":");
    const { entries, columns } = oracle.trees[name];
    const source = await rootFormat.open(realFile(file), { tree });
    expect(source.length).toBe(entries);
    // The chunk size divides neither the baskets nor the number of events, so lists go over its borders.
    const table = await readAll(realFile(file), { chunkSize: 97 }, { tree, inflate });
    expect(table.length).toBe(entries);
    const wrong: string[] = [];
    for (const [column, [dtype, width, count, valueSum, lengthSum, sum, min, max]] of Object.entries(columns)) {
      if (!table.has(column)) {
        wrong.push(`${column} is missing`);
        continue;
      }
      const got = table.column(column);
      const { values, offsets } = got.offsets === undefined ? { values: got.values, offsets: undefined } : trimmed(got);
      const lengths = offsets && Int32Array.from({ length: entries }, (_, i) => offsets[i + 1] - offsets[i]);
      const same =
        values.length === count &&
        (count === 0 || (got.field.dtype === dtype && (got.field.width ?? 1) === width)) &&
        crc(values) === valueSum &&
        (lengths === undefined ? lengthSum === null : crc(lengths) === lengthSum);
      if (!same) wrong.push(`${column} differs`);
      const finite = Array.from(values as ArrayLike<number | bigint>, Number).filter((x) => !Number.isNaN(x));
      if (sum !== null && min !== null && max !== null) {
        const scale = finite.reduce((s, x) => s + Math.abs(x), 1e-30);
        const total = finite.reduce((s, x) => s + x, 0);
        const [low, high] = finite.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
        const near = (a: number, b: number, size: number) => Math.abs(a - b) <= 1e-8 * size;
        if (!near(total, sum, scale) || !near(low, min, Math.abs(min)) || !near(high, max, Math.abs(max))) {
          wrong.push(`${column} sums to ${total}, not ${sum}`);
        }
      }
    }
    expect(wrong).toEqual([]);

    const reasons: Record<string, number> = {};
    for (const { reason } of source.skipped) reasons[reason] = (reasons[reason] ?? 0) + 1;
    expect(reasons).toEqual(SKIPPED[name] ?? {});
  });

  it("agrees over zlib, lzma, zstd and lz4, with and without a native inflate", async () => {
    const tables = await Promise.all(
      ["zlib", "lzma", "zstd", "lz4"].map((codec) => readAll(realFile(`hzz-${codec}.root`), { chunkSize: 1000 })),
    );
    tables.push(await readAll(realFile("hzz-zlib.root"), {}, { inflate }));
    const [first, ...rest] = tables.map((t) =>
      t.columns.map(({ field, values, offsets }) => [field, crc(values), offsets && crc(offsets)]),
    );
    expect(first.length).toBe(51);
    for (const other of rest) expect(other).toEqual(first);
  });

  it("finds jets and muons of a simulated ttbar sample where an independent reader found them", async () => {
    const table = await readAll(realFile("cms-nanoaod-v5-ttbar.root"), {
      columns: ["Jet_pt", "Jet_genJetIdx", "GenJet_pt", "Muon_pt", "Muon_genPartIdx", "GenPart_pt"],
    });
    const ratios = (reco: string, link: string, gen: string, threshold: number) => {
      const found: number[] = [];
      const [r, l, g] = [reco, link, gen].map((name) => {
        const { values, offsets } = table.column(name);
        return { values: values as Float32Array, offsets: offsets as Int32Array };
      });
      for (let event = 0; event < table.length; event++) {
        for (let i = r.offsets[event]; i < r.offsets[event + 1]; i++) {
          const at = g.offsets[event] + l.values[i];
          if (l.values[i] < 0 || at >= g.offsets[event + 1]) continue;
          if (g.values[at] > threshold) found.push(r.values[i] / g.values[at]);
        }
      }
      return found.sort((a, b) => a - b);
    };
    const quantile = (sorted: number[], p: number) => sorted[Math.round(p * (sorted.length - 1))];
    const jets = ratios("Jet_pt", "Jet_genJetIdx", "GenJet_pt", 30);
    expect(jets.length).toBe(4833);
    expect([0.16, 0.5, 0.84].map((p) => quantile(jets, p).toFixed(3))).toEqual(["0.869", "1.016", "1.158"]);
    const muons = ratios("Muon_pt", "Muon_genPartIdx", "GenPart_pt", 0);
    expect(muons.length).toBe(578);
    expect([0.16, 0.5, 0.84].map((p) => quantile(muons, p).toFixed(3))).toEqual(["0.987", "1.001", "1.014"]);
  });

  it("lists trees, prefers Events, and says what an RNTuple is", async () => {
    const trees = await listTrees(realFile("cms-nanoaod-dy.root"));
    expect(trees.map(({ name, entries }) => [name, entries])).toEqual([
      ["Events", 40],
      ["Runs", 1],
    ]);
    expect((await rootFormat.open(realFile("cms-nanoaod-dy.root"))).length).toBe(40);
    await expect(rootFormat.open(realFile("cms-nanoaod-dy-rntuple.root"))).rejects.toThrow(
      'cms-nanoaod-dy-rntuple.root: RNTuple "Events" is not yet readable; expected a TTree, got an RNTuple.',
    );
  });
});
