import { expect, it } from "vitest";
import { compareCells } from "../../../src/metrics/joint/cells.js";
import { frechetDistance } from "../../../src/metrics/joint/frechet.js";
import { kernelDistance } from "../../../src/metrics/joint/kernel.js";
import { Orderer } from "../../../src/metrics/joint/order.js";
import { compareSliced, randomDirections } from "../../../src/metrics/joint/sliced.js";
import { eigenOf, multiply, rootOf } from "../../../src/metrics/joint/symmetric.js";
import { inlinePool } from "../../../src/util/pool.js";
import { Random } from "../../../src/util/random.js";
import { normals, points, tools } from "./helpers.js";

const constant = (value: number, n: number) =>
  points([new Float64Array(n).fill(value), new Float64Array(n).fill(value)]);

it("gives JetNet's own test values for two constants, 8 and 624", async () => {
  const [two, zero] = [constant(2, 500), constant(0, 500)];
  expect(frechetDistance(two, zero).value).toBeCloseTo(8, 10);
  expect((await kernelDistance(two, zero, inlinePool(), new Random(1))).value).toBeCloseTo(624, 9);
  const [one, none] = [constant(1, 500), constant(0, 500)];
  expect(frechetDistance(one, none).value).toBeCloseTo(2, 10);
  expect((await kernelDistance(one, none, inlinePool(), new Random(1))).value).toBeCloseTo(15, 10);
  expect(frechetDistance(two, two).value).toBeCloseTo(0, 12);
  expect((await kernelDistance(two, two, inlinePool(), new Random(1))).value).toBeCloseTo(0, 8);
});

it("gives the squared distance of two normal distributions, free of bias", () => {
  const n = 4000;
  const draw = (seed: number, shift: number, scale: number) => {
    const random = new Random(seed);
    return points([0, 1, 2].map(() => Float64Array.from({ length: n }, () => shift + scale * random.normal())));
  };
  let sum = 0;
  let errors = 0;
  for (let t = 0; t < 20; t++) {
    const { value, variance } = frechetDistance(draw(2 * t, 0, 1), draw(2 * t + 1, 0.3, 1.2));
    sum += value / 20;
    errors += variance / 400;
  }
  // |shift|^2 + 3 (1.2 - 1)^2.
  expect(Math.abs(sum - 0.39)).toBeLessThan(3 * Math.sqrt(errors));
});

it.each([
  [2, 0.637],
  [8, 0.291],
  [10, 0.259],
])("sees a shift in %i dimensions as %f of itself", async (d, share) => {
  const a = normals(1, 300, d);
  const b = points(a.columns.map((column, k) => column.map((value) => value + (k === 0 ? 0.7 : 0))));
  const directions = randomDirections(1500, d, new Random(4));
  const { means } = await compareSliced(a, b, directions, tools());
  expect(Math.abs(means[0] / (0.7 * share) - 1)).toBeLessThan(0.06);
  expect(Math.abs(means[1] / (0.49 / d) - 1)).toBeLessThan(0.1);
});

it("counts independent events right, within intervals that hold 68 %", () => {
  let inside = 0;
  for (let t = 0; t < 100; t++) {
    const { equivalent } = compareCells(normals(2 * t, 6000, 4), normals(2 * t + 1, 1500, 4), tools(t));
    expect(equivalent.map(({ cells }) => cells)).toEqual([4, 16, 64]);
    const { low, high } = equivalent[2];
    if (low < 1500 && (high === null || high > 1500)) inside++;
  }
  // Three binomial standard deviations.
  expect(Math.abs(inside - 68)).toBeLessThan(14);
});

it("counts 6000 events copied tenfold as 6000", () => {
  const few = normals(2, 6000, 3);
  const copied = points(few.columns.map((column) => Float64Array.from({ length: 60_000 }, (_, i) => column[i % 6000])));
  const { equivalent } = compareCells(normals(1, 60_000, 3), copied, tools());
  const { low, high } = equivalent[equivalent.length - 1];
  expect(low).toBeLessThan(6000 * 1.1);
  expect(high as number).toBeGreaterThan(6000 / 1.1);
});

it("gives every cell the same content, ties or not", () => {
  const random = new Random(9);
  const flags = points([
    Float64Array.from({ length: 4096 }, () => Math.round(random.uniform())),
    new Float64Array(4096).fill(3),
    Float64Array.from({ length: 4096 }, () => random.integer(4)),
  ]);
  expect(compareCells(flags, flags, tools()).metric.value).toBeLessThan(2);
  const other = points(flags.columns.map((column) => Float64Array.from(column, (v) => v)));
  expect(Math.abs(compareCells(flags, other, tools(8)).metric.value - 0.5)).toBeLessThan(0.6);
});

it("sorts what differs in the last digit, ties, signs and zeros", () => {
  const random = new Random(2);
  const cases = [
    Float64Array.from({ length: 5000 }, () => random.normal() * 10 ** (random.integer(40) - 20)),
    Float64Array.from({ length: 5000 }, () => 1 + random.integer(3000) * 2 ** -50),
    Float64Array.from({ length: 3000 }, () => random.integer(3) - 1),
    Float64Array.of(0, -0, 1, -1, 0),
  ];
  for (const values of cases) {
    const order = new Orderer(values.length).order(values);
    expect(new Set(order).size).toBe(values.length);
    for (let r = 1; r < order.length; r++) expect(values[order[r]]).toBeGreaterThanOrEqual(values[order[r - 1]]);
  }
});

it("finds eigenvalues and roots of symmetric matrices, singular ones too", () => {
  const random = new Random(1);
  const d = 12;
  const a = Float64Array.from({ length: d * d }, () => random.normal());
  const square = new Float64Array(d * d);
  // Rank 7.
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) for (let k = 0; k < 7; k++) square[i * d + j] += a[i * d + k] * a[j * d + k];
  }
  const root = rootOf(square, d);
  multiply(root, root, d).forEach((value, i) => {
    expect(value).toBeCloseTo(square[i], 10);
  });
  const { values, vectors } = eigenOf(square, d);
  expect(values.filter((value) => Math.abs(value) < 1e-10).length).toBe(5);
  for (let j = 0; j < d; j++) {
    for (let k = 0; k < d; k++) {
      let dot = 0;
      for (let i = 0; i < d; i++) dot += vectors[i * d + j] * vectors[i * d + k];
      expect(dot).toBeCloseTo(j === k ? 1 : 0, 12);
    }
  }
});
