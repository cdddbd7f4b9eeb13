import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bridgeSupremum } from "../../src/metrics/bridge.js";
import { chiSquareTail } from "../../src/metrics/chi-square-tail.js";
import { Comparison, type Metric, metrics, ratioInterval, sampleOf, wilson } from "../../src/metrics/index.js";
import { kolmogorovTail } from "../../src/metrics/ks.js";
import { quantile } from "../../src/metrics/quantile.js";
import { Random } from "../../src/util/random.js";

interface Null {
  n: number;
  m: number;
  trials: number;
  ks: [mean: number, spread: number];
  w1: [mean: number, spread: number];
  w2: [mean: number, spread: number];
  separation: [mean: number, spread: number];
  cuts: number[];
}

const path = new URL("../../validation/data/metrics-one-dimensional.json", import.meta.url);
const scipy = JSON.parse(readFileSync(path, "utf8"));
const nulls = scipy.nulls as Record<string, Null>;
const numbers = (name: string) => Float64Array.from(scipy[name] as number[]);
const [x, y, u, v] = [numbers("x"), numbers("y"), numbers("u"), numbers("v")];
const counts = new Comparison(sampleOf(numbers("countsX")), sampleOf(numbers("countsY")));
const edges = scipy.edges as number[];
const plain = new Comparison(sampleOf(x), sampleOf(y), { edges });
const weighted = new Comparison(sampleOf(x, u), sampleOf(y, v), { edges });

const metric = (name: string) => metrics.find((one) => one.name === name) as Metric;

describe("SciPy", () => {
  it("agrees on KS, with ties and with weights", () => {
    const ks = metric("ks");
    expect(ks.compute(plain).value).toBeCloseTo(scipy.ks, 12);
    expect(ks.compute(weighted).value).toBeCloseTo(scipy.ksWeighted, 12);
    expect(ks.compute(counts).value).toBeCloseTo(scipy.ksCounts, 12);
  });

  it("agrees on W1, raw and in deviations of the reference", () => {
    const w1 = metric("w1");
    expect(w1.compute(plain).raw).toBeCloseTo(scipy.w1, 12);
    expect(w1.compute(weighted).raw).toBeCloseTo(scipy.w1Weighted, 12);
    expect(w1.compute(counts).raw).toBeCloseTo(scipy.w1Counts, 12);
    expect(w1.compute(plain).value).toBeCloseTo(scipy.w1 / scipy.deviation, 12);
    expect(w1.compute(weighted).value).toBeCloseTo(scipy.w1Weighted / scipy.deviationWeighted, 12);
  });

  it("agrees on W2 squared and on the separation power, plain and weighted", () => {
    const w2 = metric("w2-squared");
    expect(w2.compute(plain).raw).toBeCloseTo(scipy.w2, 12);
    expect(w2.compute(weighted).raw).toBeCloseTo(scipy.w2Weighted, 12);
    expect(w2.compute(plain).value).toBeCloseTo(scipy.w2 / scipy.deviation ** 2, 12);
    expect(metric("separation").compute(plain).value).toBeCloseTo(scipy.separation, 13);
    expect(metric("separation").compute(weighted).value).toBeCloseTo(scipy.separationWeighted, 13);
  });

  it("agrees on the weighted chi-square, under- and overflow included", () => {
    const chi2 = metric("chi2");
    const bins = edges.length + 1;
    expect(chi2.compute(plain).degrees).toBe(bins - 1);
    expect(chi2.compute(plain).value).toBeCloseTo(scipy.chiSquare / (bins - 1), 11);
    expect(chi2.compute(weighted).value).toBeCloseTo(scipy.chiSquareWeighted / (bins - 1), 11);
  });

  it("agrees on the tails of Kolmogorov's and the chi-square distribution", () => {
    for (const [t, p] of scipy.kolmogorovTail) expect(kolmogorovTail(t), `K(${t})`).toBeCloseTo(p, 12);
    for (const [c, k, p] of scipy.chiSquareTail) {
      expect(Math.abs(chiSquareTail(c, k) / p - 1), `chi2(${c}, ${k})`).toBeLessThan(1e-10);
    }
  });

  it("agrees on Wilson's intervals", () => {
    for (const [k, n, level, low, high] of scipy.wilson) {
      const interval = wilson(k / n, n, level === 0.95 ? 1.959963984540054 : 1);
      expect(interval.low).toBeCloseTo(low, 10);
      expect(interval.high).toBeCloseTo(high, 10);
    }
  });

  it("agrees on quantiles (Hazen's rule)", () => {
    for (const [p, value] of scipy.quantiles) expect(quantile(sampleOf(x), p)).toBeCloseTo(value, 12);
    const twice = sampleOf(
      x,
      new Float64Array(x.length).map((_, i) => (i === 0 ? 1 + 1e-12 : 1)),
    );
    for (const [p, value] of scipy.quantiles) expect(quantile(twice, p)).toBeCloseTo(value, 9);
  });
});

describe("nulls against 20,000 simulated pairs", () => {
  const samples: Record<string, (random: Random) => number> = {
    normal: (r) => r.normal(),
    exponential: (r) => r.exponential(),
    poisson: (r) => r.poisson(2),
    flag: (r) => (r.uniform() < 0.3 ? 1 : 0),
    spiked: (r) => (r.uniform() < 1 / 3 ? 0 : r.exponential()),
  };
  it.each(Object.keys(samples))("%s", (name) => {
    const random = new Random(11);
    const sample = sampleOf(Float64Array.from({ length: 50_000 }, () => samples[name](random)));
    const { n, m, ks, w1 } = nulls[name];
    const root = Math.sqrt((n * m) / (n + m));
    // The bridge is the limit of many events: at these sizes KS lies 1 to 4 % below it, W1 up to 1 %.
    const bridge = bridgeSupremum(sample, random);
    expect(bridge.mean / root / ks[0]).toBeGreaterThan(0.97);
    expect(bridge.mean / root / ks[0]).toBeLessThan(1.04);
    expect(Math.abs(bridge.spread / root / ks[1] - 1)).toBeLessThan(0.06);
    expect(bridge.method).toBe(name === "normal" || name === "exponential" ? "formula" : "simulation");
    const value = metric("w1").compute(new Comparison(sample, sample));
    const scale = (sample.deviation * Math.sqrt(25_000)) / root;
    expect(Math.abs((value.null * scale) / w1[0] - 1)).toBeLessThan(0.03);
    expect(Math.abs((value.nullSpread * scale) / w1[1] - 1)).toBeLessThan(0.06);
    // These two take their null from the sample at hand, so at the simulation's own sizes, averaged over samples.
    const fresh = new Random(12);
    const draw = (size: number) => sampleOf(Float64Array.from({ length: size }, () => samples[name](fresh)));
    const trials = Array.from(
      { length: 200 },
      (_, seed) => new Comparison(draw(n), draw(m), { edges: nulls[name].cuts, random: new Random(seed) }),
    );
    for (const [key, known] of [
      ["w2-squared", nulls[name].w2],
      ["separation", nulls[name].separation],
    ] as const) {
      const unit = key === "separation" ? () => 1 : (trial: Comparison) => trial.reference.deviation ** 2;
      const mean =
        trials.reduce((sum, trial) => sum + metric(key).compute(trial).null * unit(trial), 0) / trials.length;
      // W2 squared hangs on the outermost entries: 800 samples know its mean to 2 or 3 %.
      expect(Math.abs(mean / known[0] - 1), key).toBeLessThan(0.1);
    }
  });
});

describe("closed forms: N(0, 1) against N(delta, 1)", () => {
  const n = 20_000;
  const grid = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n));
  it.each([
    [0.05, 0.019945],
    [0.1, 0.039878],
    [0.5, 0.197413],
    [1, 0.382925],
  ])("delta %f", (delta, distance) => {
    const comparison = new Comparison(sampleOf(grid), sampleOf(grid.map((t) => t + delta)));
    expect(metric("w1").compute(comparison).raw).toBeCloseTo(delta, 10);
    expect(Math.abs(metric("ks").compute(comparison).value - distance)).toBeLessThan(1.5 / n);
  });
});

describe("errors and intervals, by drawing both samples afresh", () => {
  it("quotes the spread that KS and W1 have far from the null", () => {
    const random = new Random(5);
    const draw = (n: number, shift: number) =>
      sampleOf(Float64Array.from({ length: n }, () => shift + random.normal()));
    const trials = Array.from({ length: 400 }, () => new Comparison(draw(400, 0), draw(300, 0.6)));
    for (const name of ["ks", "w1", "w2-squared", "separation"]) {
      const values = trials.map((trial) => metric(name).compute(trial));
      const key = name.startsWith("w") ? "raw" : "value";
      const mean = values.reduce((sum, value) => sum + (value[key] ?? 0), 0) / values.length;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + ((value[key] ?? 0) - mean) ** 2, 0) / values.length);
      const quoted = values.reduce((sum, value) => sum + value.error, 0) / values.length;
      // 400 trials know a spread to 3.5 %; W1's error is in units of a deviation of 1 that fluctuates by as much.
      expect(Math.abs(quoted / spread - 1), name).toBeLessThan(0.12);
    }
  });

  it("covers the ratio of two efficiencies in about 68 of 100 cases", () => {
    const random = new Random(8);
    const passes = (n: number, p: number) => {
      let k = 0;
      for (let i = 0; i < n; i++) if (random.uniform() < p) k++;
      return wilson(k / n, n);
    };
    let inside = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { low, high } = ratioInterval(passes(150, 0.3), passes(200, 0.4));
      if (low <= 0.75 && 0.75 <= high) inside++;
    }
    // 0.6827 within four binomial deviations.
    expect(Math.abs(inside / 2000 - 0.6827)).toBeLessThan(0.042);
  });

  it("orders low, ratio and high for all counts, however few", () => {
    const shares = [0, 1, 2, 5, 10, 19, 20].map((k) => wilson(k / 20, 20));
    for (const a of shares) {
      for (const b of shares.slice(1)) {
        const { value, low, high } = ratioInterval(a, b);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(low).toBeGreaterThanOrEqual(0);
      }
    }
    // Donner and Zou's limits for 5/20 over 10/20, put together by hand from Wilson's.
    const { low, high } = ratioInterval(shares[3], shares[4]);
    expect([low, high].map((x) => Number(x.toFixed(4)))).toEqual([0.3194, 0.7727]);
  });

  it("has no upper limit where the reference's efficiency may be 0", () => {
    expect(ratioInterval(wilson(0.5, 10), wilson(0, 10)).high).toBe(Number.POSITIVE_INFINITY);
  });
});

/** Inverts the normal distribution by bisection on erfc's series: slow, independent of everything tested. */
function normalQuantile(p: number): number {
  let low = -10;
  let high = 10;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalCdf(t: number): number {
  // Marsaglia (2004), "Evaluating the normal distribution", J. Stat. Softw. 11(4).
  let sum = t;
  let before = 0;
  let term = t;
  for (let i = 3; sum !== before; i += 2) {
    before = sum;
    term *= (t * t) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * t * t)) / Math.sqrt(2 * Math.PI);
}
