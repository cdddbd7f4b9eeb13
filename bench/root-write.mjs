// Writing ROOT files: ours and uproot, the same numbers, the same machine, one after the other.
//   npm run build && node bench/root-write.mjs [events, default 1000000]
// Peer: a python3 with numpy and uproot; PYTHON names another interpreter. Lists are left out of the peer's table, since
// uproot needs awkward for them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EventTable, flatColumn, jaggedColumn } from "../dist/data/event-table.js";
import { createTable, openTable } from "../dist/node/files.js";
import { Random } from "../dist/util/random.js";

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const COLUMNS = 30;
const CHUNK = 65_536;
const REPEATS = 3;

/** Half the columns with full mantissas, half rounded to 12 bits as CMS does, so that zlib has something to do. */
function flat(random) {
  return Array.from({ length: COLUMNS }, (_, c) => {
    const values = new Float32Array(EVENTS);
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < EVENTS; i++) {
      values[i] = 20 + 30 * random.normal();
      if (c % 2 === 1) bits[i] &= 0xfffff800;
    }
    return flatColumn(`x${c}`, values);
  });
}

function lists(random) {
  const events = Math.round(EVENTS / 2);
  const offsets = new Int32Array(events + 1);
  for (let i = 0; i < events; i++) offsets[i + 1] = offsets[i] + random.integer(9);
  return ["pt", "eta", "phi", "mass"].map((name) => {
    const values = Float32Array.from({ length: offsets[events] }, () => random.normal());
    return jaggedColumn(`Jet_${name}`, offsets, values);
  });
}

async function write(path, table, compression) {
  const sink = await createTable(path, table.schema, { compression });
  for (let at = 0; at < table.length; at += CHUNK) {
    await sink.write(table.slice(at, Math.min(table.length, at + CHUNK)));
  }
  await sink.close();
}

/** Sum of a column as the file gives it back, so that no writer is faster by writing something else. */
async function sumOf(path, column) {
  const source = await openTable(path);
  let sum = 0;
  for await (const chunk of source.read({ columns: [column] })) {
    for (const v of chunk.column(column).values) sum += v;
  }
  await source.close();
  return sum;
}

const rate = (megabytes, seconds, path) =>
  `${(megabytes / seconds).toFixed(0).padStart(5)} MB/s, ${seconds.toFixed(2)} s, file of ${(statSync(path).size / 1e6).toFixed(0)} MB`;

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0].model}; best of ${REPEATS}`);
const folder = mkdtempSync(join(tmpdir(), "peregrine-bench-"));
try {
  const random = new Random(1);
  const python =
    process.env.PYTHON ??
    (spawnSync("/usr/bin/python3", ["-c", "import numpy"]).status === 0 ? "/usr/bin/python3" : "python3");
  const script = fileURLToPath(new URL("root-write-peer.py", import.meta.url));
  for (const [words, columns, raw] of [
    ["flat", flat(random), "numbers.raw"],
    ["lists", lists(random), undefined],
  ]) {
    const table = new EventTable(columns);
    const megabytes = columns.reduce((n, { values }) => n + values.byteLength, 0) / 1e6;
    console.log(`${table.length} events x ${columns.length} float32 (${words}), ${megabytes.toFixed(0)} MB`);
    if (raw !== undefined)
      writeFileSync(join(folder, raw), Buffer.concat(columns.map((c) => Buffer.from(c.values.buffer))));
    for (const compression of ["none", "zlib"]) {
      const path = join(folder, "ours.root");
      let best = Number.POSITIVE_INFINITY;
      for (let k = 0; k < REPEATS; k++) {
        const start = performance.now();
        await write(path, table, compression);
        best = Math.min(best, (performance.now() - start) / 1000);
      }
      const label = compression === "none" ? "uncompressed" : "zlib level 1";
      console.log(`  Peregrine, ${label}: ${rate(megabytes, best, path)}`);
      if (raw === undefined) continue;
      const theirs = join(folder, "uproot.root");
      const args = [script, join(folder, raw), `${COLUMNS}`, theirs, compression, `${CHUNK}`, `${REPEATS}`];
      const peer = spawnSync(python, args, { encoding: "utf8" });
      if (peer.status !== 0) {
        console.log(`  uproot is left out: ${peer.stderr.trim().split("\n").pop()} (pip install uproot)`);
        continue;
      }
      const { version, seconds } = JSON.parse(peer.stdout);
      if ((await sumOf(path, "x7")) !== (await sumOf(theirs, "x7"))) throw new Error("the two files disagree");
      console.log(`  uproot ${version}, ${label}: ${rate(megabytes, seconds, theirs)}`);
    }
  }
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`peak memory of the whole process, tables included: ${peak.toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
