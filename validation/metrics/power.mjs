// What a comparison of 100,000 against 100,000 events of ten variables can see: a shift of 0.02 standard deviations in one
// variable, a change of 0.05 in one correlation, a lost tail of 0.5 %; and that it sees nothing in a fresh half.
//
//   npm run build && node validation/metrics/power.mjs [--events 100000] [--seeds 5] [--classifier]
import { parseArgs } from "node:util";
import { evaluate } from "../../dist/metrics/evaluate.js";
import { workerPool } from "../../dist/node/worker-pool.js";
import { EventTable, flatColumn, Random } from "../../dist/node.js";

const { values: args } = parseArgs({
  options: {
    events: { type: "string", default: "100000" },
    seeds: { type: "string", default: "5" },
    classifier: { type: "boolean", default: false },
  },
});
const NAMES = Array.from({ length: 10 }, (_, k) => `x${k}`);

/** Ten normal variables, the first two correlated by `rho`; x0 moved by `shift`; events beyond the `cut` of x3 left out. */
function sample(seed, n, { shift = 0, rho = 0.3, cut = Number.POSITIVE_INFINITY } = {}) {
  const random = new Random(seed);
  const columns = NAMES.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const x = NAMES.map(() => random.normal());
    while (x[3] > cut) x[3] = random.normal();
    columns[0][i] = x[0] + shift;
    columns[1][i] = rho * x[0] + Math.sqrt(1 - rho * rho) * x[1];
    for (let k = 2; k < 10; k++) columns[k][i] = x[k];
  }
  return new EventTable(columns.map((values, k) => flatColumn(NAMES[k], values)));
}

const candidates = {
  "fresh half": {},
  "shift of 0.02 σ in one variable": { shift: 0.02 },
  "correlation 0.35 for 0.30": { rho: 0.35 },
  // Beyond 2.5758 lie 0.5 % of a normal distribution.
  "tail of 0.5 % lost": { cut: 2.5758 },
};
const pool = workerPool();
const n = Number(args.events);
console.log(
  "| candidate | seed | above its own 99 % null | beyond noise, all looks counted | which, with times the noise and p-value |\n|---|---|---|---|---|",
);
for (const [name, change] of Object.entries(candidates)) {
  for (let seed = 1; seed <= Number(args.seeds); seed++) {
    const { headlines } = await evaluate(
      sample(100 + seed, n),
      sample(200 + seed, n, change),
      {
        variables: NAMES.map((column) => ({ name: column, column })),
        joints: [{ name: "events", columns: NAMES, classifier: args.classifier }],
      },
      { seed, pool },
    );
    const above = headlines.filter((line) => line.pValue < 0.01).sort((a, b) => a.pValue - b.pValue);
    const beyond = above.filter((line) => line.pValue < 0.01 / headlines.length);
    const words = above
      .slice(0, 4)
      .map((l) => `${l.subject} ${l.metric} (${l.score.toFixed(1)}, ${l.pValue.toExponential(0)})`)
      .join(", ");
    console.log(`| ${name} | ${seed} | ${above.length} of ${headlines.length} | ${beyond.length} | ${words} |`);
  }
}
await pool.close();
