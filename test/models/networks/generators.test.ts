/** @file Generators learn densities whose answer is known. */
import { beforeAll, describe, expect, test } from "vitest";
import { constant, input, ops } from "../../../src/engine/index.js";
import { emitModel } from "../../../src/engine/onnx/emit.js";
import { type ColumnMap, fitColumnMap, toNormal } from "../../../src/models/networks/column-map.js";
import { conditionalSpread } from "../../../src/models/networks/conditional-gan.js";
import {
  type ConditionalData,
  type ConditionalGenerator,
  decodeGenerator,
  type FittedFlow,
  fitConditionalFlow,
  fitConditionalGan,
  generatorModel,
  openGenerator,
  RowSession,
  rowMajor,
} from "../../../src/models/networks/index.js";
import { normalsFrom } from "../../../src/models/networks/noise.js";
import type { FitProgress } from "../../../src/models/recipe.js";
import { fillUniform } from "../../../src/util/fill-random.js";
import { inlinePool } from "../../../src/util/pool.js";
import { Random } from "../../../src/util/random.js";

const pool = inlinePool();
const mean = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const deviation = (x: ArrayLike<number>) => {
  const m = mean(x);
  return Math.sqrt(mean(Array.from(x, (v) => (v - m) ** 2)));
};

/** Targets drawn by a generator, by column. */
async function draw(generator: ConditionalGenerator, conditions: readonly Float32Array[], seed = 5) {
  const rows = conditions[0].length;
  const noise = new Float32Array(rows * generator.noises);
  fillUniform(noise, seed, 0, 0);
  const session = await openGenerator(generator);
  const { targets } = await session.run({ conditions: rowMajor(conditions, rows), noise }, rows);
  await session.close();
  return Array.from({ length: generator.targets }, (_, k) =>
    Float32Array.from({ length: rows }, (_, i) => targets[i * generator.targets + k]),
  );
}

const uniformColumn = (n: number, seed: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length: n }, () => 2 * random.uniform() - 1);
};

/** Two correlated normal numbers whose means and widths go with x and with an angle. */
function gaussian(n: number, seed: number): ConditionalData {
  const random = new Random(seed, 1);
  const x = uniformColumn(n, seed);
  const phi = Float32Array.from({ length: n }, () => Math.PI * (2 * random.uniform() - 1));
  const [first, second] = [new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const [e, f] = [random.normal(), random.normal()];
    first[i] = x[i] + (0.5 + 0.4 * x[i]) * e;
    second[i] = Math.cos(phi[i]) + 0.3 * (0.8 * e + 0.6 * f);
  }
  return { conditions: [x, phi], periods: [null, 2 * Math.PI], targets: [first, second] };
}

/** A heteroscedastic core with a power tail to the left, two bands, and a ring, each given x. */
function shapes(n: number, seed: number): ConditionalData {
  const random = new Random(seed, 1);
  const x = uniformColumn(n, seed);
  const targets = Array.from({ length: 4 }, () => new Float32Array(n));
  for (let i = 0; i < n; i++) {
    const tail = random.uniform() < 0.2;
    targets[0][i] = (1.5 + x[i]) * (tail ? -(random.uniform() ** -0.4) : random.normal());
    const side = random.uniform() < 0.5 + 0.3 * x[i] ? 1 : -1;
    targets[1][i] = side * (1.5 + 0.5 * x[i]) + 0.2 * random.normal();
    const [angle, radius] = [2 * Math.PI * random.uniform(), 1 + 0.1 * random.normal()];
    targets[2][i] = radius * Math.cos(angle);
    targets[3][i] = radius * Math.sin(angle);
  }
  return { conditions: [x], periods: [null], targets };
}

/** Moments of `gaussian` in slices of x, each within 5 errors of both samples and what the fit may be off. */
function expectMoments(made: readonly Float32Array[], { conditions: [x, phi], targets }: ConditionalData, off: number) {
  for (let low = -1; low < 1; low += 0.5) {
    const rows = Array.from(x, (v, i) => (v >= low && v < low + 0.5 ? i : -1)).filter((i) => i >= 0);
    const standard = (columns: readonly Float32Array[]) => [
      rows.map((i) => (columns[0][i] - x[i]) / (0.5 + 0.4 * x[i])),
      rows.map((i) => (columns[1][i] - Math.cos(phi[i])) / 0.3),
    ];
    const [e, f] = standard(made);
    const error = 5 / Math.sqrt(rows.length);
    for (const column of [e, f]) {
      expect(Math.abs(mean(column)), `mean from x = ${low}`).toBeLessThan(error + off);
      expect(Math.abs(deviation(column) - 1), `width from x = ${low}`).toBeLessThan(error + off);
    }
    expect(Math.abs(mean(e.map((v, k) => v * f[k])) - 0.8), `correlation from x = ${low}`).toBeLessThan(
      2 * error + off,
    );
  }
  expect(targets.length).toBe(made.length);
}

/** Mean of log dz/dy over rows, by differences: from densities of normal quantiles to those of the columns themselves. */
function meanLogSlope(map: ColumnMap, y: Float32Array): number {
  const h = 1e-3 * map.scale;
  const above = toNormal(
    map,
    y.map((v) => v + h),
  );
  const below = toNormal(
    map,
    y.map((v) => v - h),
  );
  return mean(above.map((v, i) => Math.log((v - below[i]) / (2 * h))));
}

describe("a flow", () => {
  const training = gaussian(20_000, 1);
  const fresh = gaussian(20_000, 2);
  const options = { hidden: [32, 32], bins: 8, epochs: 16 };
  const progress: FitProgress[] = [];
  let flow: FittedFlow;
  beforeAll(async () => {
    flow = await fitConditionalFlow(training, options, { pool, seed: 1, onProgress: (p) => progress.push(p) });
  });

  test("learns correlated normal numbers whose mean and width go with the conditions", async () => {
    expectMoments(await draw(flow, fresh.conditions), fresh, 0.04);
  });

  test("reaches the likelihood of the true density on held-out rows", () => {
    const slopes = training.targets.map((y, k) => meanLogSlope(flow.design.targets[k], y));
    const nats = flow.heldOutLoss - slopes[0] - slopes[1];
    const widths = mean(training.conditions[0].map((x) => Math.log((0.5 + 0.4 * x) * 0.3 * 0.6)));
    const entropy = widths + Math.log(2 * Math.PI) + 1;
    // 2,000 rows are held out, and the logarithm of two normal densities varies by 1.
    expect(nats - entropy).toBeGreaterThan(-4 / Math.sqrt(2000));
    expect(nats - entropy).toBeLessThan(0.03 + 4 / Math.sqrt(2000));
  });

  test("reports its held-out loss", () => {
    expect(progress.length).toBeGreaterThan(5);
    expect(progress.every(({ done, total, loss }) => done <= total && Number.isFinite(loss))).toBe(true);
    expect(progress[progress.length - 1].loss).toBeLessThan(progress[0].loss as number);
  });

  test("comes back from its bytes, and draws the same", async () => {
    const back = decodeGenerator(flow.encode());
    expect(generatorModel(back)).toEqual(generatorModel(flow));
    expect(() => decodeGenerator(flow.encode().slice(0, 500))).toThrow("network:");
  });

  test("a row's numbers are the same bits whichever rows stand beside it, and however they are cut", async () => {
    const rows = 5003;
    const conditions = rowMajor(
      fresh.conditions.map((c) => c.subarray(0, rows)),
      rows,
    );
    const noise = new Float32Array(rows * flow.noises);
    fillUniform(noise, 9, 0, 0);
    const session = await openGenerator(flow);
    const run = async (order: Uint32Array) => {
      const take = (table: Float32Array, columns: number) =>
        Float32Array.from(
          { length: order.length * columns },
          (_, k) => table[order[Math.floor(k / columns)] * columns + (k % columns)],
        );
      return (await session.run({ conditions: take(conditions, 2), noise: take(noise, flow.noises) }, order.length))
        .targets;
    };
    const whole = await run(Uint32Array.from({ length: rows }, (_, i) => i));
    const order = new Random(4).permutation(rows);
    const mixed = await run(order);
    expect(mixed).toEqual(Float32Array.from(mixed, (_, k) => whole[order[k >> 1] * 2 + (k & 1)]));
    for (const size of [1, 7, 1000, 5000]) {
      const stop = Math.min(rows, 40 * size);
      for (let start = 0; start < stop; start += size) {
        const part = await run(Uint32Array.from({ length: Math.min(size, stop - start) }, (_, i) => start + i));
        expect(part).toEqual(whole.slice(2 * start, 2 * start + part.length));
      }
    }
    await session.close();
  });

  test("takes noise of exactly 0 and 1", async () => {
    const session = await openGenerator(flow);
    for (const u of [0, 1]) {
      const noise = new Float32Array(flow.noises).fill(u);
      const { targets } = await session.run({ conditions: Float32Array.of(0.1, 2), noise }, 1);
      expect(targets.every(Number.isFinite)).toBe(true);
    }
    await session.close();
  });

  test("joins a larger graph", async () => {
    const c = input("conditions", "float32", ["n", 2]);
    const u = input("noise", "float32", ["n", flow.noises]);
    const { bytes } = emitModel({ double: ops.mul(flow.graph(c, u), 2) });
    const session = await RowSession.open({
      bytes,
      inputs: [
        { name: "conditions", columns: 2 },
        { name: "noise", columns: flow.noises },
      ],
      outputs: [{ name: "double", columns: 2 }],
    });
    const noise = Float32Array.of(0.3, 0.6);
    const { double } = await session.run({ conditions: Float32Array.of(0.1, 2), noise }, 1);
    const alone = await openGenerator(flow);
    const { targets } = await alone.run({ conditions: Float32Array.of(0.1, 2), noise }, 1);
    expect([...double]).toEqual([...targets].map((v) => 2 * v));
    await expect(alone.run({ conditions: noise }, 1)).rejects.toThrow('input "noise" does not fit');
    await session.close();
    await alone.close();
  });

  test("says which rows it cannot use", async () => {
    const fit = (data: Partial<ConditionalData>) =>
      fitConditionalFlow({ ...training, ...data }, { stage: "jet" }, { pool, seed: 1 });
    const spoilt = training.targets[0].slice();
    spoilt[7] = Number.NaN;
    await expect(fit({ targets: [spoilt] })).rejects.toThrow(
      "jet: target 0 cannot be used; expected finite numbers, got NaN in row 7.",
    );
    await expect(fit({ targets: [spoilt.slice(0, 5)] })).rejects.toThrow("jet: too few rows to learn from");
    await expect(fit({ weight: new Float32Array(20_000) })).rejects.toThrow("jet: all weights are 0");
  });
});

test("a flow learns a power tail, two bands and a ring together, weights included", async () => {
  // Weights undo that rows of small x were thinned out.
  const all = shapes(24_000, 3);
  const random = new Random(8);
  const kept = Uint32Array.from(all.conditions[0].keys()).filter(
    (i) => all.conditions[0][i] > 0 || random.uniform() < 0.5,
  );
  const take = (column: Float32Array) => Float32Array.from(kept, (i) => column[i]);
  const weight = take(all.conditions[0].map((x) => (x > 0 ? 1 : 2)));
  const training = { conditions: all.conditions.map(take), periods: [null], targets: all.targets.map(take), weight };
  const flow = await fitConditionalFlow(training, { hidden: [48, 48], bins: 16, epochs: 24 }, { pool, seed: 2 });
  const fresh = shapes(40_000, 4);
  const made = await draw(flow, fresh.conditions);
  const share = (columns: readonly Float32Array[], keep: (i: number) => boolean) => {
    let n = 0;
    for (let i = 0; i < columns[0].length; i++) if (keep(i)) n++;
    return n / columns[0].length;
  };
  const agree = (
    what: string,
    test: (columns: readonly Float32Array[], x: number, i: number) => boolean,
    off: number,
  ) => {
    const of = (columns: readonly Float32Array[]) => share(columns, (i) => test(columns, fresh.conditions[0][i], i));
    const [got, wanted] = [of(made), of(fresh.targets)];
    // Both samples fluctuate, and the training sample, which is smaller.
    const error = 5 * Math.sqrt((2.5 * Math.max(wanted, 1 / 40_000)) / 40_000);
    expect(Math.abs(got - wanted), `${what}: ${got} for ${wanted}`).toBeLessThan(error + off * wanted);
  };
  for (const [low, high] of [
    [-1, 0],
    [0, 1],
  ]) {
    const within = (x: number) => x >= low && x < high;
    for (const t of [-2, -4, -10, -30]) {
      agree(`tail below ${t}, x from ${low}`, ([y], x, i) => within(x) && y[i] < t, 0.1);
    }
    agree(`upper band, x from ${low}`, ([, y], x, i) => within(x) && y[i] > 0, 0.03);
    agree(
      `width of the bands, x from ${low}`,
      ([, y], x, i) => within(x) && Math.abs(Math.abs(y[i]) - 1.5 - 0.5 * x) < 0.2,
      0.05,
    );
  }
  const radii = Float32Array.from(made[2], (v, i) => Math.hypot(v, made[3][i]));
  expect(Math.abs(mean(radii) - 1)).toBeLessThan(0.02);
  expect(Math.abs(deviation(radii) / 0.1 - 1)).toBeLessThan(0.25);
  expect(share(made, (i) => radii[i] < 0.5)).toBeLessThan(0.01);
});

test("an adversarial network learns the normal case", async () => {
  const training = gaussian(20_000, 1);
  const fresh = gaussian(20_000, 2);
  const options = { hidden: [32, 32], judge: [48, 48], epochs: 40 };
  const warnings: string[] = [];
  const context = { pool, seed: 1, onWarning: (message: string) => warnings.push(message) };
  const gan = await fitConditionalGan(training, options, context);
  const made = await draw(gan, fresh.conditions);
  expectMoments(made, fresh, 0.15);
  expect(warnings).toEqual([]);
  expect(gan.spread.every((share) => share > 0.7 && share < 1.3)).toBe(true);
  expect(generatorModel(decodeGenerator(gan.encode()))).toEqual(generatorModel(gan));
});

test("a generator that lost the spread at fixed conditions is found out", async () => {
  const data = gaussian(5000, 6);
  const maps = data.targets.map((y) => fitColumnMap(y, undefined, 32));
  const c = (n: number, ...data: number[]) => constant("float32", [n, data.length / n], data);
  // The first target at half its width, the second as a function of the conditions alone.
  const narrow: ConditionalGenerator = {
    conditions: 2,
    targets: 2,
    noises: 2,
    graph(conditions, noise) {
      const x = ops.slice(conditions, 0, 1);
      const phi = ops.slice(conditions, 1, 2);
      const e = ops.slice(normalsFrom(noise, 2), 0, 1);
      const width = ops.add(ops.mul(x, 0.4), 0.5);
      const first = ops.add(x, ops.mul(ops.mul(width, e), c(1, 0.5)));
      return ops.concat([first, ops.cos(phi)]);
    },
    encode: () => new Uint8Array(0),
  };
  const [first, second] = await conditionalSpread(narrow, data, maps, 1n);
  expect(first).toBeGreaterThan(0.15);
  expect(first).toBeLessThan(0.35);
  expect(second).toBeLessThan(0.01);
});
