/**
 * Writes ROOT files of every kind, and what stands in them, for read-uproot.py and read-jsroot.mjs.
 *
 *   npm run build && node validation/root/write-check.mjs FOLDER [--events 10000000] [--huge]
 *
 * For each column FOLDER/expected.json holds the number of values, the CRC-32 of the little-endian values, of the same as
 * doubles (for readers without 64-bit integers; these to 24 bits, negative ones as -1), and of the int32 list lengths. `--huge` adds an uncompressed file of 4.4 GB.
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crc32 } from "node:zlib";
import { allocate, DTYPES } from "../../dist/data/schema.js";
import { createTable, EventTable, flatColumn, jaggedColumn, Random } from "../../dist/node.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: "string", default: "10000000" }, huge: { type: "boolean", default: false } },
});
const folder = positionals[0];
if (folder === undefined) throw new Error("usage: node validation/root/write-check.mjs FOLDER [--events N] [--huge]");
mkdirSync(folder, { recursive: true });

const CHUNK = 65_536;

const bytes = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Follows a column through the chunks. */
class Tally {
  constructor({ dtype, jagged, width = 1 }) {
    Object.assign(this, { dtype, jagged, width, values: 0, crc: 0, crcDouble: 0, crcLengths: 0 });
  }
  add({ values, offsets }, events) {
    const width = this.width;
    const [from, to] = offsets ? [offsets[0] * width, offsets[events] * width] : [0, values.length];
    const part = values.subarray(from, to);
    this.values += part.length;
    this.crc = crc32(bytes(part), this.crc);
    // Readers need not keep the bits of a NaN.
    const double = this.dtype.endsWith("int64")
      ? (v) => Math.max(-1, Math.fround(Number(v)))
      : (v) => (Number.isNaN(v) ? 12345 : v);
    this.crcDouble = crc32(bytes(Float64Array.from(part, double)), this.crcDouble);
    if (!offsets) return;
    const lengths = Int32Array.from({ length: events }, (_, i) => offsets[i + 1] - offsets[i]);
    this.crcLengths = crc32(bytes(lengths), this.crcLengths);
  }
}

const expected = {};

/** Writes chunks to a file and notes what stands in it. */
async function write(name, chunks, create = {}) {
  const path = join(folder, name);
  let sink;
  let tallies;
  let events = 0;
  const start = performance.now();
  let spent = 0;
  for (const chunk of chunks) {
    const before = performance.now();
    sink ??= await createTable(path, chunk.schema, create);
    await sink.write(chunk);
    spent += performance.now() - before;
    tallies ??= chunk.schema.fields.map((field) => [field.name, new Tally(field)]);
    for (const [column, tally] of tallies) tally.add(chunk.column(column), chunk.length);
    events += chunk.length;
  }
  const before = performance.now();
  await sink.close();
  spent += performance.now() - before;
  expected[name] = { tree: create.tree ?? "Events", events, columns: Object.fromEntries(tallies) };
  const values = tallies.reduce((n, [, tally]) => n + tally.values, 0);
  console.log(
    `${name}: ${events} events, ${tallies.length} columns, ${values} values, ${statSync(path).size} bytes, ` +
      `${(spent / 1000).toFixed(1)} s of ${((performance.now() - start) / 1000).toFixed(1)} s writing`,
  );
}

function lengths(events, mean, seed) {
  const offsets = new Int32Array(events + 1);
  const random = new Random(seed);
  for (let i = 0; i < events; i++) offsets[i + 1] = offsets[i] + random.at(i).poisson(mean);
  return offsets;
}

/** Every bit pattern may come by, save in booleans. */
function noise(dtype, n, seed) {
  const values = allocate(dtype, n);
  const random = new Random(seed);
  const raw = bytes(values);
  for (let i = 0; i < raw.length; i++) raw[i] = random.at(i).integer(dtype === "bool" ? 2 : 256);
  return values;
}

function everything(events, mean, dtypes = DTYPES) {
  const offsets = lengths(events, mean, 4);
  const columns = dtypes.flatMap((dtype, k) => [
    { field: { name: dtype, dtype, jagged: false, unit: "GeV" }, values: noise(dtype, events, 10 * k) },
    { field: { name: `${dtype}Array`, dtype, jagged: false, width: 3 }, values: noise(dtype, 3 * events, 10 * k + 1) },
    {
      field: { name: `list_${dtype}`, dtype, jagged: true },
      offsets,
      values: noise(dtype, offsets[events], 10 * k + 2),
    },
    {
      field: { name: `wide_${dtype}`, dtype, jagged: true, width: 2, title: "pairs of numbers" },
      offsets,
      values: noise(dtype, 2 * offsets[events], 10 * k + 3),
    },
  ]);
  return new EventTable(columns, events);
}

/** Lists whose common counter holds for two clusters only, and a user's counter that fails in the third. */
function parting() {
  const events = 140_000;
  const first = lengths(events, 0.7, 8);
  const second = Int32Array.from(first);
  second[events] += 3;
  const list = (name, offsets) => jaggedColumn(name, offsets, noise("int16", offsets[events], 9));
  const counts = Int32Array.from({ length: events }, (_, i) => second[i + 1] - second[i]);
  return new EventTable([list("Jet_a", first), list("Jet_b", second), list("Mu_a", first), flatColumn("nMu", counts)]);
}

function* big(total) {
  for (let first = 0; first < total; first += CHUNK) {
    const n = Math.min(CHUNK, total - first);
    const random = new Random(77);
    const offsets = new Int32Array(n + 1);
    const x = new Float32Array(n);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      random.at(first + i);
      offsets[i + 1] = offsets[i] + random.integer(4);
      x[i] = random.uniform();
      y[i] = (first + i) / 3;
    }
    const pt = Float32Array.from({ length: offsets[n] }, (_, i) => (first + i) % 997);
    yield new EventTable([
      flatColumn("x", x),
      flatColumn("y", y),
      flatColumn(
        "event",
        BigInt64Array.from({ length: n }, (_, i) => BigInt(first + i)),
      ),
      jaggedColumn("Jet_pt", offsets, pt, { unit: "GeV" }),
    ]);
  }
}

function* huge(events, columns) {
  for (let first = 0; first < events; first += CHUNK) {
    const n = Math.min(CHUNK, events - first);
    const values = (c) => Float64Array.from({ length: n }, (_, i) => first + i + c / 64);
    yield new EventTable(Array.from({ length: columns }, (_, c) => flatColumn(`c${c}`, values(c))));
  }
}

const table = everything(5000, 1.7);
await write("everything.root", [table]);
await write("everything-plain.root", [table], { compression: "none" });
await write("long-lists.root", [everything(64, 3000, ["uint8", "int32", "float32", "float64"])]);
await write("empty-lists.root", [everything(100, 0)]);
await write("one.root", [table.slice(17, 18)]);
await write("none.root", [table.slice(0, 0)]);
await write("parting.root", [parting()]);
const names = ["μ_pT", "a.b", "a:b", "x y", "long".repeat(80), "TTree", "1", "$#"];
await write("names.root", [new EventTable(names.map((name, i) => flatColumn(name, Float32Array.of(i, -i))))], {
  tree: "my tree",
});
await write("friend.root", [new EventTable([flatColumn("x", Int16Array.of(1, 2, 3))])], {
  tree: "hits",
  friend: { tree: "folder/hits", file: "truth.root", alias: "truth" },
});
await write("many.root", big(Number(options.events)));
if (options.huge) await write("huge.root", huge(10_000_000, 55), { compression: "none" });
writeFileSync(join(folder, "expected.json"), JSON.stringify(expected, null, 1));
