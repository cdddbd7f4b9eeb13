import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { dealFolds } from "../../../src/metrics/classifier/folds.js";
import { classifierTest } from "../../../src/metrics/classifier/index.js";
import { normalScores } from "../../../src/metrics/classifier/pooled.js";
import type { MetricValue } from "../../../src/metrics/index.js";
import { type Points, pointsOf } from "../../../src/metrics/points.js";
import type { Tools } from "../../../src/metrics/tools.js";
import { workerPool } from "../../../src/node/worker-pool.js";
import { InterruptedError } from "../../../src/util/errors.js";
import { inlinePool } from "../../../src/util/pool.js";
import { Random } from "../../../src/util/random.js";

const pool = workerPool(2);
afterAll(() => pool.close());
const tools: Tools = { seed: 1, stream: 0, pool };
const kinds = ["trees", "network"] as const;

const points = (columns: Float64Array[], weights?: Float64Array): Points =>
  pointsOf(
    columns.map((_, k) => `x${k}`),
    columns,
    weights,
  );

const normals = (random: Random, n: number, mean = 0) => Float64Array.from({ length: n }, () => mean + random.normal());

const near = (value: number, error: number, truth: number, most = 3.5) =>
  expect(Math.abs(value - truth), `${value} +- ${error} against ${truth}`).toBeLessThan(most * error);

describe.each(kinds)("a classifier of %s", (kind) => {
  it("finds what there is between N(0, 1) and N(1/2, 1)", async () => {
    const random = new Random(8);
    const { metrics, result } = await classifierTest(
      points([normals(random, 20_000)]),
      points([normals(random, 20_000, 0.5)]),
      kind,
      tools,
    );
    const [auc, jsd] = metrics;
    near(auc.value, auc.error, 0.638163);
    near(jsd.value, jsd.error, 0.04373);
    near(result.accuracy.value, result.accuracy.error, 0.598706);
    near(result.weights.mean.value, result.weights.mean.error, 1);
    // w = exp(1/8 - x/2) on the candidate: E[w^2] = exp(1/4).
    expect(Math.abs(result.weights.effectiveShare - Math.exp(-0.25))).toBeLessThan(0.1);
    // x > 1/4 + 2 ln 2 and x < 1/4 - 2 ln 2 of N(1/2, 1).
    expect(Math.abs(result.weights.belowHalf - 0.128)).toBeLessThan(0.09);
    expect(Math.abs(result.weights.aboveTwo - 0.051)).toBeLessThan(0.05);
    expect(result.logLoss).toBeCloseTo(Math.LN2 * (1 - jsd.value), 12);
    expect(result.importance[0].drop.value).toBeGreaterThan(0.1);
    expect(result.importance[0].low).toBeGreaterThan(1);
    expect(result.importance[0].high).toBeLessThan(-1);
    expect(result.events).toEqual({ train: 12_000, calibrate: 4000, test: 4000, folds: 1 });
    for (const shares of [result.weights.reference, result.weights.candidate]) {
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }
    const { truePositive } = result.roc;
    for (let k = 1; k < truePositive.length; k++) expect(truePositive[k]).toBeGreaterThanOrEqual(truePositive[k - 1]);
  });

  it("sees nothing between two samples of one distribution", async () => {
    const trials = kind === "trees" ? 40 : 20;
    const found: MetricValue[][] = [];
    for (let trial = 0; trial < trials; trial++) {
      const random = new Random(400 + trial);
      const draw = () => points([normals(random, 250), normals(random, 250)]);
      const own = { ...tools, seed: trial, pool: inlinePool() };
      found.push((await classifierTest(draw(), draw(), kind, own)).metrics);
    }
    for (const k of [0, 1]) {
      const values = found.map((metrics) => metrics[k]);
      const mean = (of: (v: MetricValue) => number) => values.reduce((sum, v) => sum + of(v), 0) / trials;
      expect(values.filter((v) => v.pValue < 0.01).length).toBeLessThan(3);
      expect(values.filter((v) => Math.abs(v.distance - v.null) > 2 * v.error).length).toBeLessThanOrEqual(3);
      const ratio = mean((v) => v.distance) / mean((v) => v.null);
      expect(ratio).toBeGreaterThan(0.7);
      expect(ratio).toBeLessThan(1.45);
    }
  });

  it("catches a candidate that ignores its condition, by the condition alone", async () => {
    const random = new Random(9);
    const n = 2000;
    const truth = [normals(random, n), normals(random, n)];
    const reco = truth.map((column, k) => column.map((x) => (k === 0 ? x : random.normal()) + 0.5 * random.normal()));
    const compare = async (withTruth: boolean) =>
      (
        await classifierTest(
          points(withTruth ? [reco[0], truth[0]] : [reco[0]]),
          points(withTruth ? [reco[1], truth[1]] : [reco[1]]),
          kind,
          tools,
        )
      ).metrics[0];
    expect((await compare(false)).pValue).toBeGreaterThan(1e-3);
    const seen = await compare(true);
    expect(seen.value).toBeGreaterThan(0.75);
    expect(seen.excess).toBeGreaterThan(20);
  });

  it("is not misled by truth that both samples share", async () => {
    const random = new Random(10);
    const truth = [normals(random, 1500), normals(random, 1500)];
    const draw = () => points([...truth, truth[0].map((x) => x + 0.3 * random.normal())]);
    const [a, b] = [draw(), draw()];
    const [auc, jsd] = (await classifierTest(a, b, kind, tools)).metrics;
    expect(auc.pValue).toBeGreaterThan(0.01);
    expect(jsd.pValue).toBeGreaterThan(0.01);
    // With its twin in training, an event is taken for the other class.
    const rows = Uint32Array.from({ length: 1500 }, (_, i) => i);
    const apart = await classifierTest(a, b, kind, tools, [rows, rows.map((i) => i + 1500)]);
    expect(apart.metrics[0].value).toBeLessThan(auc.value);
  });

  it("weighs events: a sample weighted to another's distribution cannot be told from it", async () => {
    const random = new Random(11);
    const n = 2000;
    const x = normals(random, n, 0.4);
    const flat = points([x]);
    const weighted = points(
      [x],
      Float64Array.from(x, (v) => Math.exp(0.08 - 0.4 * v)),
    );
    const target = points([normals(random, n)]);
    expect((await classifierTest(target, flat, kind, tools)).metrics[0].excess).toBeGreaterThan(10);
    expect((await classifierTest(target, weighted, kind, tools)).metrics[0].pValue).toBeGreaterThan(0.01);
  });

  it("gives the same bytes on one thread and on two", async () => {
    const random = new Random(12);
    const [a, b] = [0, 0.3].map((shift) => points([normals(random, 11_000, shift), normals(random, 11_000)]));
    const one = await classifierTest(a, b, kind, { ...tools, pool: inlinePool() });
    const two = await classifierTest(a, b, kind, tools);
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });

  it("stops when asked", async () => {
    const random = new Random(13);
    const [a, b] = [points([normals(random, 2000)]), points([normals(random, 2000)])];
    const controller = new AbortController();
    const run = classifierTest(a, b, kind, {
      ...tools,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(run).rejects.toThrow(InterruptedError);
  });
});

it("is level with scikit-learn's boosting on a hard problem", async () => {
  const path = new URL("../../../validation/data/metrics-classifier.json", import.meta.url);
  const { hard, hash, event } = JSON.parse(readFileSync(path, "utf8"));
  const uniform = (index: number, seed: number): number => {
    let x = (index + Math.imul(seed, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32 + 0.5 / 2 ** 32;
  };
  for (const [i, u] of (hash as number[]).entries()) expect(uniform(i, 7)).toBeCloseTo(u, 14);
  const draw = (n: number, seed: number, rho: number): Float64Array[] => {
    const c = Array.from({ length: 10 }, (_, k) =>
      Float64Array.from(
        { length: n },
        (_, i) =>
          Math.sqrt(-2 * Math.log(uniform(i, 20 * seed + 2 * k))) *
          Math.cos(2 * Math.PI * uniform(i, 20 * seed + 2 * k + 1)),
      ),
    );
    c[1] = c[1].map((x, i) => rho * c[0][i] + Math.sqrt(1 - rho * rho) * x);
    c[3] = c[3].map((x, i) => Math.exp(x) * (1 + rho * c[2][i] ** 2));
    c[5] = c[5].map((x, i) => x + rho * c[4][i] * c[6][i]);
    c[8] = c[8].map((x, i) => x - rho * c[9][i]);
    return c;
  };
  for (const [k, x] of draw(3, 5, 0.2).entries()) expect(x[2]).toBeCloseTo(event[k], 12);
  const [a, b] = [draw(hard.n, 1, 0.1), draw(hard.n, 2, 0.1 + hard.shift)];
  for (const kind of kinds) {
    const [auc] = (await classifierTest(points(a), points(b), kind, tools)).metrics;
    expect(auc.value, kind).toBeGreaterThan(hard.auc - 2 * Math.hypot(auc.error, hard.spread));
  }
});

describe("folds", () => {
  it("keep rows of one event together, evenly, several draws of one truth included", () => {
    const a = Uint32Array.from({ length: 1000 }, (_, i) => i);
    const b = Uint32Array.from({ length: 2400 }, (_, i) => Math.floor(i / 3) + 500);
    const [x, y] = dealFolds([a, b], 1e6, new Random(1));
    expect([x.rows.length, y.rows.length]).toEqual([1000, 2400]);
    const foldOf = new Map<number, number>();
    for (const [list, groups] of [
      [x, a],
      [y, b],
    ] as const) {
      const counts = new Array<number>(5).fill(0);
      for (const [k, row] of list.rows.entries()) {
        const group = groups[row];
        expect(foldOf.get(group) ?? list.folds[k]).toBe(list.folds[k]);
        foldOf.set(group, list.folds[k]);
        counts[list.folds[k]]++;
      }
      for (const count of counts) expect(Math.abs(count / list.rows.length - 0.2)).toBeLessThan(0.003);
    }
  });

  it("take as many rows as allowed, of the same events", () => {
    const all = Uint32Array.from({ length: 1000 }, (_, i) => i);
    const [x, y] = dealFolds([all, all], 300, new Random(2));
    expect(x.rows.length).toBe(300);
    expect(y.rows).toEqual(x.rows);
  });
});

describe("normal scores", () => {
  it("keep the order, bring tails near and set spikes apart", () => {
    const random = new Random(14);
    const values = Float64Array.from({ length: 20_000 }, (_, i) =>
      i % 4 === 0 ? 0 : Math.tan(Math.PI * (random.uniform() - 0.5)) + 1e-3,
    );
    const scores = normalScores(values);
    const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
    for (let k = 1; k < order.length; k++) {
      const [i, j] = [order[k - 1], order[k]];
      if (values[i] === values[j]) expect(scores[i]).toBe(scores[j]);
      // Equal only within the rounding of 32 bits.
      else expect(scores[j]).toBeGreaterThanOrEqual(scores[i]);
    }
    expect(Math.max(...scores)).toBeLessThan(5);
    expect(normalScores(new Float64Array(50).fill(3))).toEqual(new Float32Array(50));
  });
});
