// The factorised method's own toy at its published size (arXiv 2207.11254): 1.6M flat single particles to learn from,
// 1M reaction events to replay, the toy detector itself as judge. Prints the tables of validation/README.md.
//
//   npm run build && node validation/factorised/toy.mjs [--training 1600000] [--events 1000000] [--seed 1] [--kind trees|neighbours|flow|gan|quantiles] [--acceptance trees|network|auto] [--ratio]
import { parseArgs } from "node:util";
import {
  clasAcceptance,
  EventTable,
  evaluate,
  findProcess,
  fit,
  flatColumn,
  generate,
  parseRunSpec,
  Random,
  simulate,
  workerPool,
} from "peregrine-sim";
import { collect, sourceOf } from "../tables.mjs";

const { values: args } = parseArgs({
  options: {
    training: { type: "string", default: "1600000" },
    events: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    kind: { type: "string", default: "trees" },
    acceptance: { type: "string", default: "trees" },
    ratio: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  },
});
const seed = Number(args.seed);
const OBJECTS = ["pip", "pim", "p"];
const pool = workerPool();
const say = (text) => args.quiet || process.stderr.write(`${text}\n`);

/** Bins of the published comparison; phi of the tracks and angles of the reaction in radians here. */
const BINS = {
  w: [110, 3, 4.8],
  m2pi: [110, 0.3, 3.6],
  cos_cm: [110, -1, 1],
  phi_cm: [110, -Math.PI, Math.PI],
  cos_helicity: [110, -1, 1],
  phi_helicity: [110, -Math.PI, Math.PI],
  p: [100, 0, 10],
  theta: [100, 0, Math.PI / 3],
  phi: [100, -Math.PI, Math.PI],
};

/** Adds the reaction's quantities and the flag of complete events. */
function complete(table) {
  const flags = OBJECTS.map((object) => table.flat(`accepted_${object}`));
  const flag = Uint8Array.from({ length: table.length }, (_, i) => (flags.every((f) => f[i]) ? 1 : 0));
  return findProcess("photoproduction")
    .derive(table)
    .with([flatColumn("accepted_all", flag)]);
}

/** Our reconstruction under the toy's true acceptance: what the reconstruction alone does. */
async function withTrueAcceptance(bundle, truth) {
  const everywhere = await collect(simulate(bundle, sourceOf(truth), { seed: seed + 50, acceptance: "weight" }, pool));
  const columns = OBJECTS.map((object, slot) => {
    const random = new Random(seed + 60, slot);
    const [p, theta, phi] = ["p", "theta", "phi"].map((v) => truth.numbers(`truth_${object}_${v}`));
    const flag = Uint8Array.from(p, (_, i) =>
      random.at(i).uniform() < clasAcceptance(p[i], theta[i], phi[i]) ? 1 : 0,
    );
    return flatColumn(`accepted_${object}`, flag);
  });
  const kept = everywhere.columns.filter((c) => c.field.role !== "weight");
  return new EventTable(kept).with(columns);
}

async function judge(reference, candidate) {
  const variables = [
    ...["w", "m2pi", "cos_cm", "phi_cm", "cos_helicity", "phi_helicity"].map((name) => [
      name,
      `reco_${name}`,
      BINS[name],
    ]),
    ...OBJECTS.flatMap((o) => ["p", "theta", "phi"].map((v) => [`${o} ${v}`, `reco_${o}_${v}`, BINS[v]])),
  ].map(([name, column, [bins, low, high]]) => ({ name, column, when: "accepted_all", bins, range: [low, high] }));
  const yields = [
    ...OBJECTS.map((o) => ({ name: o, all: [`accepted_${o}`] })),
    { name: "all", all: OBJECTS.map((o) => `accepted_${o}`) },
  ];
  const found = await evaluate(reference, candidate, { variables, yields }, { seed });
  const metric = (list, name) => list.find((m) => m.metric === name);
  return {
    yields: Object.fromEntries(found.yields.map((y) => [y.name, y.metrics[0]])),
    chi2: Object.fromEntries(found.variables.map((v) => [v.name, metric(v.metrics, "chi2").value])),
    ks: Object.fromEntries(found.variables.map((v) => [v.name, metric(v.metrics, "ks").value])),
  };
}

/** Learned against true acceptance over the reaction's tracks: rms, mean ratio, and what leaks into the dead zones. */
async function localAcceptance(bundle, truth) {
  const weighted = await collect(simulate(bundle, sourceOf(truth), { seed, acceptance: "weight" }, pool));
  let [n, squares, learned, expected, dead, leaked] = [0, 0, 0, 0, 0, 0];
  for (const object of OBJECTS) {
    const [p, theta, phi] = ["p", "theta", "phi"].map((v) => truth.numbers(`truth_${object}_${v}`));
    const a = weighted.numbers(`acceptance_${object}`);
    for (let i = 0; i < a.length; i++) {
      const real = clasAcceptance(p[i], theta[i], phi[i]);
      squares += (a[i] - real) ** 2;
      learned += a[i];
      expected += real;
      n++;
      if (real === 0) {
        dead++;
        leaked += a[i];
      }
    }
  }
  return { rms: Math.sqrt(squares / n), meanRatio: learned / expected, leakage: leaked / dead };
}

const clock = () => performance.now() / 1000;
let start = clock();
const training = await collect(
  generate({ process: "gun", events: Number(args.training), detector: "clas-toy", seed }, pool),
);
const accepted = training.flat("accepted_particle").reduce((sum, flag) => sum + flag, 0);
say(`training sample: ${training.length} particles, ${accepted} accepted, in ${(clock() - start).toFixed(1)} s`);

const spec = parseRunSpec(
  {
    name: "toy",
    data: { files: ["memory"], objects: [{ name: "particle", slots: OBJECTS, variables: ["p", "theta", "phi"] }] },
    options: { acceptance: { kind: args.acceptance, densityRatio: args.ratio }, reconstruction: { kind: args.kind } },
  },
  "toy",
);
start = clock();
let last = start;
const bundle = await fit(
  spec,
  { events: [sourceOf(training)] },
  {
    pool,
    seed,
    onProgress: ({ stage, done, total }) => {
      if (clock() - last > 10) say(`${stage} ${done}/${total}`);
      if (clock() - last > 10) last = clock();
    },
  },
);
const fitSeconds = clock() - start;
say(`fitted in ${fitSeconds.toFixed(1)} s`);

const events = Number(args.events);
const reaction = { process: "photoproduction", events, seed: seed + 10, detector: "clas-toy" };
const reference = complete(await collect(generate({ ...reaction, detectorSeed: seed + 20 }, pool)));
const second = complete(await collect(generate({ ...reaction, detectorSeed: seed + 30 }, pool)));
const truth = await collect(generate({ process: "photoproduction", events, seed: seed + 10 }, pool));
start = clock();
const fast = complete(await collect(simulate(bundle, sourceOf(truth), { seed: seed + 40 }, pool)));
const simulateSeconds = clock() - start;
const hybrid = complete(await withTrueAcceptance(bundle, truth));

const rows = {
  toy: await judge(reference, second),
  reconstruction: await judge(reference, hybrid),
  full: await judge(reference, fast),
};
const local = await localAcceptance(bundle, truth);
await pool.close();

const cell = (m) => `${m.value.toFixed(4)} ± ${m.error.toFixed(4)}`;
console.log(`| quantity | second toy pass | true acceptance, our ${args.kind} | ours throughout |\n|---|---|---|---|`);
for (const name of ["all", ...OBJECTS]) {
  console.log(
    `| yield ratio, ${name} | ${Object.values(rows)
      .map((r) => cell(r.yields[name]))
      .join(" | ")} |`,
  );
}
for (const name of Object.keys(rows.toy.chi2)) {
  console.log(
    `| chi2/ndf ${name} | ${Object.values(rows)
      .map((r) => r.chi2[name].toFixed(2))
      .join(" | ")} |`,
  );
}
console.log(`
training: ${training.length} particles, ${accepted} accepted (${((100 * accepted) / training.length).toFixed(2)} %), fitted in ${fitSeconds.toFixed(1)} s
simulated ${events} events (${3 * events} particles) in ${simulateSeconds.toFixed(1)} s with derived quantities
local acceptance over the reaction's tracks: rms error ${local.rms.toFixed(4)}, mean ratio ${local.meanRatio.toFixed(4)}, mean inside dead zones ${local.leakage.toFixed(4)}`);
