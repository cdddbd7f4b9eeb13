import { afterAll, describe, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../../src/data/event-table.js";
import { classifierFeatures } from "../../../src/metrics/classifier/index.js";
import { eventNumbers } from "../../../src/metrics/entries.js";
import { allMetrics, evaluate } from "../../../src/metrics/index.js";
import type { DownstreamSpec, JointSpec } from "../../../src/metrics/spec.js";
import { workerPool } from "../../../src/node/worker-pool.js";
import { Random } from "../../../src/util/random.js";

const pool = workerPool(2);
afterAll(() => pool.close());

describe("classifiers in a joint comparison", () => {
  const spec: JointSpec = {
    name: "all",
    columns: ["reco"],
    conditions: ["truth"],
    residuals: [{ reco: "reco", truth: "truth", period: 2 * Math.PI }],
    when: "ok",
  };

  it("see variables, wrapped differences from truth, and conditions", () => {
    const columns = new Map([
      ["reco", Float64Array.of(3, -3, 0.5)],
      ["truth", Float64Array.of(-3, 3, 0.25)],
    ]);
    const features = classifierFeatures({ columns, weights: undefined }, spec, "sample");
    expect(features.names).toEqual(["reco", "reco − truth", "truth"]);
    expect(features.columns[1][0]).toBeCloseTo(6 - 2 * Math.PI, 12);
    expect(features.columns[1][1]).toBeCloseTo(2 * Math.PI - 6, 12);
    expect(features.columns[1][2]).toBe(0.25);
  });

  it("know the number of each event that a mask lets through", () => {
    const table = new EventTable([
      flatColumn("x", Float64Array.of(1, 2, 3, 4)),
      flatColumn("ok", Uint8Array.of(0, 1, 0, 1)),
    ]);
    expect(Array.from(eventNumbers(table, "x", "ok", "reference"))).toEqual([1, 3]);
    expect(Array.from(eventNumbers(table, "x", undefined, "reference"))).toEqual([0, 1, 2, 3]);
  });

  const truth = Float64Array.from({ length: 2000 }, (_, i) => new Random(1).at(i).normal());
  const simulate = (seed: number, width: number) => {
    const random = new Random(seed);
    return new EventTable([
      flatColumn("truth", truth),
      flatColumn(
        "reco",
        truth.map((x) => x + width * random.normal()),
      ),
      flatColumn(
        "ok",
        Uint8Array.from(truth, () => (random.uniform() < 0.8 ? 1 : 0)),
      ),
    ]);
  };

  it("find a wrong response, and nothing where truth is shared and the response right", async () => {
    const names = ["auc-trees", "jsd-trees", "auc-network", "jsd-network"];
    for (const name of names) expect(allMetrics.find((metric) => metric.name === name)?.scope).toBe("classifier");
    const progress = new Set<string>();
    for (const width of [0.3, 0.5]) {
      const { joints } = await evaluate(
        simulate(2, 0.3),
        simulate(3, width),
        { variables: [], joints: [spec] },
        {
          pool,
          onProgress: ({ stage }) => progress.add(stage),
        },
      );
      const [joint] = joints;
      expect(joint.classifiers.map(({ kind }) => kind)).toEqual(["trees", "network"]);
      for (const name of names) {
        const metric = joint.metrics.find((one) => one.metric === name);
        if (width === 0.3) expect(metric?.pValue, name).toBeGreaterThan(0.01);
        else expect(metric?.pValue, name).toBeLessThan(1e-3);
      }
      for (const { events, importance, features } of joint.classifiers) {
        expect(events.folds).toBe(5);
        expect(features).toEqual(["reco", "reco − truth", "truth"]);
        if (width === 0.5) expect(importance[0].feature).toBe("reco − truth");
        for (let k = 1; k < importance.length; k++) {
          expect(importance[k].drop.value).toBeLessThanOrEqual(importance[k - 1].drop.value);
        }
      }
    }
    expect([...progress].filter((stage) => stage.includes("on all")).sort()).toEqual([
      "boosted trees on all",
      "network on all",
    ]);
  });

  it("are left out where weights are negative", async () => {
    const table = (seed: number) => {
      const random = new Random(seed);
      const x = Float64Array.from({ length: 300 }, () => random.normal());
      return new EventTable([
        flatColumn("x", x),
        flatColumn(
          "w",
          x.map((_, i) => (i % 5 === 0 ? -1 : 1)),
          { role: "weight" },
        ),
      ]);
    };
    const { joints } = await evaluate(table(4), table(5), { variables: [], joints: [{ name: "x", columns: ["x"] }] });
    expect(joints[0].classifiers).toEqual([]);
  });
});

describe("downstream closure", () => {
  const spec: DownstreamSpec = { name: "signal", label: "signal", features: ["x", "y"] };
  const sample = (seed: number, n: number, separation: number, label = "signal") => {
    const random = new Random(seed);
    const signal = Uint8Array.from({ length: n }, () => random.integer(2));
    return new EventTable([
      flatColumn(label, signal),
      flatColumn(
        "x",
        Float64Array.from(signal, (s) => random.normal() + s * separation),
      ),
      // Which side of y holds the signal is what a bad candidate has wrong.
      flatColumn(
        "y",
        Float64Array.from(signal, (s) => random.normal() + s * (separation > 0.9 ? 1 : -1)),
      ),
    ]);
  };
  const reference = sample(20, 6000, 1);
  const run = (candidate: EventTable, own = spec) =>
    evaluate(reference, candidate, { variables: [], downstreams: [own] }, { pool, seed: 1 });

  it("is closed by an independent sample of the same distribution", async () => {
    const [result] = (await run(sample(21, 5000, 1))).downstreams;
    const [metric] = result.metrics;
    expect(metric.metric).toBe("downstream");
    expect(metric.pValue).toBeGreaterThan(0.01);
    expect(metric.distance).toBeLessThan(0.02);
    expect(result.trained.map(({ on }) => on)).toEqual(["reference", "candidate", "both"]);
    // Signal and background stand sqrt 2 apart: Phi(1).
    for (const { auc } of result.trained) expect(Math.abs(auc.value - 0.8413)).toBeLessThan(0.03);
    expect(result.events.train).toBeGreaterThan(2800);
    expect(result.events.train + result.events.test).toBeLessThanOrEqual(6000);
  });

  it("is lost by a candidate whose classes lie elsewhere", async () => {
    const [result] = (await run(sample(22, 5000, 0.8))).downstreams;
    expect(result.metrics[0].value).toBeGreaterThan(0.1);
    expect(result.metrics[0].excess).toBeGreaterThan(5);
    expect(result.trained[1].auc.value).toBeLessThan(0.7);
  });

  it("does not let the candidate learn the truth of test events", async () => {
    // The label is noise: only an event that was seen in training can be told.
    const noise = (seed: number) => {
      const table = sample(seed, 4000, 1);
      const shared = new Random(30);
      const x = Float64Array.from({ length: 4000 }, () => shared.normal());
      const signal = Uint8Array.from(x, () => shared.integer(2));
      return new EventTable([flatColumn("signal", signal), flatColumn("x", x), table.column("y")]);
    };
    const options = { pool, seed: 2 };
    const { downstreams } = await evaluate(
      noise(31),
      noise(32),
      { variables: [], downstreams: [{ ...spec, features: ["x"] }] },
      options,
    );
    for (const { auc } of downstreams[0].trained) expect(Math.abs(auc.value - 0.5)).toBeLessThan(4 * auc.error);
  });

  it("says why it cannot be judged", async () => {
    const constant = new EventTable([
      flatColumn("signal", new Uint8Array(5000).fill(1)),
      flatColumn("x", new Float64Array(5000)),
      flatColumn("y", new Float64Array(5000)),
    ]);
    const other = { variables: [{ name: "x", column: "x" }], downstreams: [spec] };
    const { skipped } = await evaluate(reference, constant, other, { pool });
    expect(skipped[0].reason).toMatch(/too few events of one class of "signal" in the candidate; expected at least 80/);
  });
});
