import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";

const N = 200_000;
const draws = (next: () => number) => Float64Array.from({ length: N }, next);
const mean = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / x.length;
const moment = (x: Float64Array, k: number) => mean(x.map((v) => v ** k));

test("an event's numbers depend on seed, stream and index alone", () => {
  const first = new Random(7, 3).at(123_456_789_012);
  const values = Array.from({ length: 50 }, () => first.normal());
  const again = new Random(7n, 3);
  again.uniform();
  again.at(123_456_789_012);
  expect(Array.from({ length: 50 }, () => again.normal())).toEqual(values);
  for (const other of [new Random(8, 3), new Random(7, 4)]) {
    expect(other.at(123_456_789_012).normal()).not.toBe(values[0]);
  }
  // The high half of a 64-bit index counts, too.
  expect(new Random(7, 3).at(5).normal()).not.toBe(new Random(7, 3).at(5 + 2 ** 32).normal());
});

test("uniform numbers have the moments of the uniform distribution", () => {
  const random = new Random(1);
  const x = draws(() => random.uniform());
  // Standard deviations of the means of x, x^2, x^3 over N draws; five of them allowed.
  for (const k of [1, 2, 3]) {
    const spread = Math.sqrt((1 / (2 * k + 1) - 1 / (k + 1) ** 2) / N);
    expect(Math.abs(moment(x, k) - 1 / (k + 1))).toBeLessThan(5 * spread);
  }
});

test("normal numbers have the moments of the normal distribution, and independent pairs", () => {
  const random = new Random(2);
  const x = draws(() => random.normal());
  const spreads = [1, Math.sqrt(2), Math.sqrt(15), Math.sqrt(96)];
  [0, 1, 0, 3].forEach((expected, k) => {
    expect(Math.abs(moment(x, k + 1) - expected)).toBeLessThan((5 * spreads[k]) / Math.sqrt(N));
  });
  let correlation = 0;
  for (let i = 1; i < N; i++) correlation += x[i] * x[i - 1];
  expect(Math.abs(correlation / N)).toBeLessThan(5 / Math.sqrt(N));
});

describe("Poisson numbers", () => {
  test.each([0.3, 4, 9.99, 10, 35, 1e4])("of mean %f have that mean and variance", (lambda) => {
    const random = new Random(3);
    const x = draws(() => random.poisson(lambda));
    const variance = mean(x.map((v) => (v - lambda) ** 2));
    expect(Math.abs(mean(x) - lambda)).toBeLessThan(5 * Math.sqrt(lambda / N));
    expect(Math.abs(variance - lambda)).toBeLessThan(5 * Math.sqrt((lambda + 2 * lambda * lambda) / N));
  });

  test("of mean 12 follow the probabilities", () => {
    const random = new Random(4);
    const counts = new Float64Array(60);
    for (let i = 0; i < N; i++) counts[random.poisson(12)]++;
    let chi2 = 0;
    let bins = 0;
    let p = Math.exp(-12);
    for (let k = 0; k < 60; k++) {
      if (p * N > 10) {
        chi2 += (counts[k] - p * N) ** 2 / (p * N);
        bins++;
      }
      p *= 12 / (k + 1);
    }
    expect(chi2).toBeLessThan(bins + 5 * Math.sqrt(2 * bins));
  });

  test("refuse a negative or infinite mean", () => {
    expect(() => new Random(1).poisson(-1)).toThrow(ConfigError);
    expect(() => new Random(1).poisson(Number.POSITIVE_INFINITY)).toThrow(ConfigError);
  });
});

test("a permutation holds each index once, and places them evenly", () => {
  const random = new Random(5);
  const counts = new Float64Array(5);
  for (let i = 0; i < 20_000; i++) {
    const order = random.permutation(5);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    counts[order[0]]++;
  }
  for (const count of counts) expect(Math.abs(count - 4000)).toBeLessThan(5 * Math.sqrt(3200));
});

test.each([-1, 0.5, 2 ** 53, 2n ** 64n, Number.NaN])("seed %s is refused", (seed) => {
  expect(() => new Random(seed)).toThrow(/^seed: out of range; expected an integer/);
});
