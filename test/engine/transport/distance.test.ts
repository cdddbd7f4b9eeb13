import { describe, expect, test } from "vitest";
import { gradients } from "../../../src/engine/graph/gradients.js";
import { mul, sum } from "../../../src/engine/graph/ops/index.js";
import { input } from "../../../src/engine/graph/tensor.js";
import { compile } from "../../../src/engine/program/program.js";
import { drawDirections, slicedWasserstein } from "../../../src/engine/transport/index.js";
import { BLOCKS } from "../../../src/engine/transport/kernel.js";
import { slopesOf } from "../../../src/engine/transport/slopes.js";
import { fillNormal } from "../../../src/util/fill-random.js";
import { testRuntime, value } from "../evaluate.js";

function normals(n: number, index: number): Float32Array {
  const out = new Float32Array(n);
  fillNormal(out, 5n, 1, index);
  return out;
}

/** W_p^p from the quantile functions, on a grid so fine that all their steps lie on it. */
function costOnGrid(a: readonly number[], b: readonly number[], power: number): number {
  const [x, y] = [a, b].map((s) => [...s].sort((p, q) => p - q));
  const cells = a.length * b.length;
  let cost = 0;
  for (let c = 0; c < cells; c++) {
    cost += Math.abs(x[Math.floor((c * a.length) / cells)] - y[Math.floor((c * b.length) / cells)]) ** power;
  }
  return cost / cells;
}

test.each([
  [12, 12, 1],
  [12, 12, 2],
  [12, 7, 1],
  [12, 7, 2],
  [5, 13, 1],
  [5, 13, 2],
  [1, 9, 2],
] as const)(
  "transport of %i numbers to %i, power %i, costs what the quantile functions say, and so do its slopes",
  (m, n, power) => {
    const a = Array.from(normals(m, 3), (x) => Math.fround(x));
    const b = Array.from(normals(n, 4), (x) => Math.fround(x));
    const run = (numbers: readonly number[]) => {
      const slopes = new Float32Array(m);
      const sum = slopesOf(Float32Array.from(numbers), Float32Array.from(b), power, slopes, 0);
      return { cost: sum / m, slopes };
    };
    const { cost, slopes } = run(a);
    expect(cost).toBeCloseTo(costOnGrid(a, b, power), 6);
    a.forEach((_, i) => {
      const step = 1e-4;
      const moved = (by: number) =>
        costOnGrid(
          a.map((x, k) => (k === i ? x + by : x)),
          b,
          power,
        );
      expect((power / m) * slopes[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 4);
    });
  },
);

test.each(["gaussian", "orthogonal"] as const)("%s directions have length one and no preferred axis", (kind) => {
  const [count, dims] = [4000, 5];
  const directions = drawDirections(count, dims, kind, 3n, 0, 1);
  const products = (a: number, b: number) => {
    let along = 0;
    for (let k = 0; k < dims; k++) along += directions[a * dims + k] * directions[b * dims + k];
    return along;
  };
  for (let l = 0; l < count; l++) expect(products(l, l)).toBeCloseTo(1, 5);
  for (let a = 0; a < dims; a++) {
    for (let b = 0; b <= a; b++) {
      let moment = 0;
      for (let l = 0; l < count; l++) moment += directions[l * dims + a] * directions[l * dims + b];
      expect(Math.abs(moment / count - (a === b ? 1 / dims : 0))).toBeLessThan(0.02);
    }
  }
  if (kind === "orthogonal")
    for (let l = 0; l < 50; l++) if (l % dims > 0) expect(products(l, l - 1)).toBeCloseTo(0, 5);
});

describe("the distance as an op", () => {
  const [m, n, dims, slices] = [90, 60, 3, 40];
  const source = normals(m * dims, 7);
  const target = normals(n * dims, 8).map((x) => 0.5 * x + 1);
  const keptSource = Float32Array.from({ length: m }, (_, i) => (i % 3 === 0 ? 0 : 1));
  const keptTarget = Float32Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 0 : 1));

  /** Directions of the kernel's blocks, in order. */
  const directions = Array.from({ length: BLOCKS }, (_, block) => {
    const [from, to] = [Math.floor((block * slices) / BLOCKS), Math.floor(((block + 1) * slices) / BLOCKS)];
    return Array.from(drawDirections(to - from, dims, "gaussian", 9n, 0, 2 * BLOCKS + block));
  }).flat();

  const project = (rows: Float32Array, l: number, kept: Float32Array) =>
    Array.from({ length: rows.length / dims }, (_, i) => i)
      .filter((i) => kept[i] > 0.5)
      .map((i) => [0, 1, 2].reduce((s, k) => s + rows[i * dims + k] * directions[l * dims + k], 0));

  function expected(rows: Float32Array, power: number, a: Float32Array, b: Float32Array): number {
    let cost = 0;
    for (let l = 0; l < slices; l++) cost += costOnGrid(project(rows, l, a), project(target, l, b), power) / slices;
    return cost;
  }

  test.each([
    [1, false],
    [2, false],
    [1, true],
    [2, true],
  ] as const)("power %i, truncated %s: value and gradient are those of its definition", async (power, truncated) => {
    const x = input("x", "float32", [m, dims]);
    const y = input("y", "float32", [n, dims]);
    const [a, b] = [input("a", "float32", [m, 1]), input("b", "float32", [n, 1])];
    const distance = slicedWasserstein(x, y, { slices, power, ...(truncated ? { keptSource: a, keptTarget: b } : {}) });
    const loss = sum(mul(distance, 3));
    const program = await compile({ loss, gradient: gradients(loss, [x])[0] }, await testRuntime());
    const feeds = {
      x: value("float32", [m, dims], source),
      y: value("float32", [n, dims], target),
      ...(truncated ? { a: value("float32", [m, 1], keptSource), b: value("float32", [n, 1], keptTarget) } : {}),
    };
    const results = await program.run(feeds, {}, { seed: 9n, index: 2 });
    const [ka, kb] = truncated ? [keptSource, keptTarget] : [new Float32Array(m).fill(1), new Float32Array(n).fill(1)];
    expect(Number(results.loss.data[0])).toBeCloseTo(3 * expected(source, power, ka, kb), 4);
    for (const at of [0, 4, 100, 200]) {
      const moved = (by: number) =>
        expected(
          source.map((v, k) => (k === at ? v + by : v)),
          power,
          ka,
          kb,
        );
      const slope = (3 * (moved(1e-3) - moved(-1e-3))) / 2e-3;
      expect(Number(results.gradient.data[at])).toBeCloseTo(slope, power === 2 ? 4 : 2);
    }
    await program.close();
  });

  test("says so where no row takes part", async () => {
    const x = input("x", "float32", [m, dims]);
    const y = input("y", "float32", [n, dims]);
    const distance = slicedWasserstein(x, y, { slices, keptSource: input("a", "float32", [m, 1]) });
    const program = await compile({ distance }, await testRuntime());
    const feeds = {
      x: value("float32", [m, dims], source),
      y: value("float32", [n, dims], target),
      a: value("float32", [m, 1], new Float32Array(m)),
    };
    await expect(program.run(feeds)).rejects.toThrow(
      "sliced Wasserstein: no row of the source takes part; expected at least one of 90, got 0.",
    );
    await program.close();
  });

  test("refuses samples that do not go together", () => {
    const x = input("x", "float32", [m, 3]);
    expect(() => slicedWasserstein(x, input("y", "float32", [n, 4]))).toThrow(
      "expected as many in both, got x [90, 3] and y [60, 4]",
    );
    expect(() => slicedWasserstein(x, x, { slices: 0 })).toThrow("expected a positive integer, got 0");
  });
});
