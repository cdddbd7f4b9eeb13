// The classifiers of src/metrics/classifier on 250,000 events of each sample with ten features, against scikit-learn's
// histogram boosting on as many training rows.
// Run: npm run build && node bench/metrics-classifier.mjs [change of the correlations, default 0.05]
// Peer: a python3 with numpy and scikit-learn (Debian: apt install python3-sklearn); PYTHON names another interpreter.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { classifierTest } from "../dist/metrics/classifier/index.js";
import { pointsOf } from "../dist/metrics/points.js";
import { workerPool } from "../dist/node/worker-pool.js";
import { Random } from "../dist/util/random.js";

const change = Number(process.argv[2] ?? 0.05);
const n = 250_000;
const threads = availableParallelism();

/** Ten features; two correlations, a spread that depends on another feature, and a product go with rho. */
function draw(seed, rho) {
  const random = new Random(seed);
  const c = Array.from({ length: 10 }, () => Float64Array.from({ length: n }, () => random.normal()));
  for (let i = 0; i < n; i++) {
    c[1][i] = rho * c[0][i] + Math.sqrt(1 - rho * rho) * c[1][i];
    c[3][i] = Math.exp(c[3][i]) * (1 + rho * c[2][i] ** 2);
    c[5][i] += rho * c[4][i] * c[6][i];
    c[8][i] -= rho * c[9][i];
  }
  return c;
}

const [a, b] = [draw(1, 0.1), draw(2, 0.1 + change)];
const points = (columns) =>
  pointsOf(
    columns.map((_, k) => `x${k}`),
    columns,
  );
const pool = workerPool(threads);
for (const kind of ["trees", "network"]) {
  const start = performance.now();
  let fitted = start;
  const onProgress = () => {
    fitted = performance.now();
  };
  const { metrics } = await classifierTest(points(a), points(b), kind, { seed: 1, stream: 0, pool, onProgress });
  const [all, fit] = [performance.now() - start, fitted - start].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  const words = metrics.map(({ metric, value, error }) => `${metric} ${value.toFixed(5)} +- ${error.toFixed(5)}`);
  console.log(`${kind}: ${all} in all, fitted after ${fit}; ${words.join(", ")}`);
}
await pool.close();

const folder = mkdtempSync(join(tmpdir(), "peregrine-bench-"));
const save = (name, from, to) => {
  const rows = to - from;
  const out = new Float32Array(22 * rows);
  for (let k = 0; k < 10; k++) {
    out.set(a[k].subarray(from, to), 2 * rows * k);
    out.set(b[k].subarray(from, to), 2 * rows * k + rows);
  }
  out.fill(1, 20 * rows, 21 * rows);
  writeFileSync(join(folder, name), out);
};
save("train.bin", 0, 0.8 * n);
save("test.bin", 0.8 * n, n);
const script = fileURLToPath(new URL("metrics-classifier-peer.py", import.meta.url));
const peer = spawnSync(process.env.PYTHON ?? "python3", [script, folder, String(threads)], { encoding: "utf8" });
console.log(`scikit-learn: ${peer.stdout?.trim() || `skipped: ${peer.error?.message ?? peer.stderr}`}`);
rmSync(folder, { recursive: true });
