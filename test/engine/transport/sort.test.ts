import { afterAll, describe, expect, test } from "vitest";
import { argsort, matchTargets } from "../../../src/engine/transport/index.js";
import { workerPool } from "../../../src/node/worker-pool.js";
import { ConfigError, NumericsError } from "../../../src/util/errors.js";
import { inlinePool, sharedArray } from "../../../src/util/pool.js";
import { draw, orderOf, SHAPES, transport1d } from "./oracle.js";

const pool = inlinePool();
const threads = workerPool(2);
afterAll(() => threads.close());

describe.each(Object.keys(SHAPES))("values %s", (shape) => {
  test.each([1, 2, 3, 31, 500, 20_000, 33_000])("%i of them are sorted, equal ones by row", async (rows) => {
    const slices = rows > 1000 ? 1 : 3;
    const values = draw(shape, slices * rows, rows);
    const order = await argsort(values, slices, pool);
    for (let s = 0; s < slices; s++) {
      const slice = values.subarray(s * rows, (s + 1) * rows);
      expect(
        Buffer.from(Int32Array.from(orderOf(slice)).buffer).equals(
          Buffer.from(order.slice(s * rows, (s + 1) * rows).buffer),
        ),
      ).toBe(true);
    }
  });

  test.each([
    [700, 700],
    [1, 900],
    [900, 1],
    [300, 450],
    [457, 311],
  ])("%i rows are matched with %i targets", async (m, n) => {
    const source = draw("normal", 2 * m, 1);
    const target = draw(shape, 2 * n, 2);
    const matched = await matchTargets({ source, target, slices: 2 }, pool);
    for (let s = 0; s < 2; s++) {
      const want = transport1d(source.subarray(s * m, (s + 1) * m), target.subarray(s * n, (s + 1) * n), 2).matched;
      const scale = target.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      want.forEach((x, i) => {
        expect(Math.abs(matched[s * m + i] - x)).toBeLessThanOrEqual(1e-6 * scale + 1e-44);
      });
    }
  });
});

test("values already in order, or in the reverse order, are sorted", async () => {
  const up = Float32Array.from({ length: 5000 }, (_, i) => i);
  expect(Array.from(await argsort(up, 1, pool))).toEqual(Array.from(up));
  expect(Array.from(await argsort(up.slice().reverse(), 1, pool))).toEqual(Array.from(up).reverse());
});

test("threads change nothing", async () => {
  const source = draw("with heavy tails", 100 * 700, 3);
  const target = draw("with ties", 100 * 500, 4);
  expect(await matchTargets({ source, target, slices: 100 }, threads)).toEqual(
    await matchTargets({ source, target, slices: 100 }, pool),
  );
  expect(await argsort(source, 100, threads)).toEqual(await argsort(source, 100, pool));
});

test("matched targets land in the array given", async () => {
  const source = draw("normal", 300, 8);
  const target = draw("normal", 300, 9);
  const want = await matchTargets({ source, target, slices: 3 }, pool);
  for (const matchedInto of [new Float32Array(300), sharedArray(Float32Array, 300)]) {
    expect(await matchTargets({ source, target, slices: 3, matchedInto }, pool)).toBe(matchedInto);
    expect(matchedInto).toEqual(want);
  }
  const matchedInto = new Float32Array(299);
  await expect(matchTargets({ source, target, slices: 3, matchedInto }, pool)).rejects.toThrow(ConfigError);
});

test("many rows are matched as few are", async () => {
  const source = draw("normal", 40_000, 5);
  const target = draw("normal", 40_000, 6);
  const matched = await matchTargets({ source, target, slices: 1 }, pool);
  const a = orderOf(source);
  const b = orderOf(target);
  expect(a.every((row, rank) => matched[row] === target[b[rank]])).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "%f is refused, by its place",
  async (bad) => {
    const values = draw("normal", 4 * 50, 7);
    values[2 * 50 + 33] = bad;
    const place = `got ${bad} in slice 2, row 33`;
    await expect(argsort(values, 4, pool)).rejects.toThrow(place);
    await expect(argsort(values, 4, pool)).rejects.toThrow(NumericsError);
    await expect(matchTargets({ source: draw("normal", 4, 1), target: values, slices: 4 }, pool)).rejects.toThrow(
      place,
    );
  },
);

test("lengths that do not fit are refused", async () => {
  await expect(argsort(new Float32Array(10), 3, pool)).rejects.toThrow(ConfigError);
  await expect(argsort(new Float32Array(0), 1, pool)).rejects.toThrow(ConfigError);
  await expect(argsort(new Float32Array(10), 0, pool)).rejects.toThrow(ConfigError);
  await expect(
    matchTargets({ source: new Float32Array(4), target: new Float32Array(5), slices: 2 }, pool),
  ).rejects.toThrow(/target has no whole number of rows/);
});
