// Whole events on the toy detector with pairs: what objects by themselves get wrong, and what the correction, the triggers,
// the identification and the values without a truth make of it. Prints the tables of validation/README.md.
//
//   npm run build && node validation/factorised/correlations.mjs [--training 120000] [--events 40000] [--seeds 1,2,3]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compare, fit, generate, parseRunSpec, simulate, workerPool } from "peregrine-sim";
import { parse } from "yaml";
import { collect, sourceOf } from "../tables.mjs";

const { values: args } = parseArgs({
  options: {
    training: { type: "string", default: "120000" },
    events: { type: "string", default: "40000" },
    seeds: { type: "string", default: "1,2,3" },
  },
});
const training = Number(args.training);
const events = Number(args.events);
const pool = workerPool();
const say = (text) => process.stderr.write(`${text}\n`);

const text = readFileSync(new URL("../../examples/correlations.yaml", import.meta.url), "utf8");
const half = training / 2;
const plainSpec = parse(text);
plainSpec.data.stop = half;
const { events: section } = structuredClone(plainSpec);
delete plainSpec.events;
const wholeSpec = structuredClone({ ...plainSpec, events: { ...section, start: half, stop: training } });

async function judge(reference, candidate, spec, seed) {
  const found = await compare(sourceOf(reference), sourceOf(candidate), {
    seed,
    pool,
    spec,
    skip: ["together", "classifier"],
  });
  const metric = (list, name) => list.find((m) => m.metric === name);
  const rows = new Map();
  for (const v of found.variables) rows.set(`χ²/ndf ${v.title}`, metric(v.metrics, "chi2").value.toFixed(2));
  for (const c of found.categories) {
    rows.set(`χ²/ndf ${c.title}`, metric(c.metrics, "categories").value.toFixed(2));
    rows.set(`largest difference ${c.title}`, metric(c.metrics, "category-shift").value.toFixed(4));
  }
  for (const a of found.acceptances) {
    const ratio = metric(a.metrics, "efficiency");
    rows.set(`${a.title}: ratio`, `${ratio.value.toFixed(4)} ± ${ratio.error.toFixed(4)}`);
    const worst = Math.max(...a.curves.map((curve) => metric(curve.metrics, "efficiency-profile").value));
    if (a.name.startsWith("trigger")) rows.set(`${a.title}: largest profile`, worst.toFixed(3));
  }
  for (const y of found.yields) {
    const ratio = metric(y.metrics, "yield");
    rows.set(`yield of ${y.title}: ratio`, `${ratio.value.toFixed(4)} ± ${ratio.error.toFixed(4)}`);
  }
  const clear = found.headlines.filter((line) => line.pValue < 0.01 / found.headlines.length).length;
  rows.set("comparisons beyond noise", `${clear} of ${found.headlines.length}`);
  return rows;
}

const clock = () => performance.now() / 1000;
const columns = [];
for (const seed of args.seeds.split(",").map(Number)) {
  const make = (n, from, detectorSeed) =>
    collect(
      generate({ process: "photoproduction", events: n, seed: from, detector: "clas-toy-pairs", detectorSeed }, pool),
    );
  const whole = await make(training, 100 * seed, 100 * seed + 1);
  const reference = await make(events, 100 * seed + 2, 100 * seed + 3);
  const second = await make(events, 100 * seed + 2, 100 * seed + 4);
  const truth = reference.select(reference.schema.names.filter((name) => name.startsWith("truth_")));
  const spec = parseRunSpec(wholeSpec, "example");
  let start = clock();
  const around = { pool, seed, onWarning: (message) => say(`warning: ${message}`) };
  const bundle = await fit(spec, { events: [sourceOf(whole)] }, around);
  say(`seed ${seed}: fitted in ${(clock() - start).toFixed(1)} s`);
  const { correlations, triggers } = bundle.manifest.summary.events;
  const plainBundle = {
    manifest: { ...bundle.manifest, spec: parseRunSpec(plainSpec, "example") },
    parts: new Map([...bundle.parts].filter(([name]) => !name.startsWith("events."))),
  };
  start = clock();
  const plain = await collect(simulate(plainBundle, sourceOf(truth), { seed: 7 }, pool));
  const plainSeconds = clock() - start;
  start = clock();
  const corrected = await collect(simulate(bundle, sourceOf(truth), { seed: 7 }, pool));
  const correctedSeconds = clock() - start;
  const auc = ({ value, error }) => `${value.toFixed(4)} ± ${error.toFixed(4)}`;
  console.log(
    `seed ${seed}: AUC before ${auc(correlations.auc.before)}, after ${auc(correlations.auc.after)} (${correlations.classifiers.length} rounds); ratios up to ${correlations.ratio.largest.toFixed(2)}, cut at ${correlations.ratio.cap.toFixed(2)} (loses ${(100 * correlations.ratio.clipped).toFixed(2)} %), effective share ${correlations.ratio.effectiveShare.toFixed(3)}; ${correlations.attempts.mean.toFixed(2)} draws an event, ${correlations.attempts.exhausted} exhausted; simulated at ${(events / plainSeconds).toFixed(0)} events/s plain, ${(events / correctedSeconds).toFixed(0)} corrected`,
  );
  for (const [column, t] of Object.entries(triggers)) {
    console.log(
      `seed ${seed}: ${column}: rate ${t.rate.toFixed(4)}, learned ${t.learnedRate.toFixed(4)}, AUC ${t.auc.value.toFixed(4)}`,
    );
  }
  columns.push({
    toy: await judge(reference, second, spec, seed),
    plain: await judge(reference, plain, parseRunSpec(plainSpec, "example"), seed),
    corrected: await judge(reference, corrected, spec, seed),
  });
}
await pool.close();

console.log(
  `\n| quantity, seeds ${args.seeds.replaceAll(",", " / ")} | second toy pass | plain | corrected |\n|---|---|---|---|`,
);
for (const name of columns[0].toy.keys()) {
  const cell = (which) => columns.map((column) => column[which].get(name) ?? "–").join(" / ");
  console.log(`| ${name} | ${cell("toy")} | ${cell("plain")} | ${cell("corrected")} |`);
}
