import { afterAll, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import { evaluate } from "../../src/metrics/index.js";
import { nearestOf } from "../../src/metrics/memorisation.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { inlinePool } from "../../src/util/pool.js";
import { Random } from "../../src/util/random.js";

const pool = workerPool(2);
afterAll(() => pool.close());

const NAMES = ["a", "b", "c", "d"];
const tableOf = (columns: Float64Array[]) => new EventTable(columns.map((column, k) => flatColumn(NAMES[k], column)));

function sample(seed: number, n: number): EventTable {
  const random = new Random(seed);
  return tableOf(NAMES.map((_, k) => Float64Array.from({ length: n }, () => 100 * k + 10 ** k * random.normal())));
}

/** Training events, moved by a share of each variable's deviation. */
function copies(training: EventTable, seed: number, noise: number): EventTable {
  const random = new Random(seed);
  return tableOf(NAMES.map((name, k) => training.numbers(name).map((x) => x + noise * 10 ** k * random.normal())));
}

const spec = { variables: [], memorisations: [{ name: "events", columns: NAMES }] };
const training = sample(1, 3000);
const holdout = sample(2, 4000);
const judge = async (candidate: EventTable, own = pool, seed = 5) =>
  (await evaluate(holdout, candidate, spec, { pool: own, training, seed })).memorisations[0];

it("finds no copies in an independent sample", async () => {
  const result = await judge(sample(3, 2000));
  const [share, ratio] = result.metrics;
  expect(share.metric).toBe("copies");
  expect(Math.abs(share.value - 0.5)).toBeLessThan(3 * share.error);
  expect(share.pValue).toBeGreaterThan(0.01);
  expect(ratio.metric).toBe("nn-ratio");
  expect(Math.abs(ratio.value - 1)).toBeLessThan(3 * ratio.error);
  expect(result.events).toEqual({ candidate: 2000, training: 3000, holdout: 3000 });
  expect(result.duplicates).toEqual({ candidate: 0, holdout: 0 });
  for (const side of [result.distances.candidate, result.distances.holdout]) {
    expect(side.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  }
});

it("finds copies with noise, and exact ones", async () => {
  const noisy = await judge(copies(training, 4, 0.1));
  expect(noisy.metrics[0].value).toBeGreaterThan(0.75);
  expect(noisy.metrics[0].excess).toBeGreaterThan(10);
  expect(noisy.metrics[1].value).toBeLessThan(0.7);
  expect(noisy.metrics[1].excess).toBeGreaterThan(10);
  const exact = await judge(training);
  expect(exact.metrics[0].value).toBe(1);
  expect(exact.metrics[1].value).toBe(0);
  expect(exact.duplicates).toEqual({ candidate: 1, holdout: 0 });
});

it("does not hold events that lie far from both against the candidate", async () => {
  const [share, ratio] = (await judge(copies(sample(6, 2000), 7, 2))).metrics;
  expect(share.pValue).toBeGreaterThan(0.01);
  expect(ratio.value).toBeGreaterThan(1.2);
  expect(ratio.distance).toBe(0);
  expect(ratio.pValue).toBe(1);
});

it("is right about its noise", async () => {
  const trials = 100;
  const sums = [0, 1].map(() => ({ distance: 0, null: 0, rare: 0, outside: 0 }));
  for (let trial = 0; trial < trials; trial++) {
    const [a, b, c] = [0, 1, 2].map((k) => sample(1000 + 3 * trial + k, k === 1 ? 500 : 300));
    const options = { training: c, seed: trial };
    const { metrics } = (await evaluate(a, b, spec, options)).memorisations[0];
    for (const [k, metric] of metrics.entries()) {
      sums[k].distance += metric.distance;
      sums[k].null += metric.null;
      if (metric.pValue < 0.01) sums[k].rare++;
      if (Math.abs(metric.distance - metric.null) > 2 * metric.error) sums[k].outside++;
    }
  }
  for (const sum of sums) {
    expect(sum.rare).toBeLessThan(5);
    expect(sum.outside).toBeLessThanOrEqual(5);
    expect(sum.distance / sum.null).toBeGreaterThan(0.7);
    expect(sum.distance / sum.null).toBeLessThan(1.45);
  }
});

it("finds the nearest points, one by one, on any number of threads", async () => {
  const random = new Random(9);
  const [queries, points] = [700, 900].map((n) => Float64Array.from({ length: 3 * n }, () => random.normal()));
  const found = await nearestOf(queries, points, 3, inlinePool());
  for (let q = 0; q < 700; q += 37) {
    let [least, nearest] = [Number.POSITIVE_INFINITY, -1];
    for (let p = 0; p < 900; p++) {
      const square = [0, 1, 2].reduce((sum, k) => sum + (queries[3 * q + k] - points[3 * p + k]) ** 2, 0);
      if (square < least) [least, nearest] = [square, p];
    }
    expect(found.events[q]).toBe(nearest);
    expect(found.squares[q]).toBe(least);
  }
  const candidate = sample(10, 1500);
  expect(JSON.stringify(await judge(candidate, inlinePool()))).toBe(JSON.stringify(await judge(candidate)));
});

it("says why it cannot be judged", async () => {
  const variables = [{ name: "a", column: "a" }];
  const { skipped } = await evaluate(holdout, sample(3, 200), { ...spec, variables });
  expect(skipped).toEqual([{ name: "events", reason: expect.stringContaining("no training events") }]);
  const few = await evaluate(holdout, sample(3, 20), { ...spec, variables }, { training });
  expect(few.skipped[0].reason).toBe("too few events in the candidate; expected at least 50, got 20.");
});
