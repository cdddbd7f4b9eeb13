import { describe, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import { Comparison, evaluate, type Metric, metrics, sampleOf } from "../../src/metrics/index.js";
import { Random } from "../../src/util/random.js";

/** Draws what a metric is made for: numbers, or flags for metrics of acceptance. `different` moves and widens them. */
function draw(metric: Metric, seed: number, n: number, different = false): Float64Array {
  const random = new Random(seed);
  const flags = metric.scope.startsWith("acceptance") || metric.scope === "yield";
  const share = different ? 0.4 : 0.3;
  return Float64Array.from({ length: n }, () => {
    if (flags) return random.uniform() < share ? 1 : 0;
    return different ? 0.3 + 1.4 * random.normal() : random.normal();
  });
}

function weightsFor(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 1 + (i % 3));
}

const compare = (a: Float64Array, b: Float64Array, u?: Float64Array, v?: Float64Array) =>
  new Comparison(sampleOf(a, u), sampleOf(b, v), { edges: [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3] });

describe.each(metrics.map((metric) => [metric.name, metric] as const))("metric %s", (_, metric) => {
  it("lies within two of its errors of the null in at least 95 of 100 pairs of independent halves", () => {
    let inside = 0;
    let rare = 0;
    let distances = 0;
    let nulls = 0;
    for (let trial = 0; trial < 100; trial++) {
      const all = draw(metric, 100 + trial, 4000);
      const value = metric.compute(compare(all.subarray(0, 2000), all.subarray(2000)));
      if (Math.abs(value.distance - value.null) <= 2 * value.error) inside++;
      if (value.pValue < 0.01) rare++;
      distances += value.distance;
      nulls += value.null;
    }
    expect(inside).toBeGreaterThanOrEqual(95);
    // 1 expected; 5 or more have a chance of 0.3 %.
    expect(rare).toBeLessThan(5);
    // The mean of 100 distances, each with at most 1.5 times the null as its spread.
    expect(distances / nulls).toBeGreaterThan(0.7);
    expect(distances / nulls).toBeLessThan(1.45);
  });

  it("finds a known difference, far beyond the noise", () => {
    const value = metric.compute(compare(draw(metric, 1, 2000), draw(metric, 2, 2000, true)));
    expect(value.excess).toBeGreaterThan(4);
    expect(value.score).toBeGreaterThan(3);
  });

  it("is zero distance for identical samples", () => {
    const a = draw(metric, 3, 500);
    // The transform ranks an entry among all that it could stand between, half a rank from itself.
    expect(metric.compute(compare(a, a)).distance).toBeLessThanOrEqual(metric.name === "pit" ? 1e-3 : 0);
    // Weights whose sums round differently in the two samples.
    const u = new Float64Array(500).map((_, i) => 0.1 + (i % 7));
    const constant = metric.compute(compare(new Float64Array(500).fill(1), new Float64Array(300).fill(1), u));
    expect(constant.score).toBeLessThan(1e-9);
  });

  it("does not depend on the order of the events", () => {
    const a = draw(metric, 4, 500);
    const b = draw(metric, 5, 700);
    const w = weightsFor(500);
    const order = new Random(6).permutation(500);
    const shuffled = Float64Array.from(order, (i) => a[i]);
    const shuffledWeights = Float64Array.from(order, (i) => w[i]);
    expect(metric.compute(compare(shuffled, b))).toEqual(metric.compute(compare(a, b)));
    const before = metric.compute(compare(a, b, w)).value;
    expect(metric.compute(compare(shuffled, b, shuffledWeights)).value).toBeCloseTo(before, 12);
  });

  const inverts = metric.scope === "acceptance" || metric.scope === "yield";
  it.runIf(metric.symmetric || inverts)("is symmetric, or inverts when the samples change places", () => {
    const a = draw(metric, 7, 600);
    const b = draw(metric, 8, 900, true);
    const forth = metric.compute(compare(a, b));
    const back = metric.compute(compare(b, a));
    // W1 is quoted in deviations of whichever sample is the reference; its raw value is the symmetric one.
    if (metric.symmetric) expect(back.raw ?? back.value).toBeCloseTo(forth.raw ?? forth.value, 12);
    else expect(back.value).toBeCloseTo(1 / forth.value, 12);
  });

  it("takes weights of 1 as no weights", () => {
    const a = draw(metric, 9, 400);
    const b = draw(metric, 10, 500, true);
    const ones = (n: number) => new Float64Array(n).fill(1);
    expect(metric.compute(compare(a, b, ones(400), ones(500)))).toEqual(metric.compute(compare(a, b)));
  });

  it("does not change when all weights are scaled", () => {
    const a = draw(metric, 11, 400);
    const b = draw(metric, 12, 500, true);
    const w = weightsFor(400);
    const before = metric.compute(compare(a, b, w));
    const after = metric.compute(
      compare(
        a,
        b,
        w.map((x) => 0.25 * x),
        new Float64Array(500).fill(8),
      ),
    );
    for (const key of ["value", "error", "null", "nullSpread"] as const)
      expect(after[key]).toBeCloseTo(before[key], 10);
  });

  it("takes integer weights as repeated entries", () => {
    const a = draw(metric, 13, 600);
    const b = draw(metric, 14, 300, true);
    const w = weightsFor(600);
    const repeated = Float64Array.from([...a].flatMap((x, i) => new Array<number>(w[i]).fill(x)));
    const weighted = compare(a, b, w);
    const plain = compare(repeated, b);
    expect([...weighted.histograms.reference.sums]).toEqual([...plain.histograms.reference.sums]);
    const value = metric.compute(weighted);
    // Chi-squares and pulls measure in units of the noise, which weighted events have more of than as many separate ones.
    if (value.degrees === undefined && metric.name !== "tails")
      expect(value.raw ?? value.value).toBeCloseTo(metric.compute(plain).raw ?? metric.compute(plain).value, 12);
    else expect(value.value).toBeLessThan(metric.compute(plain).value);
  });

  it("stays finite for constants and for candidates outside everything", () => {
    const constant = new Float64Array(50).fill(1);
    const cases = [
      compare(constant, constant),
      compare(constant, draw(metric, 15, 50)),
      compare(draw(metric, 16, 50), constant),
      compare(new Float64Array(50), constant),
      compare(Float64Array.of(-1e150, 1e150), Float64Array.of(0, 1)),
    ];
    for (const comparison of cases) {
      for (const [key, x] of Object.entries(metric.compute(comparison))) {
        if (typeof x === "number") expect(x, key).toSatisfy(Number.isFinite);
      }
    }
  });

  it("says what it is and where it comes from", () => {
    expect(metric.description).toMatch(/^[A-Z].*\.$/);
    expect(metric.reference).toMatch(/\(\d{4}\)/);
    expect(metric.title.length).toBeGreaterThan(2);
  });
});

describe("what metrics refuse", () => {
  const table = (values: number[]) =>
    new EventTable([
      flatColumn("pt", Float64Array.from(values)),
      flatColumn(
        "ok",
        Uint8Array.from(values, () => 1),
      ),
    ]);
  const good = table([1, 2, 3]);
  const spec = { variables: [{ name: "pt", column: "pt" }] };

  it("names the column and the first event of a NaN", async () => {
    await expect(evaluate(good, table([1, Number.NaN, Number.NaN]), spec)).rejects.toThrow(
      /column "pt" of the candidate is not finite; expected .*, got NaN first in event 1\./,
    );
    expect(() => sampleOf([1, Number.NaN], undefined, "pt of the truth")).toThrow(/pt of the truth/);
  });

  it.each([0, 1])("refuses %i events clearly", async (n) => {
    const few = table([1, 2, 3].slice(0, n));
    const words = n === 0 ? /got none/ : /got one/;
    await expect(evaluate(few, good, spec)).rejects.toThrow(words);
    await expect(evaluate(good, few, spec)).rejects.toThrow(words);
    expect(() => sampleOf(new Float64Array(n))).toThrow(words);
  });

  it("refuses weights that cancel", () => {
    expect(() => sampleOf([1, 2], Float64Array.of(1, -1), "pt")).toThrow(/weights of pt sum to nothing/);
  });
});
