// Every kind of reconstruction on the published toy (arXiv 2207.11254): trained on flat single particles, then held
// against the toy itself by boosted trees that know the truth as well as the response. Prints a table of validation/README.md.
//
//   npm run build && node validation/factorised/kinds.mjs [--training 1600000] [--test 400000] [--seed 1] [--kinds trees,neighbours,quantiles,flow,gan]
import { parseArgs } from "node:util";
import { concatTables, fit, generate, parseRunSpec, simulate, workerPool } from "peregrine-sim";
import { classifierTest } from "../../dist/metrics/classifier/index.js";
import { pointsOf } from "../../dist/metrics/points.js";
import { collect, sourceOf } from "../tables.mjs";

const { values: args } = parseArgs({
  options: {
    training: { type: "string", default: "1600000" },
    test: { type: "string", default: "400000" },
    seed: { type: "string", default: "1" },
    kinds: { type: "string", default: "trees,neighbours,quantiles,flow,gan" },
  },
});
const seed = Number(args.seed);
const pool = workerPool();
const clock = () => performance.now() / 1000;
const VARIABLES = ["p", "theta", "phi"];

const toy = (events, number) =>
  generate({ process: "gun", events, detector: "clas-toy", seed: 1000 * seed + number }, pool);
const training = await collect(toy(Number(args.training), 0));
const [reference, other] = [await collect(toy(Number(args.test), 1)), await collect(toy(Number(args.test), 2))];
const flags = other.flat("accepted_particle");

/** Truth and response of accepted particles, as the classifier sees them. */
function points(table, accepted) {
  const rows = [...accepted.keys()].filter((i) => accepted[i]);
  const truth = VARIABLES.map((v) => table.numbers(`truth_particle_${v}`));
  const reco = VARIABLES.map((v) => table.numbers(`reco_particle_${v}`));
  const take = (f) => Float64Array.from(rows, f);
  const wrap = (x) => x - 2 * Math.PI * Math.round(x / (2 * Math.PI));
  return pointsOf(
    [...VARIABLES, "dp", "dtheta", "dphi"],
    [
      ...truth.map((values) => take((i) => values[i])),
      take((i) => (reco[0][i] - truth[0][i]) / (1 + truth[0][i])),
      take((i) => reco[1][i] - truth[1][i]),
      take((i) => wrap(reco[2][i] - truth[2][i]) * Math.sin(truth[1][i])),
    ],
  );
}

const spec = (reconstruction, acceptance = {}) =>
  parseRunSpec(
    {
      name: "toy",
      data: { files: ["memory"], objects: [{ name: "particle", variables: VARIABLES }] },
      options: { reconstruction, acceptance },
    },
    "toy",
  );
const auc = async (candidate) => {
  const { metrics } = await classifierTest(points(reference, reference.flat("accepted_particle")), candidate, "trees", {
    seed,
    stream: 0,
    pool,
  });
  const { value, error } = metrics.find((m) => m.metric.startsWith("auc"));
  return `${value.toFixed(4)} ± ${error.toFixed(4)}`;
};

console.log("| reconstruction | training | size | particles/s | AUC against the toy |\n|---|---|---|---|---|");
console.log(`| the toy itself | | | | ${await auc(points(other, flags))} |`);
let acceptance;
for (const kind of args.kinds.split(",")) {
  const start = clock();
  let began;
  const onProgress = ({ stage }) => {
    if (!stage.includes("acceptance") && !stage.includes("reading")) began ??= clock();
  };
  const few = acceptance === undefined ? {} : { trees: 1 };
  const bundle = await fit(spec({ kind }, few), { events: [sourceOf(training)] }, { pool, seed, onProgress });
  const seconds = clock() - (began ?? start);
  acceptance ??= bundle.parts.get("particle.acceptance");
  const parts = new Map(bundle.parts).set("particle.acceptance", acceptance);
  const model = { ...bundle, parts };
  const everywhere = await collect(simulate(model, sourceOf(other), { seed: seed + 7, acceptance: "weight" }, pool));
  const found = await auc(points(everywhere, flags));
  const more = sourceOf(concatTables([other, reference, other, reference]));
  const simulating = clock();
  for await (const _ of simulate(model, more, { seed }, pool));
  const rate = more.length / (clock() - simulating);
  const size = bundle.parts.get("particle.reconstruction").byteLength;
  console.log(
    `| ${kind} | ${seconds.toFixed(0)} s | ${(size / 1e6).toFixed(1)} MB | ${(rate / 1e6).toFixed(2)} M | ${found} |`,
  );
}
await pool.close();
