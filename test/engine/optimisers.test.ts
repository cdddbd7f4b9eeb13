import { describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  averaged,
  clipped,
  constantly,
  cosine,
  inverseEpoch,
  type Objective,
  type Optimiser,
  ops,
  Parameters,
  type Schedule,
  sgd,
  warmUp,
  zeros,
} from "../../src/engine/index.js";
import { testRuntime } from "./evaluate.js";
import { meanSquare } from "./fits.js";
import { openStepping } from "./stepping.js";

const X = [
  [1, 2, -1],
  [0.5, -1.5, 2],
  [-2, 0.25, 1],
  [3, 1, 0.5],
];
const Y = [1, -2, 0.5, 4];
const START = [0.3, -0.7, 1.1];
const RATE = cosine(0.1, 8, 0.02);
const STEPS = 5;

/** Gradient of the mean square of X w - Y. */
const slopes = (w: readonly number[]) =>
  START.map(
    (_, j) =>
      X.reduce((sum, row, i) => sum + 2 * row[j] * (row[0] * w[0] + row[1] * w[1] + row[2] * w[2] - Y[i]), 0) / 4,
  );

/** One step in plain doubles, the textbook's letters: parameters w, gradient g, step t from 1. */
type Plain = () => (w: number[], g: number[], rate: number, t: number) => number[];

const plainSgd =
  (momentum = 0): Plain =>
  () => {
    let v = [0, 0, 0];
    return (w, g, rate) => {
      v = v.map((x, j) => momentum * x + g[j]);
      return w.map((x, j) => x - rate * v[j]);
    };
  };

const plainAdam =
  (decay: number, b1 = 0.9, b2 = 0.999, epsilon = 1e-8): Plain =>
  () => {
    let m = [0, 0, 0];
    let v = [0, 0, 0];
    return (w, g, rate, t) => {
      m = m.map((x, j) => b1 * x + (1 - b1) * g[j]);
      v = v.map((x, j) => b2 * x + (1 - b2) * g[j] * g[j]);
      return w.map(
        (x, j) => x - rate * decay * x - (rate * (m[j] / (1 - b1 ** t))) / (Math.sqrt(v[j] / (1 - b2 ** t)) + epsilon),
      );
    };
  };

const plainClipped =
  (inner: Plain, limit: number): Plain =>
  () => {
    const step = inner();
    return (w, g, rate, t) => {
      const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
      return step(
        w,
        g.map((x) => x * Math.min(1, limit / norm)),
        rate,
        t,
      );
    };
  };

/** Parameters and their average after each step. */
async function ours(optimiser: Optimiser, rate: Schedule = RATE) {
  const network = new Parameters("net");
  const objective: Objective = {
    name: "fit",
    networks: [network],
    optimiser,
    rate,
    loss: (context) =>
      meanSquare(
        ops.gemm(context.batch("data", "x"), context.network(network).get("w", [3, 1], zeros)),
        context.batch("data", "y"),
      ),
  };
  const data = {
    x: { data: Float32Array.from(X.flat()), columns: 3 },
    y: { data: Float32Array.from(Y), columns: 1 },
  };
  const stepping = await openStepping(objective, { data }, await testRuntime(), {
    rows: 4,
    start: () => ({ net: { flat: Float32Array.from(START) } }),
  });
  const after: number[][] = [];
  const averages: number[][] = [];
  for (let t = 0; t < STEPS; t++) {
    await stepping.step({ data: [0, 1, 2, 3] });
    after.push([...stepping.vectors.get("net")]);
    if (stepping.vectors.has("net.fit.average")) averages.push([...stepping.vectors.get("net.fit.average")]);
  }
  await stepping.close();
  return { after, averages };
}

function plain(make: Plain): number[][] {
  const step = make();
  let w = START;
  return Array.from({ length: STEPS }, (_, t) => {
    w = step(w, slopes(w), RATE(t), t + 1);
    return w;
  });
}

function expectNear(got: readonly number[][], wanted: readonly number[][]): void {
  expect(got.length).toBe(wanted.length);
  wanted.flat().forEach((v, k) => {
    expect(Math.abs(got.flat()[k] - v), `step ${Math.floor(k / 3) + 1}, number ${k % 3}`).toBeLessThan(2e-6);
  });
}

describe("five steps are those of plain doubles:", () => {
  const cases: readonly [name: string, optimiser: Optimiser, reference: Plain][] = [
    ["sgd", sgd(), plainSgd()],
    ["sgd with momentum", sgd({ momentum: 0.8 }), plainSgd(0.8)],
    ["adam", adam(), plainAdam(0)],
    ["adam of other decays", adam({ beta1: 0.5, beta2: 0.9, epsilon: 0.1 }), plainAdam(0, 0.5, 0.9, 0.1)],
    ["adamw", adamw({ decay: 0.3 }), plainAdam(0.3)],
    ["adamw as it is by default", adamw(), plainAdam(0.01)],
    ["sgd of a clipped gradient", clipped(sgd({ momentum: 0.8 }), 0.9), plainClipped(plainSgd(0.8), 0.9)],
    ["adam of a clipped gradient", clipped(adam(), 8), plainClipped(plainAdam(0), 8)],
  ];
  test.each(cases)("%s", async (_, optimiser, reference) => {
    expectNear((await ours(optimiser)).after, plain(reference));
  });

  test("the limit of a clipped gradient is met on the way, and only then", () => {
    const norms = plain(plainClipped(plainAdam(0), 8)).map((w) => Math.hypot(...slopes(w)));
    expect(Math.max(Math.hypot(...slopes(START)), ...norms)).toBeGreaterThan(8);
    expect(Math.min(...norms)).toBeLessThan(8);
  });

  test.each([
    ["a fixed decay", 0.1],
    ["one that grows", 0.999],
  ])("the average of parameters, by %s, which leaves the parameters alone", async (_, decay) => {
    const { after, averages } = await ours(averaged(clipped(adamw(), 8), decay));
    expectNear(after, plain(plainClipped(plainAdam(0.01), 8)));
    let mean = after[0];
    const wanted = after.map((w, k) => {
      const t = k + 1;
      const kept = Math.min(decay, (1 + t) / (10 + t));
      mean = t === 1 ? w : mean.map((x, j) => kept * x + (1 - kept) * w[j]);
      return mean;
    });
    expectNear(averages, wanted);
  });
});

test("schedules give the values of their formulas", () => {
  expect([0, 7, 1e6].map(constantly(0.3))).toEqual([0.3, 0.3, 0.3]);
  const wave = cosine(1, 100, 0.2);
  [1, 0.6 + 0.4 * Math.SQRT1_2, 0.6, 0.2, 0.2].forEach((v, k) => {
    expect(wave([0, 25, 50, 100, 400][k])).toBeCloseTo(v, 14);
  });
  expect(cosine(1, 10)(10)).toBe(0);
  const slowing = inverseEpoch(0.1, 5, 20);
  expect([0, 19, 20, 100, 119].map(slowing)).toEqual([0.1, 0.1, 0.1 / 1.2, 0.05, 0.05]);
  const warm = warmUp(4, inverseEpoch(1, 1, 6));
  expect([0, 1, 2, 3, 4, 6].map(warm)).toEqual([0.25, 0.5, 0.75, 1, 1, 0.5]);
});
