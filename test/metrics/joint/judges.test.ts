import { afterAll, describe, expect, it } from "vitest";
import { compareCells } from "../../../src/metrics/joint/cells.js";
import { compareCorrelations } from "../../../src/metrics/joint/correlation.js";
import { comparePairs } from "../../../src/metrics/joint/pairs.js";
import type { MetricValue } from "../../../src/metrics/metric.js";
import type { Points } from "../../../src/metrics/points.js";
import { standardise } from "../../../src/metrics/points.js";
import { jointJudges } from "../../../src/metrics/registry.js";
import type { Tools } from "../../../src/metrics/tools.js";
import { workerPool } from "../../../src/node/worker-pool.js";
import { normals, points, repeated, shuffled, tools } from "./helpers.js";

const pool = workerPool(3);
afterAll(() => pool.close());

/** Everything that is said of two samples together. */
async function judgeAll(reference: Points, candidate: Points, own: Tools = tools()): Promise<MetricValue[]> {
  const [x, y] = standardise(reference, candidate);
  const values: MetricValue[] = [];
  for (const judge of jointJudges) values.push(...(await judge.judge(x, y, own)));
  const worst = comparePairs(reference, candidate).metric;
  values.push(compareCorrelations(reference, candidate, own).metric, compareCells(reference, candidate, own).metric);
  return worst === undefined ? values : [...values, worst];
}

const named = (values: readonly MetricValue[]) => Object.fromEntries(values.map((value) => [value.metric, value]));

function expectFinite(values: readonly MetricValue[]): void {
  for (const value of values) {
    for (const [field, number] of Object.entries(value)) {
      if (typeof number === "number") expect(Number.isFinite(number), `${value.metric} ${field}: ${number}`).toBe(true);
    }
    expect(value.pValue).toBeGreaterThanOrEqual(0);
    expect(value.pValue).toBeLessThanOrEqual(1);
  }
}

/**
 * How far the mean of 100 distances may lie from the null, else 20 %. Excesses are 0 for half of the pairs; 100
 * of them have a mean known to 17 %, and those of eighth powers of a few hundred normal numbers to 25 %, with a tail upwards.
 */
const TOLERANCES: Record<string, number> = {
  frechet: 0.55,
  precision: 0.55,
  recall: 0.55,
  coverage: 0.55,
  kernel: 0.8,
};

describe.each([
  ["unweighted", false, 500, 500],
  ["weighted, of other sizes", true, 600, 400],
] as const)("nulls, %s", (_, weighted, n, m) => {
  it("hold for 100 pairs of independent samples", async () => {
    const sums = new Map<string, { distance: number; null: number; rare: number; inside: number }>();
    for (let t = 0; t < 100; t++) {
      const a = normals(2 * t, n, 3, 0, weighted);
      const b = normals(2 * t + 1, m, 3, 0, weighted);
      for (const value of await judgeAll(a, b, tools(t))) {
        const sum = sums.get(value.metric) ?? { distance: 0, null: 0, rare: 0, inside: 0 };
        sums.set(value.metric, sum);
        sum.distance += value.distance;
        sum.null += value.null;
        if (value.pValue < 0.01) sum.rare++;
        if (Math.abs(value.distance - value.null) <= 2 * value.error) sum.inside++;
      }
    }
    expect(sums.size).toBe(12);
    for (const [metric, sum] of sums) {
      expect(sum.rare, `${metric}: p < 1 %`).toBeLessThan(5);
      expect(sum.inside, `${metric}: inside`).toBeGreaterThanOrEqual(95);
      const ratio = sum.distance / sum.null;
      const tolerance = TOLERANCES[metric] ?? 0.2;
      expect(Math.abs(ratio - 1), `${metric}: ${ratio}`).toBeLessThan(tolerance);
    }
  });
});

it("holds p-values where one event far out rules all moments", async () => {
  let rare = 0;
  const trials = 30;
  for (let t = 0; t < trials; t++) {
    const heavy = (seed: number) => points(normals(seed, 600, 3).columns.map((column) => column.map(Math.exp)));
    for (const { pValue } of await judgeAll(heavy(2 * t), heavy(2 * t + 1), tools(t))) if (pValue < 0.01) rare++;
  }
  // 12 metrics, of which many look at the same thing: 4 expected.
  expect(rare).toBeLessThan(15);
});

describe("values", () => {
  const a = normals(1, 700, 3, 0, true);
  const b = normals(2, 500, 3, 0.15, true);
  /** With weights these look at a random choice of events, below. */
  const chosen = new Set(["precision", "recall", "density", "coverage"]);

  it("do not depend on the order of events", async () => {
    const plain = (of: Points) => points(of.columns);
    const forth = await judgeAll(plain(a), plain(b));
    const back = named(await judgeAll(plain(shuffled(a)), plain(shuffled(b))));
    for (const { metric, value } of forth) expect(Math.abs(back[metric].value - value), metric).toBeLessThan(1e-9);
    const other = named(await judgeAll(shuffled(a), shuffled(b)));
    for (const { metric, value } of await judgeAll(a, b)) {
      if (!chosen.has(metric)) expect(Math.abs(other[metric].value - value), metric).toBeLessThan(1e-9);
    }
  });

  it("do not depend on the scale of the weights, and weights of 1 are none", async () => {
    const scaled = (of: Points, by: number) =>
      points(
        of.columns,
        (of.weights as Float64Array).map((w) => w * by),
      );
    const before = await judgeAll(a, b);
    const after = named(await judgeAll(scaled(a, 8), scaled(b, 0.25)));
    for (const { metric, value, error, null: noise } of before) {
      expect(after[metric].value, metric).toBeCloseTo(value, 9);
      expect(after[metric].error, metric).toBeCloseTo(error, 9);
      expect(after[metric].null, metric).toBeCloseTo(noise, 9);
    }
    const ones = (of: Points) => points(of.columns, new Float64Array(of.length).fill(1));
    expect(await judgeAll(ones(a), ones(b))).toEqual(await judgeAll(points(a.columns), points(b.columns)));
  });

  it("are the same for integer weights as for repeated events, where no pairs of events are left out", async () => {
    const [weighted, many] = repeated(normals(5, 300, 3));
    const other = normals(6, 300, 3, 0.2);
    const one = named(await judgeAll(weighted, other));
    const two = named(await judgeAll(many, other));
    for (const metric of ["sliced-w1", "sliced-w2-squared", "sliced-ks", "correlation"]) {
      expect(one[metric].value, metric).toBeCloseTo(two[metric].value, 9);
    }
  });

  it("are symmetric where claimed", async () => {
    for (const judge of jointJudges) {
      const forth = await judge.judge(a, b, tools());
      const back = await judge.judge(b, a, tools());
      for (const [i, { symmetric, name }] of judge.metrics.entries()) {
        if (symmetric) expect(back[i].value, name).toBeCloseTo(forth[i].value, 9);
      }
    }
    expect(compareCorrelations(b, a, tools()).metric.value).toBeCloseTo(
      compareCorrelations(a, b, tools()).metric.value,
      12,
    );
  });

  it("do not depend on the number of threads", async () => {
    expect(await judgeAll(a, b, { ...tools(), pool })).toEqual(await judgeAll(a, b, tools()));
  });

  it("are drawn from the seed", async () => {
    expect(await judgeAll(a, b, tools(1))).toEqual(await judgeAll(a, b, tools(1)));
    expect(await judgeAll(a, b, tools(1))).not.toEqual(await judgeAll(a, b, tools(2)));
  });
});

describe("differences", () => {
  it("of all means are found", async () => {
    const values = named(await judgeAll(normals(1, 4000, 3), normals(2, 4000, 3, 0.4)));
    for (const metric of ["sliced-w1", "sliced-w2-squared", "sliced-ks", "frechet", "kernel", "cells", "pairs"]) {
      expect(values[metric].score, metric).toBeGreaterThan(1.5);
      expect(values[metric].pValue, metric).toBeLessThan(1e-6);
    }
  });

  it("of correlations alone are found, and shown", async () => {
    const a = normals(1, 6000, 3);
    // The same distributions variable by variable, without what ties them together.
    const b = points(normals(2, 6000, 3).columns.map((column, k) => shuffled(points([column]), k).columns[0]));
    const values = named(await judgeAll(a, b));
    for (const metric of ["correlation", "pairs", "cells", "kernel", "frechet"]) {
      expect(values[metric].pValue, metric).toBeLessThan(1e-6);
    }
    const { pairs } = comparePairs(a, b);
    expect([pairs[0].x, pairs[0].y].includes("c1")).toBe(true);
    const { correlations } = compareCorrelations(a, b, tools());
    const { reference, candidate, errors } = correlations;
    expect((candidate[0][1] - reference[0][1]) / errors[0][1]).toBeLessThan(-10);
    expect(Math.abs(candidate[0][1] - reference[0][1] + 0.371)).toBeLessThan(0.05);
  });

  it("between what is filled and what is reached are told apart", async () => {
    const a = normals(1, 2000, 2);
    const half = points(normals(2, 4000, 2).columns.map((column, _, all) => column.filter((_x, i) => all[0][i] > 0)));
    const values = named(await judgeAll(a, half));
    expect(values.recall.pValue).toBeLessThan(1e-6);
    expect(values.coverage.pValue).toBeLessThan(1e-6);
    expect(values.precision.pValue).toBeGreaterThan(0.01);
    const smeared = points(normals(2, 2000, 2).columns.map((column) => column.map((x) => 3 * x)));
    const wide = named(await judgeAll(a, smeared));
    expect(wide.precision.pValue).toBeLessThan(1e-6);
    expect(wide.density.pValue).toBeLessThan(1e-6);
  });
});

describe("awkward samples give finite numbers", () => {
  const base = normals(1, 300, 3);
  const other = normals(2, 200, 3);
  const [c0, c1, c2] = base.columns;
  const same = (of: Points, change: (column: Float64Array, k: number) => Float64Array) =>
    points(of.columns.map(change), of.weights);
  const cases: Record<string, [Points, Points]> = {
    "a constant column": [
      same(base, (c, k) => (k === 1 ? c.map(() => 2) : c)),
      same(other, (c, k) => (k === 1 ? c.map(() => 2) : c)),
    ],
    "a column that is constant in one of them": [same(base, (c, k) => (k === 1 ? c.map(() => 2) : c)), other],
    "nothing but constants": [same(base, (c) => c.map(() => 2)), same(other, (c) => c.map(() => 2))],
    "columns that are copies": [points([c0, c0, c2]), points([other.columns[0], other.columns[0], other.columns[2]])],
    "repeated events": [same(base, (c) => c.map((_, i) => c[i % 10])), same(other, (c) => c.map((_, i) => c[i % 10]))],
    "identical samples": [base, base],
    "one variable": [points([c0]), points([c1])],
    "few events": [normals(3, 50, 3), normals(4, 50, 3)],
    "few events of many variables": [normals(3, 50, 12), normals(4, 60, 12)],
    "an event far out": [base, same(other, (c) => c.map((x, i) => (i === 0 ? 1e12 : x)))],
    "a candidate in one place": [base, same(other, (c) => c.map(() => c[0]))],
    "signed weights": [
      points(
        base.columns,
        Float64Array.from({ length: 300 }, (_, i) => (i % 4 === 0 ? -0.5 : 1)),
      ),
      points(
        other.columns,
        Float64Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? -0.9 : 1)),
      ),
    ],
    "one weight above all others": [
      points(
        base.columns,
        Float64Array.from({ length: 300 }, (_, i) => (i === 0 ? 1e6 : 1)),
      ),
      other,
    ],
  };
  it.each(Object.entries(cases))("%s", async (_, [a, b]) => {
    expectFinite(await judgeAll(a, b));
    const { equivalent } = compareCells(a, b, tools());
    const { pairs } = comparePairs(a, b);
    const { correlations } = compareCorrelations(a, b, tools());
    const text = JSON.stringify({ equivalent, pairs, correlations });
    expect(JSON.parse(text)).toEqual({ equivalent, pairs, correlations });
  });

  it("thirty variables", async () => {
    expectFinite(await judgeAll(normals(1, 2000, 30), normals(2, 2000, 30)));
  });
});
