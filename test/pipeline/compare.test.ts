import { expect, test } from "vitest";
import { beside } from "../../src/data/beside.js";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import type { TableSource } from "../../src/data/formats/format.js";
import { compare } from "../../src/pipeline/compare.js";
import { parseComparisonSpec } from "../../src/pipeline/comparison-spec.js";
import { evaluationJsonSchema, parseEvaluation } from "../../src/pipeline/evaluation-schema.js";
import { overLimits, parseLimit } from "../../src/pipeline/limits.js";
import { Random } from "../../src/util/random.js";
import { collect, sourceOf } from "../helpers/memory.js";

interface Toy {
  readonly seed: number;
  readonly n: number;
  /** Draws for each truth event, in a row (default 1). */
  readonly draws?: number;
  /** Spread of reco about truth (default 0.3). */
  readonly width?: number;
  /** Seed of the truth (default that of everything). */
  readonly truthSeed?: number;
  /** Keep the acceptance as a probability, as it is or squared. */
  readonly predicted?: "right" | "wrong";
  /** Truth without reconstruction, or reconstruction without truth. */
  readonly side?: "truth" | "reco";
}

const acceptanceOf = (x: number) => 1 / (1 + Math.exp(-x));

/** One object "track" with x and y; accepted with a known probability, smeared by a normal. */
function toy({ seed, n, draws = 1, width = 0.3, truthSeed = seed, predicted, side }: Toy): TableSource {
  const truth = new Random(truthSeed, 1);
  const noise = new Random(seed, 2);
  const columns = ["truth_track_x", "truth_track_y", "reco_track_x", "reco_track_y"].map((name) => ({
    name,
    values: new Float64Array(n * draws),
  }));
  const accepted = new Uint8Array(n * draws);
  const acceptance = new Float32Array(n * draws);
  for (let i = 0; i < n; i++) {
    const x = truth.normal();
    const y = x + truth.normal();
    for (let k = i * draws; k < (i + 1) * draws; k++) {
      const p = acceptanceOf(x);
      acceptance[k] = predicted === "wrong" ? p * p : p;
      accepted[k] = predicted !== undefined || noise.uniform() < p ? 1 : 0;
      const lost = accepted[k] === 0 ? Number.NaN : 0;
      [x, y, lost + x + width * noise.normal(), lost + y + width * noise.normal()].forEach((value, c) => {
        columns[c].values[k] = value;
      });
    }
  }
  const all = [
    ...columns.map(({ name, values }) => flatColumn(name, values)),
    flatColumn("accepted_track", accepted, { dtype: "bool" }),
    ...(predicted === undefined
      ? []
      : [flatColumn("acceptance_track", acceptance), flatColumn("weight", acceptance, { role: "weight" })]),
  ];
  const isTruth = ({ field }: { field: { name: string } }) => field.name.startsWith("truth_");
  const kept = side === undefined ? all : all.filter((c) => isTruth(c) === (side === "truth"));
  return sourceOf(new EventTable(kept), side ?? "events");
}

const quick = { seed: 1, skip: ["together"] } as const;

test("several draws of each truth event are ranked, and a candidate that is too narrow is found", async () => {
  const reference = toy({ seed: 1, n: 4000 });
  const good = await compare(reference, toy({ seed: 2, truthSeed: 1, n: 4000, draws: 5 }), quick);
  expect(good.draws).toHaveLength(1);
  expect(good.draws[0]).toMatchObject({ draws: 5, columns: ["reco_track_x", "reco_track_y"] });
  expect(good.draws[0].ranks[0]).toHaveLength(6);
  expect(Math.min(...good.draws[0].metrics.map((m) => m.pValue))).toBeGreaterThan(1e-3);
  const narrow = await compare(reference, toy({ seed: 2, truthSeed: 1, n: 4000, draws: 5, width: 0.2 }), quick);
  expect(narrow.draws[0].metrics.map((m) => m.metric)).toEqual(["ranks", "energy-score"]);
  for (const metric of narrow.draws[0].metrics) expect(metric.pValue, metric.metric).toBeLessThan(1e-5);
  // The energy score is proper: the right width scores lowest.
  expect(narrow.draws[0].metrics[1].value).toBeGreaterThan(good.draws[0].metrics[1].value);
  const other = await compare(reference, toy({ seed: 3, n: 20_000 }), quick);
  expect(other.draws).toHaveLength(0);
});

test("probabilities of the reference's own truth events are held against its flags", async () => {
  const reference = toy({ seed: 4, n: 20_000 });
  const good = await compare(reference, toy({ seed: 5, truthSeed: 4, n: 20_000, predicted: "right" }), quick);
  const [curve] = good.reliabilities;
  expect(curve.metrics[0].pValue).toBeGreaterThan(1e-3);
  expect(Math.abs(curve.brier.value - curve.brierExpected)).toBeLessThan(4 * curve.brier.error);
  const wrong = await compare(reference, toy({ seed: 5, truthSeed: 4, n: 20_000, predicted: "wrong" }), quick);
  expect(wrong.reliabilities[0].metrics[0].score).toBeGreaterThan(10);
  // Another truth: nothing to hold them against.
  const other = await compare(reference, toy({ seed: 6, n: 20_000, predicted: "right" }), quick);
  expect(other.reliabilities).toHaveLength(0);
});

test("truth in files of its own is the same as truth beside", async () => {
  const whole = await compare(toy({ seed: 7, n: 3000 }), toy({ seed: 8, n: 3000 }), quick);
  const apart = await compare(toy({ seed: 7, n: 3000, side: "reco" }), toy({ seed: 8, n: 3000, side: "reco" }), {
    ...quick,
    truth: {
      reference: toy({ seed: 7, n: 3000, side: "truth" }),
      candidate: toy({ seed: 8, n: 3000, side: "truth" }),
    },
  });
  expect(apart).toEqual(whole);
  expect(whole.responses).toHaveLength(2);
  const short = toy({ seed: 7, n: 2999, side: "truth" });
  expect(() => beside(toy({ seed: 7, n: 3000, side: "reco" }), short)).toThrow(
    "truth: does not go beside reco; expected as many events, 3000, got 2999.",
  );
});

test("files side by side are read in step, in any chunks and columns", async () => {
  const both = beside(toy({ seed: 9, n: 1000, side: "reco" }), toy({ seed: 9, n: 1000, side: "truth" }));
  const whole = (await collect(toy({ seed: 9, n: 1000 }).read()))[0];
  const chunks = await collect(both.read({ chunkSize: 300, start: 10, stop: 950 }));
  expect(chunks.map((c) => c.length)).toEqual([300, 300, 300, 40]);
  for (const name of whole.schema.names) expect(chunks[1].flat(name)).toEqual(whole.slice(310, 610).flat(name));
  const one = await collect(both.read({ columns: ["truth_track_y"] }));
  expect(one[0].schema.names).toEqual(["truth_track_y"]);
  await expect(collect(both.read({ columns: ["nothing"] }))).rejects.toThrow(/no column "nothing", nor in truth/);
});

test("quantities by expression have distributions, and responses where the truth is known", async () => {
  const spec = parseComparisonSpec(
    {
      evaluate: {
        quantities: [
          { name: "sum", expression: "track.x + track.y", title: "x + y", unit: "cm", bins: 20, range: [-5, 5] },
          { name: "side", expression: "if(track.x > 0, track.y, sqrt(-1))" },
        ],
      },
    },
    "spec",
  );
  const found = await compare(toy({ seed: 10, n: 4000 }), toy({ seed: 11, n: 4000 }), { ...quick, spec });
  const sum = found.variables.find((v) => v.name === "sum");
  expect(sum).toMatchObject({ title: "x + y", unit: "cm", column: "reco_sum", group: "quantities" });
  expect(sum?.histogram.edges).toHaveLength(21);
  const side = found.variables.find((v) => v.name === "side");
  expect(side?.reference.entries).toBeLessThan((sum?.reference.entries ?? 0) * 0.8);
  expect(found.responses.map((r) => r.name)).toEqual(expect.arrayContaining(["sum response"]));
  await expect(
    compare(toy({ seed: 10, n: 100 }), toy({ seed: 11, n: 100 }), {
      ...quick,
      spec: parseComparisonSpec({ evaluate: { quantities: [{ name: "q", expression: "trakc.x" }] } }, "spec"),
    }),
  ).rejects.toThrow(/evaluate.quantities "q": no trakc.x at character 1/);
});

test("columns that are no objects are compared with quantities, too", async () => {
  const plain = (seed: number) => {
    const random = new Random(seed);
    const values = () => Float64Array.from({ length: 2000 }, () => 10 + random.normal());
    return sourceOf(new EventTable(["a", "b"].map((name) => flatColumn(name, values()))));
  };
  const spec = parseComparisonSpec({ evaluate: { quantities: [{ name: "ratio", expression: "a / b" }] } }, "spec");
  const found = await compare(plain(1), plain(2), { ...quick, spec });
  expect(found.variables.map((v) => v.name)).toEqual(["a", "b", "ratio"]);
  expect(found.variables[2].reference.mean).toBeCloseTo(1, 1);
});

test("what is written fits the published schema", async () => {
  const found = await compare(toy({ seed: 12, n: 800 }), toy({ seed: 13, truthSeed: 12, n: 800, draws: 2 }), quick);
  const read = JSON.parse(JSON.stringify(found));
  expect(parseEvaluation(read, "metrics.json")).toEqual(found);
  expect(() => parseEvaluation({ ...read, version: 1 }, "metrics.json")).toThrow(
    /^metrics.json: not an evaluation of version 2; version: /,
  );
  await expect(`${JSON.stringify(evaluationJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    "../../docs/metrics.schema.json",
  );
});

test("limits name a metric, its score, or any score", async () => {
  expect(parseLimit("ks=0.02")).toMatchObject({ metric: "ks", quantity: "distance", most: 0.02 });
  expect(parseLimit("w1.score=3")).toMatchObject({ metric: "w1", quantity: "score", most: 3 });
  expect(parseLimit("score=5")).toMatchObject({ metric: undefined, quantity: "score" });
  for (const bad of ["ks", "ks=", "ks=x", "ks=-1", "ks=1=2", "=", ""])
    expect(() => parseLimit(bad)).toThrow(/--fail-above|no metric/);
  expect(() => parseLimit("kz=1")).toThrow(/no metric "kz".*"ks"/);
  const found = await compare(toy({ seed: 14, n: 2000 }), toy({ seed: 15, n: 2000, width: 1 }), quick);
  expect(overLimits(found, [parseLimit("ks=1")])).toEqual([]);
  const over = overLimits(found, [parseLimit("score=4"), parseLimit("w1=0.05")]);
  expect(over.length).toBeGreaterThan(1);
  expect(over[0].words).toMatch(/^beyond the limit: .*expected at most 4, got \d/);
  expect(() => overLimits(found, [parseLimit("energy-score=1")])).toThrow(/"energy-score" was not computed/);
});

test("a spec for comparing only may hold nothing, and says what is wrong with it", () => {
  expect(parseComparisonSpec({}, "spec").evaluate.quantities).toEqual([]);
  expect(parseComparisonSpec(null, "spec").objects).toBeUndefined();
  expect(() => parseComparisonSpec({ evaluate: { quantity: [] } }, "spec.yaml")).toThrow(
    /spec.yaml.*unknown key "quantity"/,
  );
  expect(() => parseComparisonSpec({ evaluate: { quantities: [{ name: "a b", expression: "1" }] } }, "s")).toThrow(
    /evaluate.quantities.0.name/,
  );
});
