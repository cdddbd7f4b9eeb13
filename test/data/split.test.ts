import { describe, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import { splitMask, splitTable } from "../../src/data/split.js";
import { ConfigError } from "../../src/util/errors.js";

describe("splitMask", () => {
  it("gives each part its share, within the binomial error", () => {
    const n = 200_000;
    const parts = splitMask(n, [0.7, 0.2, 0.1], 42);
    for (const [k, f] of [0.7, 0.2, 0.1].entries()) {
      const count = parts.reduce((sum, part) => sum + +(part === k), 0);
      expect(Math.abs(count - f * n)).toBeLessThan(5 * Math.sqrt(n * f * (1 - f)));
    }
  });

  it("depends on seed and event index alone", () => {
    const whole = splitMask(1000, [0.5, 0.5], 1);
    expect([...splitMask(400, [0.5, 0.5], 1, 600)]).toEqual([...whole.subarray(600)]);
    expect([...splitMask(1000, [0.5, 0.5], 2)]).not.toEqual([...whole]);
  });

  it("keeps the first part when a later one is divided", () => {
    const two = splitMask(1000, [0.6, 0.4], 5);
    const three = splitMask(1000, [0.6, 0.3, 0.1], 5);
    expect(three.map((part) => Math.min(part, 1))).toEqual(two);
  });

  it.each([[[]], [[0.5, 0.6]], [[1.5, -0.5]], [[Number.NaN, 1]], [[1, 0]]])("refuses fractions %j", (fractions) => {
    expect(() => splitMask(3, fractions, 0)).toThrow(ConfigError);
  });
});

it("splitTable shares all events out, in order", () => {
  const table = new EventTable([
    flatColumn(
      "i",
      Int32Array.from({ length: 999 }, (_, i) => i),
    ),
  ]);
  const [a, b] = splitTable(table, [0.9, 0.1], 3);
  const all = [...(a.flat("i") as Int32Array), ...(b.flat("i") as Int32Array)];
  expect(all.length).toBe(999);
  expect(all.slice(0, a.length)).toEqual([...all.slice(0, a.length)].sort((x, y) => x - y));
  expect([...all].sort((x, y) => x - y)).toEqual(Array.from({ length: 999 }, (_, i) => i));
});
