// Boosting, randomised trees and nearest neighbours against XGBoost, scikit-learn and SciPy on the same rows.
// Run: npm run build && node bench/trees.mjs [rows in millions of the boosting part, default 2]
// Peers: a python3 with numpy, scipy, scikit-learn and xgboost (Debian: apt install python3-sklearn python3-xgboost);
// PYTHON names another interpreter. A peer that is missing is left out with a line that says so.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { workerPool } from "../dist/node/worker-pool.js";
import { buildKdTree, fitBoosting, fitRandomTrees } from "../dist/trees/index.js";
import { Random } from "../dist/util/random.js";

const DEGREE = Math.PI / 180;
const rows = Math.round(1e6 * Number(process.argv[2] ?? 2));
const testRows = Math.round(rows / 5);
const donorRows = Math.round(0.485 * rows);
const threads = availableParallelism();
const table = [];

/** Flat gun over P, theta, phi; the accepted flag of the toy detector, and its true acceptance. */
function gun(n, seed) {
  const random = new Random(seed);
  const features = [0, 1, 2].map(() => new Float32Array(n));
  const truth = new Float32Array(n);
  const label = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const p = 10 * random.uniform();
    const theta = Math.acos(2 * random.uniform() - 1);
    const phi = Math.PI * (2 * random.uniform() - 1);
    const s = Math.abs(phi / DEGREE + (theta / DEGREE - 90) / 5);
    const dead = theta < 5 * DEGREE || theta > 175 * DEGREE || s < 10 || s > 170;
    truth[i] = dead ? 0 : 0.855 / (1 + Math.exp(-(p - 2) / 0.3));
    label[i] = random.uniform() < truth[i] ? 1 : 0;
    features[0][i] = p;
    features[1][i] = theta;
    features[2][i] = phi;
  }
  return { features, truth, label };
}

/** Residuals whose widths depend on momentum and polar angle, each of unit variance over all. */
function residuals([p, theta], seed) {
  const random = new Random(seed);
  const out = [0, 1, 2].map(() => new Float32Array(p.length));
  for (let i = 0; i < p.length; i++) {
    const u = random.normal();
    const tail = random.uniform() < 0.2 ? -random.exponential() : 0;
    out[0][i] = (random.normal() * 0.5 + tail) * (1 + p[i]) * 0.2;
    out[1][i] = u;
    out[2][i] = (-0.7 * u + 0.7 * random.normal()) / Math.sin(theta[i]) / 2;
  }
  return out;
}

function logLoss(margin, truth) {
  let sum = 0;
  for (let i = 0; i < margin.length; i++) {
    const m = margin[i];
    sum += truth[i] * Math.log1p(Math.exp(-m)) + (1 - truth[i]) * Math.log1p(Math.exp(m));
  }
  return sum / margin.length;
}

const seconds = (since) => (performance.now() - since) / 1000;
const speed = (n, s) => `${(n / s / 1e6).toFixed(2)} M/s`;
const add = (task, who, fit, predict, quality) => table.push({ task, who, fit, predict, quality });

const folder = mkdtempSync(join(tmpdir(), "peregrine-bench-"));
const save = (name, columns) =>
  writeFileSync(
    join(folder, name),
    Buffer.concat(columns.map((c) => Buffer.from(c.buffer, c.byteOffset, c.byteLength))),
  );
try {
  const pool = workerPool(threads);
  const train = gun(rows, 1);
  const test = gun(testRows, 2);
  save("train.bin", [...train.features, train.truth, train.label]);
  save("test.bin", [...test.features, test.truth, test.label]);

  const boosting = `boosting ${rows} x 3, 100 trees, depth 10, 256 bins`;
  let since = performance.now();
  const forest = await fitBoosting(
    { features: train.features, positive: train.label, negative: train.label.map((y) => 1 - y) },
    { trees: 100, maxDepth: 10, learningRate: 0.1, maxBins: 256 },
    { seed: 1, pool },
  );
  const fit = seconds(since);
  const margin = new Float32Array(testRows);
  forest.predict(test.features, margin);
  since = performance.now();
  forest.predict(test.features, margin);
  const once = speed(testRows, seconds(since));
  add(
    boosting,
    `Peregrine, ${threads} threads`,
    `${fit.toFixed(1)} s`,
    `${once} (1 thread)`,
    logLoss(margin, test.truth).toFixed(5),
  );

  const features = train.features.map((c) => c.subarray(0, donorRows));
  const targets = residuals(features, 3);
  save("donors.bin", [...features, ...targets]);
  const random = new Random(4);
  const words = new Uint32Array(2 * donorRows).map(() => random.uint32());
  const donors = new Uint32Array(donorRows);
  const spread = (values) => Math.sqrt(values.reduce((s, x) => s + x * x, 0) / values.length);
  for (const [name, options] of [
    ["fully grown, 5 random inputs", { trees: threads, honest: false, minLeaf: 1, randomInputs: 5 }],
    ["honest (default)", { trees: 8 }],
  ]) {
    since = performance.now();
    const sampler = await fitRandomTrees({ features, targets }, options, { seed: 5, pool });
    const grow = seconds(since) / options.trees;
    sampler.sample(features, words, donors, 0, 50_000);
    since = performance.now();
    sampler.sample(test.features, words, donors, 0, Math.min(testRows, donorRows));
    const drawn = speed(Math.min(testRows, donorRows), seconds(since));
    sampler.sample(features, words.slice().reverse(), donors);
    const ratio = spread(Float32Array.from(donors, (row) => targets[1][row])) / spread(targets[1]);
    add(
      `donors ${donorRows} x 3`,
      `Peregrine, ${name}, ${threads} threads`,
      `${grow.toFixed(1)} s a tree`,
      `${drawn} (1 thread)`,
      `width x ${ratio.toFixed(3)}`,
    );
  }

  since = performance.now();
  const tree = buildKdTree(features);
  const build = seconds(since);
  for (const k of [1, 8]) {
    const near = new Uint32Array(k * testRows);
    tree.nearest(test.features, k, near, 0, 10_000);
    since = performance.now();
    tree.nearest(test.features, k, near);
    add(
      `${k} nearest of ${donorRows}`,
      "Peregrine",
      `${build.toFixed(2)} s`,
      `${speed(testRows, seconds(since))} (1 thread)`,
      "exact",
    );
  }
  await pool.close();

  const python =
    process.env.PYTHON ??
    (spawnSync("/usr/bin/python3", ["-c", "import numpy"]).status === 0 ? "/usr/bin/python3" : "python3");
  const script = fileURLToPath(new URL("trees-peers.py", import.meta.url));
  const peers = spawnSync(python, [script, folder, String(threads)], { encoding: "utf8", maxBuffer: 1 << 26 });
  for (const line of (peers.stdout ?? "").split("\n").filter(Boolean)) {
    const row = JSON.parse(line);
    if ("skipped" in row) console.log(row.skipped);
    else add(row.task === "boosting" ? boosting : row.task, row.who, row.fit, row.predict, row.quality);
  }
  if (peers.status !== 0) console.log(`Peers skipped: ${peers.stderr ?? peers.error}`);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`Node ${process.version}, ${cpus()[0].model}, ${threads} threads`);
table.sort((a, b) => a.task.localeCompare(b.task));
console.table(table);
