import { expect, it } from "vitest";
import { sortWithWeights } from "../../src/metrics/sort.js";
import { Random } from "../../src/util/random.js";

const random = new Random(2);
const draws: Record<string, () => number> = {
  "doubles of both signs and all sizes": () => random.normal() * 10 ** (200 * (random.uniform() - 0.5)),
  "values of 32-bit floats": () => Math.fround(random.normal()),
  "few integers": () => random.integer(9) - 4,
  "one value": () => 0.1,
  "zeros of both signs and the ends of the range": () =>
    [0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE][random.integer(6)],
};

it.each(Object.keys(draws))("sorts %s as the built-in sort does, each weight with its value", (name) => {
  for (const n of [2, 100, 20_000]) {
    const values = Float64Array.from({ length: n }, draws[name]);
    const before = values.slice();
    const expected = [...values].sort((a, b) => a - b);
    // The weight is the place from which a value came.
    const places = Float64Array.from({ length: n }, (_, i) => i);
    const { values: sorted, weights } = sortWithWeights(values, places);
    expect(sorted.every((x, i) => x === expected[i])).toBe(true);
    expect(weights?.every((place, i) => values[place] === sorted[i])).toBe(true);
    expect(new Set(weights).size).toBe(n);
    expect(sortWithWeights(values).values.every((x, i) => x === expected[i])).toBe(true);
    expect(values).toEqual(before);
    expect(places[n - 1]).toBe(n - 1);
  }
});
