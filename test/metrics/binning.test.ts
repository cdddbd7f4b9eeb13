import { describe, expect, it } from "vitest";
import { defaultEdges, profileEdges } from "../../src/metrics/binning.js";
import { histogramOf } from "../../src/metrics/histogram.js";
import { sampleOf } from "../../src/metrics/sample.js";
import { Random } from "../../src/util/random.js";

const random = new Random(1);
const sample = (n: number, draw: () => number) => sampleOf(Float64Array.from({ length: n }, draw));
const widths = (edges: readonly number[]) => edges.slice(1).map((edge, i) => edge - edges[i]);

describe("default bins", () => {
  it("have a round width and hold nearly all of a distribution with tails", () => {
    const edges = defaultEdges(sample(100_000, () => 3.2 * random.normal()));
    expect(widths(edges).every((w) => Math.abs(w - 0.25) < 1e-9)).toBe(true);
    expect(edges).toContain(0);
    expect(edges.length).toBeGreaterThan(50);
    expect(edges.length).toBeLessThanOrEqual(102);
  });

  it("end where the distribution ends sharply", () => {
    const flat = defaultEdges(sample(50_000, () => 2 * Math.PI * (random.uniform() - 0.5)));
    expect(flat).toHaveLength(101);
    expect(flat[0]).toBeCloseTo(-Math.PI, 2);
    expect(flat[100]).toBeCloseTo(Math.PI, 2);
    const threshold = defaultEdges(sample(50_000, () => 0.37 + random.exponential()));
    expect(threshold[0]).toBeCloseTo(0.37, 2);
    expect(threshold[0]).toBeLessThanOrEqual(0.37);
    const ceiling = defaultEdges(sample(50_000, () => 0.93 - random.exponential()));
    expect(ceiling.at(-1)).toBeCloseTo(0.93, 2);
    expect(ceiling.at(-1)).toBeGreaterThanOrEqual(0.93);
  });

  it("are one for each of few integers, centred on them", () => {
    const edges = defaultEdges(sample(1000, () => random.integer(6) - 2));
    expect(edges).toEqual([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5]);
    expect(profileEdges(sample(1000, () => random.integer(6) - 2))).toEqual(edges);
  });

  it("are fewer for few events, and as asked for", () => {
    const small = sample(300, () => random.normal());
    expect(defaultEdges(small).length).toBeLessThan(16);
    expect(defaultEdges(small, 40)).toHaveLength(41);
    expect(defaultEdges(small, 4, [0, 1])).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it("ascend whatever the values", () => {
    const cases = [
      () => 5,
      () => 1e9 + random.uniform() * 1e-6,
      () => (random.uniform() < 0.0005 ? random.normal() : 7),
      () => 1e-12 * random.normal(),
      () => 1e12 * random.exponential(),
      () => Math.tan(Math.PI * (random.uniform() - 0.5)),
    ];
    for (const draw of cases) {
      const s = sample(20_000, draw);
      for (const edges of [defaultEdges(s), defaultEdges(s, 7), profileEdges(s)]) {
        expect(widths(edges).every((w) => w > 0)).toBe(true);
        const inside = histogramOf(s, edges)
          .sums.slice(1, -1)
          .reduce((a, b) => a + b);
        expect(inside).toBeGreaterThan(0.99 * 20_000);
      }
    }
  });
});

describe("histograms", () => {
  it("put an edge into the bin above it, the last edge into the last bin, and the rest out of range", () => {
    const { sums, variances } = histogramOf(
      sampleOf([-1, 0, 0.5, 1, 2, 2.001, 9], Float64Array.of(1, 2, 3, 4, 5, 6, 7)),
      [0, 1, 2],
    );
    expect([...sums]).toEqual([1, 5, 9, 13]);
    expect([...variances]).toEqual([1, 13, 41, 85]);
  });
});

it("profiles of a steeply falling variable have bins of equal content", () => {
  const random = new Random(11);
  const pt = sample(20_000, () => 20 * random.uniform() ** -0.5);
  const edges = profileEdges(pt);
  expect(edges.length).toBeGreaterThan(20);
  for (let k = 1; k < edges.length; k++) {
    const inside = pt.values.filter((x) => x >= edges[k - 1] && x < edges[k]).length;
    expect(inside).toBeGreaterThan(100);
    expect(inside).toBeLessThan(2000);
  }
});
