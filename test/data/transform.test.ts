import { describe, expect, it } from "vitest";
import {
  fitQuantileNormal,
  fitRange,
  fitStandardise,
  makeTransform,
  type Transform,
  type TransformSpec,
} from "../../src/data/transform.js";
import { ConfigError, DataError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { normalCdf, normalQuantile } from "../../src/util/special.js";

const random = new Random(8);
const sample = Float64Array.from({ length: 20_000 }, (_, i) => random.at(i).exponential() * 30 + 2);

const transforms: [string, Transform, readonly number[]][] = [
  ["standardise", fitStandardise(sample), [-1e6, 0, 3, 1e9]],
  ["range", fitRange(sample), [-5, 2, 1e5]],
  ["log", makeTransform({ kind: "log", low: -1 }), [-0.999, 0, 7, 1e12]],
  ["logit", makeTransform({ kind: "logit", low: -1, high: 1, margin: 1e-6 }), [-1, -0.9999, 0, 0.3, 1]],
  ["cyclic", makeTransform({ kind: "cyclic", period: 360 }), [-179, 0, 12.5, 180]],
  ["quantile-normal", fitQuantileNormal(sample), [-50, 2, 2.5, 40, 1000]],
];

describe.each(transforms)("%s", (_, transform, points) => {
  it("is undone by its inverse, and survives JSON", () => {
    const restored = makeTransform(JSON.parse(JSON.stringify(transform)) as TransformSpec);
    const images = transform.forward(points);
    expect(images.length).toBe(points.length * transform.width);
    expect(images.every(Number.isFinite)).toBe(true);
    expect(restored.forward(points)).toEqual(images);
    for (const [i, back] of restored.inverse(images).entries()) {
      expect(Math.abs(back - points[i])).toBeLessThan(1e-9 * Math.max(1, Math.abs(points[i])));
    }
  });
});

describe("fits", () => {
  it("standardise gives mean 0 and deviation 1, with weights as with repeats, far from zero too", () => {
    const images = fitStandardise(sample).forward(sample);
    const mean = images.reduce((a, b) => a + b, 0) / images.length;
    const square = images.reduce((a, b) => a + b * b, 0) / images.length;
    expect(Math.abs(mean)).toBeLessThan(1e-12);
    expect(square).toBeCloseTo(1, 10);
    const spec = { kind: "standardise", mean: 1e9 + 2.25, deviation: Math.sqrt(1.1875) };
    expect(fitStandardise([1e9 + 1, 1e9 + 2, 1e9 + 4], [1, 2, 1]).toJSON()).toEqual(spec);
    expect(fitStandardise([1e9 + 1, 1e9 + 2, 1e9 + 2, 1e9 + 4]).toJSON()).toEqual(spec);
  });

  it("quantile-normal makes the sample normal, keeps the order, and clips nothing", () => {
    const transform = fitQuantileNormal(sample);
    const images = transform.forward(sample).sort();
    for (const z of [-2.5, -1, 0, 0.5, 2, 3]) {
      const below = images.findIndex((v) => v > z) / images.length;
      expect(Math.abs(below - normalCdf(z))).toBeLessThan(5e-4);
    }
    const far = transform.forward([-100, -50, 0, 500, 1000, 5000]);
    for (let i = 1; i < far.length; i++) expect(far[i]).toBeGreaterThan(far[i - 1]);
  });

  it("quantile-normal gives equal values the middle of the quantiles that they span", () => {
    const spiked = [...new Array(500).fill(0), ...Array.from({ length: 500 }, (_, i) => i + 1)];
    const [atSpike] = fitQuantileNormal(spiked).forward([0]);
    expect(atSpike).toBeCloseTo((normalQuantile(0.0005) + normalQuantile(0.4995)) / 2, 9);
    const [atConstant, above] = fitQuantileNormal([5, 5, 5]).forward([5, 6]);
    expect(atConstant).toBeCloseTo(0, 12);
    expect(above).toBeCloseTo(1, 12);
  });

  it("refuses samples and values that make no sense", () => {
    expect(() => fitStandardise([])).toThrow(DataError);
    expect(() => fitQuantileNormal([1, Number.NaN])).toThrow(/value 1 of the sample.*got NaN/);
    expect(() => makeTransform({ kind: "log", low: 0 }).forward([1, 0])).toThrow(/above 0, got 0/);
    expect(() => makeTransform({ kind: "logit", low: 0, high: 1, margin: 1e-3 }).forward([1.1])).toThrow(DataError);
    expect(() => makeTransform({ kind: "quantile-normal", values: [1, 1], normals: [0, 1] })).toThrow(ConfigError);
    expect(() => makeTransform({ kind: "standardise", mean: 0, deviation: 0 })).toThrow(ConfigError);
  });
});

describe("normalQuantile", () => {
  // scipy.special.ndtri
  it.each([
    [1e-300, -37.0471],
    [1e-12, -7.034483825],
    [0.02, -2.053748910631823],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.975, 1.959963984540054],
  ])("of %d is %d, as scipy has it", (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, p < 1e-100 ? 4 : p < 0.01 ? 8 : 13);
  });
});
