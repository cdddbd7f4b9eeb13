import { afterAll, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../../src/data/event-table.js";
import { evaluate } from "../../../src/metrics/index.js";
import { workerPool } from "../../../src/node/worker-pool.js";
import { normals } from "./helpers.js";

const pool = workerPool(2);
afterAll(() => pool.close());

const table = (seed: number, n: number, shift = 0) =>
  new EventTable(normals(seed, n, 4, shift).columns.map((column, k) => flatColumn(`v${k}`, column)));
const spec = { variables: [], joints: [{ name: "all", columns: ["v0", "v1", "v2", "v3"], classifier: false }] };

it("reports several variables together, as plain data that no number of threads changes", async () => {
  const [a, b] = [table(1, 3000), table(2, 2500, 0.1)];
  const evaluation = await evaluate(a, b, spec, { seed: 5 });
  const [joint] = evaluation.joints;
  expect(joint.events).toEqual({ reference: 3000, candidate: 2500 });
  expect(joint.metrics.map(({ metric }) => metric)).toEqual([
    "sliced-w1",
    "sliced-w2-squared",
    "sliced-ks",
    "frechet",
    "kernel",
    "precision",
    "recall",
    "density",
    "coverage",
    "correlation",
    "pairs",
    "cells",
  ]);
  expect(joint.correlations.errors[0][1]).toBeGreaterThan(0);
  expect(joint.pairs.length).toBeGreaterThanOrEqual(3);
  expect(joint.pairs.length).toBeLessThanOrEqual(6);
  expect(joint.pairs[0].pValue).toBeLessThanOrEqual(joint.pairs[1].pValue);
  expect(joint.equivalent.map(({ cells }) => cells)).toEqual([4, 16, 64]);
  expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  expect(await evaluate(a, b, spec, { seed: 5, pool })).toEqual(evaluation);
});

it("says why a handful of events is not compared", async () => {
  const evaluation = evaluate(table(1, 3000), table(2, 40), spec);
  await expect(evaluation).rejects.toThrow(/too few events in the candidate/);
});
