// Real events, five-fold: each fifth of 1000 CMS NanoAOD events is simulated by a model that learned from the other four,
// with every kind of reconstruction, and all together are compared with the full simulation. Prints a table of
// validation/README.md.
//
//   npm run build && node validation/cms/five-fold.mjs [--data ../shared/data] [--seed 1] [--kinds trees,neighbours,quantiles,flow,gan]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, concatTables, fit, openTable, parseRunSpec, simulate, workerPool } from "peregrine-sim";
import { parse } from "yaml";
import { sourceOf } from "../tables.mjs";

const { values: args } = parseArgs({
  options: {
    data: { type: "string", default: process.env.PEREGRINE_DATA ?? "../shared/data" },
    seed: { type: "string", default: "1" },
    kinds: { type: "string", default: "trees,neighbours,quantiles,flow,gan" },
  },
});
const seed = Number(args.seed);
const FOLDS = 5;
const pool = workerPool();
const full = await openTable(join(args.data, "cms-nanoaod-v5-ttbar.root"));
const fold = full.length / FOLDS;
const input = parse(readFileSync(new URL("../../examples/cms-nanoaod.yaml", import.meta.url), "utf8"));

/** The file without the events [from, to). */
const without = (from, to) => ({
  ...full,
  name: full.name,
  schema: full.schema,
  skipped: [],
  length: full.length - (to - from),
  async *read(options = {}) {
    const { start: _, stop: __, ...rest } = options;
    if (from > 0) yield* full.read({ ...rest, start: 0, stop: from });
    if (to < full.length) yield* full.read({ ...rest, start: to, stop: full.length });
  },
});

const shown = (m, digits = 3) => `${m.value.toFixed(digits)} ± ${m.error.toFixed(digits)}`;
console.log(
  "| reconstruction | beyond noise | AUC, jets and muons together | jet acceptance, fast − full | jet pt response: median, width off by | muon pt response: median, width off by | seconds |",
);
console.log("|---|---|---|---|---|---|---|");
for (const kind of args.kinds.split(",")) {
  const start = performance.now();
  const { stop: _, ...data } = input.data;
  const spec = parseRunSpec({ ...input, data, options: { reconstruction: { kind } } }, "spec");
  const chunks = [];
  for (let k = 0; k < FOLDS; k++) {
    const [from, to] = [k * fold, (k + 1) * fold];
    const bundle = await fit(spec, { events: [without(from, to)] }, { pool, seed: seed + k });
    for await (const chunk of simulate(bundle, full, { seed: seed + k, start: from, stop: to }, pool))
      chunks.push(chunk);
  }
  const seconds = (performance.now() - start) / 1000;
  const fast = { ...sourceOf(concatTables(chunks)), name: "fast" };
  const found = await compare(full, fast, { seed, spec, pool });
  const clear = found.headlines.filter((h) => h.pValue !== undefined && h.pValue < 0.05 / found.headlines.length);
  const auc = found.headlines.find((h) => h.metric === "auc-trees");
  const jets = found.acceptances.find((a) => a.title.includes("jet"));
  const error = ({ low, high }) => (high - low) / 2;
  const difference = {
    value: jets.candidate.value - jets.reference.value,
    error: Math.hypot(error(jets.candidate), error(jets.reference)),
  };
  const response = (name) => {
    const { metrics } = found.responses.find((r) => r.name === name);
    return ["median", "width"].map((m) => shown(metrics.find((x) => x.metric === m))).join(", ");
  };
  console.log(
    `| ${kind} | ${clear.length} of ${found.headlines.length} | ${auc ? shown(auc) : "–"} | ${shown(difference)} | ${response("jet pt response")} | ${response("muon pt response")} | ${seconds.toFixed(0)} |`,
  );
  for (const line of clear) {
    console.error(
      `  ${kind}: ${line.group} ${line.title}: ${line.metric} ${line.value.toFixed(2)}, p ${line.pValue.toExponential(1)}`,
    );
  }
}
await full.close();
await pool.close();
