// How well a conditional generator learns the toy detector's response: a classifier's AUC, time to train, speed of sampling.
// Run: npm run build && node validation/flow/response.mjs [--kind flow|gan] [--events 1000000] [--seed 1] [--epochs N]
//
// Targets are (dP, dtheta, dphi sin theta), each divided by a width; conditions P, theta, phi. A generator learns from the
// accepted tracks of a flat sample and replays another one, 300,000 tracks; boosted trees of one half of these, true and
// generated with the same conditions, are to tell the other half apart: AUC 0.5 where they cannot, with an error of 0.001.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { fitConditionalFlow, fitConditionalGan, openGenerator, rowMajor } from "../../dist/models/networks/index.js";
import { workerPool } from "../../dist/node/worker-pool.js";
import { clasToy } from "../../dist/physics/detectors/clas-toy.js";
import { gun } from "../../dist/physics/processes/gun.js";
import { fitBoosting } from "../../dist/trees/index.js";
import { fillUniform } from "../../dist/util/fill-random.js";

const { values: options } = parseArgs({
  options: {
    kind: { type: "string", default: "flow" },
    events: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    epochs: { type: "string" },
  },
});
const DEGREE = Math.PI / 180;
const TEST = 500_000;

/** Accepted tracks: conditions and responses. */
async function tracks(events, seed) {
  const table = await clasToy.forObjects(["particle"]).simulate(gun.generate(events, { seed }), { seed });
  const accepted = table.flat("accepted_particle");
  const rows = Uint32Array.from(accepted.keys()).filter((i) => accepted[i] === 1);
  const read = (level) =>
    ["p", "theta", "phi"].map((v) => {
      const values = table.flat(`${level}_particle_${v}`);
      return Float32Array.from(rows, (i) => values[i]);
    });
  const [truth, reco] = [read("truth"), read("reco")];
  const [p, theta, phi] = truth;
  const targets = [
    p.map((v, i) => (reco[0][i] - v) / (0.025 * (1 + v))),
    theta.map((v, i) => (reco[1][i] - v) / DEGREE),
    phi.map((v, i) => {
      const gap = reco[2][i] - v;
      return ((gap - 2 * Math.PI * Math.round(gap / (2 * Math.PI))) * Math.sin(theta[i])) / (0.7 * DEGREE);
    }),
  ];
  return { conditions: truth, periods: [null, null, 2 * Math.PI], targets, rows: rows.length };
}

const pool = workerPool();
const seconds = (since) => (performance.now() - since) / 1000;
const training = await tracks(Number(options.events), Number(options.seed));
const context = { pool, seed: Number(options.seed), onWarning: (message) => console.log(message) };
const fit = options.kind === "gan" ? fitConditionalGan : fitConditionalFlow;
let start = performance.now();
const generator = await fit(training, options.epochs ? { epochs: Number(options.epochs) } : {}, context);
const trained = seconds(start);

const test = await tracks(TEST, Number(options.seed) + 1000);
const conditions = rowMajor(test.conditions, test.rows);
const noise = new Float32Array(generator.noises * test.rows);
fillUniform(noise, Number(options.seed), 1, 0);
const session = await openGenerator(generator);
await session.run({ conditions, noise }, test.rows);
start = performance.now();
const { targets } = await session.run({ conditions, noise }, test.rows);
const speed = test.rows / seconds(start);

/** Every second row as true and as generated. */
function half(first) {
  const rows = Uint32Array.from({ length: Math.floor((test.rows - first) / 2) }, (_, i) => first + 2 * i);
  const n = rows.length;
  const twice = (real, made) =>
    Float32Array.from({ length: 2 * n }, (_, i) => (i < n ? real(rows[i]) : made(rows[i - n])));
  const given = test.conditions.map((c) =>
    twice(
      (i) => c[i],
      (i) => c[i],
    ),
  );
  const drawn = test.targets.map((t, k) =>
    twice(
      (i) => t[i],
      (i) => targets[3 * i + k],
    ),
  );
  const positive = new Float32Array(2 * n).fill(1, 0, n);
  return { n, features: [...given, ...drawn], positive, negative: positive.map((w) => 1 - w) };
}
const forest = await fitBoosting(
  half(0),
  { trees: 200, maxDepth: 6, learningRate: 0.1, heldOut: 0.1, patience: 20 },
  { pool, seed: 3 },
);
const judged = half(1);
const scores = new Float32Array(2 * judged.n);
forest.predict(judged.features, scores);
const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
let ranks = 0;
for (let k = 0; k < order.length; ) {
  let end = k;
  while (end < order.length && scores[order[end]] === scores[order[k]]) end++;
  for (let r = k; r < end; r++) if (order[r] < judged.n) ranks += (k + end + 1) / 2;
  k = end;
}
const auc = (ranks - (judged.n * (judged.n + 1)) / 2) / judged.n ** 2;
console.log(
  `${options.kind}, ${training.rows} tracks, seed ${options.seed}: AUC ${auc.toFixed(4)} +- ${(1 / Math.sqrt(6 * judged.n)).toFixed(4)}, ` +
    `${generator.steps} steps in ${trained.toFixed(0)} s, ${(speed / 1e6).toFixed(2)} M rows/s on one thread, load ${loadavg()[0].toFixed(1)}`,
);
await session.close();
await pool.close();
