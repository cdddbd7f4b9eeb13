import { describe, expect, test } from "vitest";
import {
  glorot,
  he,
  type Initialiser,
  normal,
  ones,
  Parameters,
  torch,
  uniform,
  zeros,
} from "../../src/engine/index.js";
import { fillNormal, fillUniform, fillUniformRows, normalQuantile } from "../../src/util/fill-random.js";
import { Random } from "../../src/util/random.js";

interface Moments {
  readonly mean: number;
  readonly deviation: number;
  readonly kurtosis: number;
  readonly largest: number;
}

function moments(x: Float32Array): Moments {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const power = (p: number) => x.reduce((a, b) => a + (b - mean) ** p, 0) / x.length;
  const variance = power(2);
  const largest = x.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return { mean, deviation: Math.sqrt(variance), kurtosis: power(4) / variance ** 2, largest };
}

/** Checks that numbers have these moments, to five of their own errors. */
function expectMoments(x: Float32Array, deviation: number, shape: "normal" | "uniform", centre = 0): void {
  const got = moments(x);
  const kurtosis = shape === "normal" ? 3 : 1.8;
  const root = Math.sqrt(x.length);
  expect(Math.abs(got.mean - centre)).toBeLessThan((5 * deviation) / root);
  expect(Math.abs(got.deviation / deviation - 1)).toBeLessThan((5 * Math.sqrt((kurtosis - 1) / 4)) / root);
  expect(Math.abs(got.kurtosis - kurtosis)).toBeLessThan((shape === "normal" ? 25 : 5) / root);
}

describe("starting weights [inputs, outputs]", () => {
  const shape = [300, 200];
  const cases: readonly [name: string, initial: Initialiser, deviation: number, "normal" | "uniform"][] = [
    ["He's", he, Math.sqrt(2 / 300), "normal"],
    ["Glorot's", glorot, Math.sqrt(2 / 500), "uniform"],
    ["PyTorch's", torch(300), 1 / Math.sqrt(3 * 300), "uniform"],
    ["normal ones", normal(0.02), 0.02, "normal"],
    ["uniform ones", uniform(0.3), 0.3 / Math.sqrt(3), "uniform"],
  ];
  test.each(cases)("%s have the width of their source", (_, initial, deviation, kind) => {
    const x = initial(shape, new Random(4));
    expect(x.length).toBe(60_000);
    expectMoments(x, deviation, kind);
    if (kind === "uniform") {
      const limit = Math.sqrt(3) * deviation;
      expect(moments(x).largest).toBeLessThanOrEqual(Math.fround(limit));
      expect(moments(x).largest).toBeGreaterThan(0.999 * limit);
    }
  });

  test("zeros and ones are that", () => {
    expect([...zeros([2, 2], new Random(1)), ...ones([2], new Random(1))]).toEqual([0, 0, 0, 0, 1, 1]);
  });

  test("are drawn for each parameter apart: one more at the end leaves the others as they were", () => {
    const make = (names: readonly string[]) => {
      const parameters = new Parameters("net");
      for (const name of names) parameters.get(name, [5, 4], he);
      return parameters.initialise(new Random(9)).flat;
    };
    const [two, three] = [make(["a", "b"]), make(["a", "b", "c"])];
    expect(three.subarray(0, 40)).toEqual(two);
    expect(two.subarray(0, 20)).not.toEqual(two.subarray(20));
  });
});

describe("many random numbers at once", () => {
  const fills = { normal: fillNormal, uniform: fillUniform } as const;

  test("have the moments of their distributions", () => {
    const x = new Float32Array(200_000);
    fillNormal(x, 5, 7, 0);
    expectMoments(x, 1, "normal");
    fillUniform(x, 5, 7, 0);
    expectMoments(x, Math.sqrt(1 / 12), "uniform", 0.5);
    expect(x.every((u) => u > 0 && u < 1)).toBe(true);
  });

  test("by rows are those of each row's number, however rows are chosen and cut", () => {
    const whole = new Float32Array(1000 * 5);
    fillUniformRows(whole, 5, 3n, 8, (row) => 100 + row);
    expectMoments(whole, Math.sqrt(1 / 12), "uniform", 0.5);
    const chosen = [7, 3, 999];
    const few = new Float32Array(3 * 5);
    fillUniformRows(few, 5, 3n, 8, (row) => 100 + chosen[row]);
    chosen.forEach((row, r) => {
      expect(few.slice(5 * r, 5 * r + 5)).toEqual(whole.slice(5 * row, 5 * row + 5));
    });
  });

  test("do not go together from one to the next, nor from block to block", () => {
    const blocks = Array.from({ length: 500 }, (_, index) => {
      const x = new Float32Array(200);
      fillNormal(x, 5, 7, index);
      return x;
    });
    const joined = Float32Array.from(blocks.flatMap((x) => [...x]));
    for (const lag of [1, 2, 3, 4, 5, 200]) {
      let sum = 0;
      for (let i = lag; i < joined.length; i++) sum += joined[i] * joined[i - lag];
      expect(Math.abs(sum) / Math.sqrt(joined.length), `lag ${lag}`).toBeLessThan(4.5);
    }
  });

  test.each(["normal", "uniform"] as const)("a %s block is a function of seed, stream, index and place", (kind) => {
    const draw = (length: number, seed: number | bigint, stream: number, index: number) => {
      const x = new Float32Array(length);
      fills[kind](x, seed, stream, index);
      return x;
    };
    const long = draw(103, 5, 7, 11);
    for (const length of [1, 2, 3, 4, 5, 64, 102]) expect(draw(length, 5, 7, 11)).toEqual(long.subarray(0, length));
    expect(draw(103, 5n, 7, 11)).toEqual(long);
    const others = [
      draw(103, 6, 7, 11),
      draw(103, 5n + (1n << 40n), 7, 11),
      draw(103, 5, 8, 11),
      draw(103, 5, 7, 12),
      draw(103, 5, 7, 11 + 2 ** 32),
      draw(103, 5, 7, 11 + 2 ** 33),
    ];
    const firsts = new Set([long, ...others].map((x) => x.subarray(0, 4).join()));
    expect(firsts.size).toBe(others.length + 1);
    for (const other of others) expect(other.filter((v, i) => v === long[i]).length).toBe(0);
  });

  test("normal quantiles are right to about 1 part in 10^7, out to the last that is drawn", () => {
    // From SciPy's ndtri.
    const known = [
      [2 ** -33, -6.3379577545537895],
      [1e-9, -5.9978070150076865],
      [1e-6, -4.753424308822899],
      [1e-3, -3.090232306167813],
      [0.01, -2.3263478740408408],
      [0.075, -1.4395314709384563],
      [0.25, -0.6744897501960817],
      [0.4, -0.2533471031357997],
      [0.6, 0.2533471031357997],
      [0.925, 1.4395314709384563],
      [0.975, 1.959963984540054],
      [0.999, 3.090232306167813],
    ];
    for (const [p, z] of known) expect(Math.abs(normalQuantile(p) / z - 1), `p = ${p}`).toBeLessThan(1.5e-7);
    expect(normalQuantile(0.5)).toBe(0);
    for (let k = 1; k < 400; k++) expect(normalQuantile(k / 400)).toBeGreaterThan(normalQuantile((k - 0.5) / 400));
  });
});
