// A full comparison of two large samples through the command line, and single metrics beside SciPy.
//
//   npm run bench:metrics -- [--events 1000000] [--only compare,single] [--folder DIR]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Comparison, metrics, sampleOf } from "../dist/metrics/index.js";
import { createTable, EventTable, flatColumn, Random } from "../dist/node.js";
import { measured } from "./measured.mjs";

const { values: args } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    folder: { type: "string" },
    only: { type: "string", default: "compare,single" },
  },
});
const events = Number(args.events);
const only = new Set(args.only.split(","));
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const peers = fileURLToPath(new URL("metrics-peers.py", import.meta.url));
const folder = args.folder ?? mkdtempSync(join(tmpdir(), "peregrine-bench-"));
const path = (name) => join(folder, name);

/** Ten variables as analyses have them: momenta that fall off, angles, correlated masses; `moved` shifts a few a little. */
function columnsOf(seed, n, moved) {
  const random = new Random(seed);
  const columns = Array.from({ length: 10 }, () => new Float32Array(n));
  for (let i = 0; i < n; i++) {
    const common = random.normal();
    const values = [
      25 + 30 * random.exponential() * (1 + moved),
      20 + 20 * random.exponential(),
      2.5 * (2 * random.uniform() - 1),
      1.2 * random.normal(),
      Math.PI * (2 * random.uniform() - 1),
      91 + 2.5 * (0.6 * common + 0.8 * random.normal()) + 2.5 * moved,
      173 + 15 * (0.5 * common + 0.87 * random.normal()),
      Math.exp(3 + 0.5 * random.normal()),
      0.9 * common + 0.44 * random.normal() + moved,
      Math.floor(random.poisson(4)),
    ];
    for (const [k, x] of values.entries()) columns[k][i] = x;
  }
  return columns;
}

async function writeSample(name, seed, moved) {
  const names = ["pt1", "pt2", "eta1", "eta2", "dphi", "mass", "mtop", "met", "score", "jets"];
  const columns = columnsOf(seed, events, moved);
  const table = new EventTable(columns.map((values, k) => flatColumn(names[k], values)));
  const sink = await createTable(path(name), table.schema);
  await sink.write(table);
  await sink.close();
}

/** Shortest of several runs [s]. */
function shortest(work, runs = 5) {
  let best = Number.POSITIVE_INFINITY;
  for (let r = 0; r < runs; r++) {
    const start = performance.now();
    work();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

/** Numbers of the peers, or a word on how to get them. */
function peer(...files) {
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", [peers, ...files], { encoding: "utf8" });
  if (status === 0) return JSON.parse(stdout);
  console.log(`(no peer: ${stderr.trim().split("\n").at(-1)}; apt install python3-scipy)`);
  return {};
}

console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}`);
if (only.has("compare")) {
  await writeSample("reference.parquet", 1, 0);
  await writeSample("candidate.parquet", 2, 0.002);
  const { code, wall, peak } = await measured(
    main,
    "compare",
    path("reference.parquet"),
    path("candidate.parquet"),
    "-o",
    path("report"),
  );
  const size = statSync(path("report/report.html")).size / 1e6;
  console.log(
    `compare, ${events} against ${events} events, 10 variables: ${wall.toFixed(1)} s, ${peak.toFixed(0)} MB, report ${size.toFixed(2)} MB${code === 0 ? "" : `, exit code ${code}`}`,
  );
}
if (only.has("single")) {
  const [a, b] = [columnsOf(3, events, 0)[7], columnsOf(4, events, 0.01)[7]].map((c) => Float64Array.from(c));
  for (const [name, values] of [
    ["a", a],
    ["b", b],
  ])
    writeFileSync(path(`${name}.f64`), values);
  const metric = (name) => metrics.find((one) => one.name === name);
  const ours = {};
  for (const name of ["ks", "w1", "w2-squared", "chi2", "separation", "tails"]) {
    ours[name] = shortest(() => metric(name).compute(new Comparison(sampleOf(a), sampleOf(b))));
  }
  ours.all = shortest(() => {
    const comparison = new Comparison(sampleOf(a), sampleOf(b));
    for (const name of ["ks", "w1", "w2-squared", "chi2", "separation", "tails"]) metric(name).compute(comparison);
  });
  const theirs = peer(path("a.f64"), path("b.f64"));
  console.log(
    "\n| metric, from unsorted values | Peregrine, with error and null | SciPy, value alone |\n|---|---|---|",
  );
  for (const [name, seconds] of Object.entries(ours)) {
    console.log(
      `| ${name} | ${(1000 * seconds).toFixed(0)} ms | ${theirs[name] ? `${(1000 * theirs[name]).toFixed(0)} ms` : ""} |`,
    );
  }
}
if (args.folder === undefined) rmSync(folder, { recursive: true });
