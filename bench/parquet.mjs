// Parquet and CSV through the file edge: wide table both ways, a simulate-shaped stream, and memory over many events.
// Run `npm run build` first, then: node bench/parquet.mjs [millions of events in the long stream, default 20]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventTable, flatColumn } from "../dist/data/event-table.js";
import { createTable, openTable } from "../dist/node/files.js";

const folder = mkdtempSync(join(tmpdir(), "peregrine-bench-"));
const CHUNK = 65_536;

function columns(n, count, dtype = Float32Array) {
  return Array.from({ length: count }, (_, c) => {
    const values = new dtype(n);
    for (let i = 0; i < n; i++) values[i] = Math.random() * 100;
    return flatColumn(`c${c}`, values);
  });
}

async function write(path, table, repeats = 1) {
  const sink = await createTable(path, table.schema);
  for (let k = 0; k < repeats; k++) {
    for (let at = 0; at < table.length; at += CHUNK)
      await sink.write(table.slice(at, Math.min(table.length, at + CHUNK)));
  }
  await sink.close();
}

async function read(path, names) {
  const source = await openTable(path);
  let events = 0;
  for await (const chunk of source.read(names && { columns: names })) events += chunk.length;
  await source.close();
  return events;
}

async function best(words, unit, times, work) {
  let shortest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < times; k++) {
    const start = performance.now();
    await work();
    shortest = Math.min(shortest, performance.now() - start);
  }
  console.log(`${words}: ${unit(shortest)}`);
}

const seconds = (ms) => `${(ms / 1000).toFixed(3)} s`;
try {
  const wide = new EventTable(columns(1_000_000, 30));
  const path = join(folder, "wide.parquet");
  await best("parquet write 1M x 30 float32", seconds, 5, () => write(path, wide));
  await best("parquet read  1M x 30 float32", seconds, 5, () => read(path));

  const truth = new EventTable(columns(1_000_000, 7));
  const out = join(folder, "out.parquet");
  await best(
    "parquet read 3 columns + write 7 columns",
    (ms) => `${(ms / 1000).toFixed(3)} us an event`,
    5,
    async () => {
      await read(path, ["c0", "c7", "c29"]);
      await write(out, truth);
    },
  );

  const offsets = new Int32Array(500_001);
  for (let i = 0; i < 500_000; i++) offsets[i + 1] = offsets[i] + (i % 9);
  const jagged = ["pt", "eta", "phi", "mass"].map((name) => ({
    field: { name, dtype: "float32", jagged: true },
    offsets,
    values: new Float32Array(offsets[500_000]).fill(1.5),
  }));
  const lists = new EventTable(jagged);
  await best("parquet write 500k events x 4 lists of 0 to 8", seconds, 3, () => write(out, lists));
  await best("parquet read  500k events x 4 lists of 0 to 8", seconds, 3, () => read(out));

  const csv = join(folder, "x.csv");
  for (const [words, type] of [
    ["float32", Float32Array],
    ["float64", Float64Array],
  ]) {
    const table = new EventTable(columns(200_000, 30, type));
    await best(`csv write 200k x 30 ${words}`, seconds, 3, () => write(csv, table));
    await best(`csv read  200k x 30 ${words} (${(statSync(csv).size / 1e6).toFixed(0)} MB)`, seconds, 3, () =>
      read(csv),
    );
  }

  const millions = Number(process.argv[2] ?? 20);
  const block = new EventTable(columns(1_000_000, 7));
  const start = performance.now();
  await write(out, block, millions);
  const written = performance.now();
  const events = await read(out);
  const done = performance.now();
  console.log(
    `stream of ${events} events x 7 float32: write ${seconds(written - start)}, read ${seconds(done - written)}, ` +
      `peak memory of the whole process ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
