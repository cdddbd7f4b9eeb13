import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { constant, gradients, input, ops, type Tensor } from "../../../src/engine/index.js";
import { fitColumnMap, fromNormalGraph, normalGraph, toNormal } from "../../../src/models/networks/column-map.js";
import { spline, splineInverse } from "../../../src/models/networks/spline.js";
import { Random } from "../../../src/util/random.js";
import { normalCdf } from "../../../src/util/special.js";
import { compileOutputs, value } from "../../engine/evaluate.js";

const oracle = JSON.parse(readFileSync(new URL("../../../validation/data/flow-spline.json", import.meta.url), "utf8"));
const { bins, bound, columns } = oracle as { bins: number; bound: number; columns: number };
const shape = { bins, bound };
const rows = oracle.x.length / columns;
const rawInput = input("raw", "float32", ["n", columns * 3 * bins]);
const all = ops.split(ops.reshape(rawInput, ["n", columns, 3 * bins]), [2 * bins, bins]);
const raw = {
  shares: ops.reshape(all[0], ["n", columns * 2 * bins]),
  slopes: ops.reshape(all[1], ["n", columns * bins]),
};
const x = input("x", "float32", ["n", columns]);
const feeds = (xs: ArrayLike<number>, raws: ArrayLike<number> = oracle.raw) => ({
  x: value("float32", [xs.length / columns, columns], xs),
  raw: value("float32", [xs.length / columns, columns * 3 * bins], raws),
});

const run = async (outputs: readonly Tensor[], fed: ReturnType<typeof feeds>) => {
  const program = await compileOutputs(outputs);
  const results = await program.run(fed);
  await program.close();
  return results;
};

const close = (got: readonly number[], wanted: readonly number[], tolerance: number) => {
  expect(got.length).toBe(wanted.length);
  got.forEach((v, k) => {
    expect(Math.abs(v - wanted[k]), `number ${k}: ${v} for ${wanted[k]}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(wanted[k])),
    );
  });
};

test("values and slopes are those of the paper's equations", async () => {
  const { y, logSlope } = spline(x, raw, shape);
  const [ys, logs] = await run([y, logSlope], feeds(oracle.x));
  close(ys, oracle.y, 3e-6);
  close(
    logs.map((l) => Math.exp(l)),
    oracle.slope,
    2e-4,
  );
});

test("the inverse takes values back: to 1e-5, and where the spline is flat as far as roundings of its value let it", async () => {
  const back = splineInverse(spline(x, raw, shape).y, raw, shape);
  const there = spline(splineInverse(x, raw, shape), raw, shape).y;
  const [first, second] = await run([back, there], feeds(oracle.x));
  // Values near 3 are known to 2^-22; three such roundings in a row.
  first.forEach((v, k) => {
    expect(Math.abs(v - oracle.x[k])).toBeLessThan(1e-5 + (3 * 2 ** -22) / oracle.slope[k]);
  });
  close(second, oracle.x, 1e-5);
});

test("the slope is the derivative, and is positive; beyond the box the spline is the identity", async () => {
  const { y, logSlope } = spline(x, raw, shape);
  const [slope] = gradients(ops.sum(y), [x]);
  const steps = 400;
  const grid = Array.from({ length: steps * columns }, (_, k) => (2 * (k / columns / steps) - 1) * 1.2 * bound);
  const one = oracle.raw.slice(0, columns * 3 * bins);
  const raws = Array.from({ length: steps }, () => one).flat();
  const [ys, logs, slopes] = await run([y, logSlope, slope], feeds(grid, raws));
  close(
    logs.map((l) => Math.exp(l)),
    slopes,
    2e-4,
  );
  for (let k = columns; k < ys.length; k++) expect(ys[k]).toBeGreaterThan(ys[k - columns]);
  for (const [k, g] of grid.entries()) if (Math.abs(g) > bound) expect(Math.abs(ys[k] - g)).toBeLessThan(2e-6);
});

test("gradients by the parameters are central differences", async () => {
  const { y, logSlope } = spline(x, raw, shape);
  const weights = constant("float32", [1, columns], [0.7, -1.3]);
  const scalar = ops.sum(ops.add(ops.mul(y, weights), logSlope));
  const program = await compileOutputs([scalar, ...gradients(scalar, [rawInput])]);
  const few = 3;
  const xs = oracle.x.slice(0, few * columns);
  const raws: number[] = oracle.raw.slice(0, few * columns * 3 * bins);
  const [, slopes] = await program.run(feeds(xs, raws));
  const step = 1e-2;
  for (let k = 0; k < raws.length; k += 5) {
    const at = async (by: number) =>
      (
        await program.run(
          feeds(
            xs,
            raws.map((v, j) => (j === k ? v + by : v)),
          ),
        )
      )[0][0];
    const wanted = ((await at(step)) - (await at(-step))) / (2 * step);
    expect(Math.abs(slopes[k] - wanted), `parameter ${k}`).toBeLessThan(2e-3 * Math.max(1, Math.abs(wanted)));
  }
  await program.close();
});

test("parameters of zero give the identity", async () => {
  const { y, logSlope } = spline(x, raw, shape);
  const [ys, logs] = await run([y, logSlope], feeds(oracle.x, new Float32Array(oracle.raw.length)));
  close(ys, oracle.x, 1e-6);
  close(logs, new Array(rows * columns).fill(0), 1e-6);
});

test("a column's map makes it normal, and its graph takes it there and back, tails and repeated values included", async () => {
  const random = new Random(1);
  const n = 20_000;
  const heavy = Float32Array.from({ length: n }, () => 5 + random.normal() / Math.sqrt(random.uniform()));
  const lumpy = Float32Array.from({ length: n }, () => (random.uniform() < 0.3 ? 2 : 2 + random.exponential()));
  const columnsOf = [heavy, lumpy];
  const maps = columnsOf.map((column) => fitColumnMap(column, undefined, 32));
  const normal = columnsOf.map((column, k) => toNormal(maps[k], column, random));
  for (const [k, z] of normal.entries()) {
    // The knots hold quantiles; between them a spline is as good as the density is smooth. The edge of a repeated value
    // lies between two of them.
    const between = k === 0 ? 0.002 : 0.02;
    const sorted = z.slice().sort();
    for (const p of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]) {
      const error = Math.sqrt((p * (1 - p)) / n);
      expect(Math.abs(normalCdf(sorted[Math.floor(p * n)]) - p)).toBeLessThan(4 * error + between);
    }
  }
  const table = Float32Array.from({ length: 2 * n }, (_, i) => columnsOf[i % 2][i >> 1]);
  const there = normalGraph(x, maps);
  const z = input("z", "float32", ["n", 2]);
  const program = await compileOutputs([there, fromNormalGraph(there, maps), fromNormalGraph(z, maps)]);
  const zs = Float32Array.from({ length: 2 * n }, (_, i) => normal[i % 2][i >> 1]);
  const [gone, back, fromJs] = await program.run({
    x: value("float32", [n, 2], table),
    z: value("float32", [n, 2], zs),
  });
  await program.close();
  let [roundTrip, fromScript, forward] = [0, 0, 0];
  for (let i = 0; i < 2 * n; i++) {
    const scale = Math.max(1, Math.abs(table[i]));
    roundTrip = Math.max(roundTrip, Math.abs(back[i] - table[i]) / scale);
    fromScript = Math.max(fromScript, Math.abs(fromJs[i] - table[i]) / scale);
    if (i % 2 === 0) forward = Math.max(forward, Math.abs(gone[i] - zs[i]));
  }
  expect(roundTrip).toBeLessThan(1e-4);
  expect(fromScript).toBeLessThan(1e-4);
  expect(forward).toBeLessThan(1e-3);
  // Far beyond the data the map goes on, rising.
  const far = toNormal(maps[0], Float32Array.of(-1e6, -1e4, 1e4, 1e6));
  expect([...far]).toEqual([...far].sort((a, b) => a - b));
});
