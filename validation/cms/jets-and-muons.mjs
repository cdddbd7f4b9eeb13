// Real events: learn CMS jets and muons from 700 events of one NanoAOD file, simulate the other 300, and compare response
// and acceptance with the full simulation of those 300. Prints the tables of validation/README.md.
//
//   npm run build && node validation/cms/jets-and-muons.mjs [--data ../shared/data] [--seed 1]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, fit, openTable, parseRunSpec, simulate, workerPool } from "peregrine-sim";
import { parse } from "yaml";
import { collect, sourceOf } from "../tables.mjs";

const { values: args } = parseArgs({
  options: {
    data: { type: "string", default: process.env.PEREGRINE_DATA ?? "../shared/data" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(args.seed);
const file = join(args.data, "cms-nanoaod-v5-ttbar.root");
const spec = parseRunSpec(
  parse(readFileSync(new URL("../../examples/cms-nanoaod.yaml", import.meta.url), "utf8")),
  "spec",
);
const pool = workerPool();
const full = await openTable(file);
const bundle = await fit(spec, { events: [full] }, { pool, seed, onWarning: (text) => console.error(text) });
const simulated = await collect(simulate(bundle, full, { seed, start: 700 }, pool));
const fast = { ...sourceOf(simulated), name: "fast" };
const found = await compare(full, fast, { seed, spec, start: 700, pool });
await full.close();
await pool.close();

const show = (points, k) =>
  points.values[k] === null ? "–" : `${points.values[k].toFixed(3)} ± ${points.errors[k].toFixed(3)}`;
console.log(
  "| | generator pt [GeV] | median, full | median, fast | half of 16-84 %, full | half of 16-84 %, fast | pulls |\n|---|---|---|---|---|---|---|",
);
for (const name of ["jet pt response", "muon pt response"]) {
  const { edges, median, width } = found.responses.find((r) => r.name === name).profile;
  for (let k = 0; k + 1 < edges.length; k++) {
    const pulls = [median, width].map((p) => p.pulls[k]?.toFixed(1) ?? "–").join(", ");
    console.log(
      `| ${name} | ${edges[k].toFixed(0)}–${edges[k + 1].toFixed(0)} | ${show(median.reference, k)} | ${show(median.candidate, k)} | ${show(width.reference, k)} | ${show(width.candidate, k)} | ${pulls} |`,
    );
  }
}
for (const { title, reference, candidate } of found.acceptances) {
  const interval = ({ value, low, high }) => `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  console.log(`acceptance of ${title}: full ${interval(reference)}, fast ${interval(candidate)}`);
}
const clear = found.headlines.filter(
  (line) => line.pValue !== undefined && line.pValue < 0.05 / found.headlines.length,
);
console.log(
  `${clear.length} of ${found.headlines.length} comparisons beyond noise (p below 0.05 / ${found.headlines.length})`,
);
for (const line of clear)
  console.log(
    `  ${line.group} ${line.title}${line.against ? ` against ${line.against}` : ""}: ${line.metric} ${line.value.toFixed(2)}, p ${line.pValue.toExponential(1)}`,
  );
