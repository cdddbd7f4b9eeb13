/** @file A model as one ONNX file must take the same decisions and give the same numbers as `simulate`. */
import { beforeAll, describe, expect, test } from "vitest";
import { concatTables, EventTable, flatColumn } from "../../src/data/event-table.js";
import { nodeRuntime, readModel, type Value } from "../../src/engine/index.js";
import { rowNoise } from "../../src/models/factorised/noise.js";
import { exportBundle } from "../../src/pipeline/export.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { simulate } from "../../src/pipeline/simulate.js";
import { inlinePool } from "../../src/util/pool.js";
import { Random } from "../../src/util/random.js";
import { collect, sourceOf } from "../helpers/memory.js";

const N = 5000;
const SEED = 7;

/** Jets with a cyclic angle, a threshold, a run period that changes the response, and event weights. */
function jets(seed: number): EventTable {
  const random = new Random(seed);
  const pt = Float32Array.from({ length: N }, () => 15 + 10 * random.exponential());
  const phi = Float32Array.from({ length: N }, () => 2 * Math.PI * (random.uniform() - 0.5));
  const period = Float32Array.from({ length: N }, () => random.integer(2));
  const recoPt = pt.map((t, i) => t * Math.abs(1 + (0.2 + 0.1 * period[i]) * random.normal()));
  const recoPhi = phi.map((t) => {
    const turned = t + 0.1 * random.normal();
    return turned - 2 * Math.PI * Math.round(turned / (2 * Math.PI));
  });
  const accepted = Uint8Array.from(recoPt, (r, i) =>
    r > 20 && Math.abs(phi[i]) > 0.3 && random.uniform() < 0.9 ? 1 : 0,
  );
  return new EventTable([
    flatColumn("truth_jet_pt", pt),
    flatColumn("truth_jet_phi", phi),
    flatColumn("period", period),
    flatColumn("reco_jet_pt", recoPt),
    flatColumn("reco_jet_phi", recoPhi),
    flatColumn("accepted_jet", accepted, { dtype: "bool" }),
    flatColumn(
      "w",
      Float32Array.from({ length: N }, () => 0.5 + random.uniform()),
      { role: "weight" },
    ),
  ]);
}

const specOf = (options: object) =>
  parseRunSpec(
    {
      name: "export",
      data: {
        files: ["memory"],
        weight: "w",
        objects: [
          { name: "jet", variables: [{ name: "pt", response: "ratio", min: 20 }, "phi"], conditions: ["period"] },
        ],
      },
      options,
    },
    "export",
  );

const training = jets(1);
const truth = jets(2);

describe.each([
  ["trees", {}],
  ["trees by the density ratio", { acceptance: { densityRatio: true, trees: 20 } }],
  [
    "network acceptance, quantile trees",
    { acceptance: { kind: "network", hidden: [16] }, reconstruction: { kind: "quantiles", trees: 3 } },
  ],
  ["flow", { acceptance: { trees: 20 }, reconstruction: { kind: "flow", hidden: [16], epochs: 4 } }],
  ["gan", { acceptance: { trees: 20 }, reconstruction: { kind: "gan", hidden: [16], epochs: 4 } }],
])("%s", (_, options) => {
  let bytes: Uint8Array;
  let simulated: EventTable;
  let weighted: EventTable;

  beforeAll(async () => {
    const bundle = await fit(specOf(options), { events: [sourceOf(training)] }, { pool: inlinePool(), seed: 1 });
    bytes = exportBundle(bundle).bytes;
    const replay = async (acceptance: "draw" | "weight") =>
      concatTables(await collect(simulate(bundle, sourceOf(truth), { seed: SEED, acceptance }, inlinePool())));
    simulated = await replay("draw");
    weighted = await replay("weight");
  });

  test("the same noise gives the same numbers", async () => {
    const { inputs, metadata } = readModel(bytes);
    const about = JSON.parse(metadata.peregrine);
    const columns = about.objects[0].noise.columns as number;
    expect(inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["truth_jet", ["n_jet", 3]],
      ["noise_jet", ["n_jet", columns]],
    ]);
    expect(about.objects[0].truth.map((column: { name: string }) => column.name)).toEqual(["pt", "phi", "period"]);
    const features = ["truth_jet_pt", "truth_jet_phi", "period"].map((name) => Float32Array.from(truth.numbers(name)));
    const noise = new Float32Array(N * columns);
    rowNoise({ rows: N, features }, { seed: SEED }, 0).fill(noise, 0, columns);
    const session = await (await nodeRuntime({ threads: 1 })).load(bytes, { threads: 1 });
    const feeds: Record<string, Value> = {
      truth_jet: {
        dtype: "float32",
        shape: [N, 3],
        data: Float32Array.from({ length: 3 * N }, (_, k) => features[k % 3][Math.floor(k / 3)]),
      },
      noise_jet: { dtype: "float32", shape: [N, columns], data: noise },
    };
    const { acceptance_jet: acceptance, accepted_jet: accepted, reco_jet: reco } = await session.run(feeds);
    const flags = simulated.flat("accepted_jet");
    const wanted = weighted.numbers("acceptance_jet");
    const [pt, phi] = ["reco_jet_pt", "reco_jet_phi"].map((name) => weighted.numbers(name));
    let [probability, drawn, differing] = [0, 0, 0];
    for (let i = 0; i < N; i++) {
      probability = Math.max(probability, Math.abs(Number(acceptance.data[i]) - wanted[i]));
      if (Number(accepted.data[i]) !== Number(flags[i])) differing++;
      if (!(wanted[i] > 0)) continue;
      const turn = Number(reco.data[2 * i + 1]) - phi[i];
      drawn = Math.max(
        drawn,
        Math.abs(Number(reco.data[2 * i]) / pt[i] - 1),
        Math.abs(turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI))),
      );
    }
    expect(probability).toBeLessThan(1e-5);
    expect(drawn).toBeLessThan(1e-5);
    // A flag can differ where the number lies within rounding of the probability: once in a million.
    expect(differing).toBe(0);
    await session.close();
  });

  test("thresholds hold in the file, too", async () => {
    expect(weighted.numbers("reco_jet_pt").filter((x) => x < 20)).toEqual(new Float64Array(0));
  });
});

test("neighbours, which ONNX cannot hold, say so in one line", async () => {
  const options = { acceptance: { trees: 5 }, reconstruction: { kind: "neighbours" } };
  const bundle = await fit(specOf(options), { events: [sourceOf(training)] }, { pool: inlinePool(), seed: 1 });
  expect(() => exportBundle(bundle)).toThrow(/neighbours cannot be written as ONNX.*kind: trees/);
});
