import { afterAll, describe, expect, it } from "vitest";
import { workerPool } from "../../src/node/worker-pool.js";
import { decodeForest, type Forest, fitBoosting } from "../../src/trees/index.js";
import { sigmoid } from "../../src/trees/slopes.js";
import { DataError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { acceptance, flatGun } from "./clas-toy.js";
import { reference, referenceData } from "./reference.js";

const pools = [workerPool(2), workerPool(3)];
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
});

function margins(forest: Forest, features: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(features[0].length);
  forest.predict(features, out);
  return out;
}

const ones = (n: number): Float32Array => new Float32Array(n).fill(1);
const opposite = (label: Float32Array): Float32Array => label.map((y) => 1 - y);

function logLoss(forest: Forest, { features, label }: { features: Float32Array[]; label: Float32Array }): number {
  const f = margins(forest, features);
  return f.reduce((s, m, i) => s + Math.log1p(Math.exp(label[i] === 1 ? -m : m)), 0) / f.length;
}

function meanSquare(forest: Forest, { features, target }: { features: Float32Array[]; target: Float32Array }): number {
  const f = margins(forest, features);
  return f.reduce((s, m, i) => s + (m - target[i]) ** 2, 0) / f.length;
}

/** Single particles of the flat gun and whether the toy detector accepts them. */
function acceptedGun(rows: number, seed: number) {
  const random = new Random(seed);
  const [p, theta, phi] = flatGun(rows, random);
  const truth = p.map((_, i) => acceptance(p[i], theta[i], phi[i]));
  return { features: [p, theta, phi], truth, label: truth.map((a) => (random.uniform() < a ? 1 : 0)) };
}

describe("against XGBoost and scikit-learn on the same rows and settings", () => {
  const train = referenceData(1);
  const test = referenceData(1001);
  const options = { trees: 50, maxDepth: 5, learningRate: 0.2, maxBins: 256, minChildWeight: 1, l2: 1 };

  it("makes the same data", () => {
    const sums = train.features.map((x) => x.reduce((s, v) => s + v, 0));
    sums.forEach((s, k) => {
      expect(s).toBeCloseTo(reference.data.sumX[k], 6);
    });
    expect(train.label.reduce((s, v) => s + v, 0)).toBe(reference.data.positives);
    expect(train.target.reduce((s, v) => s + v, 0)).toBeCloseTo(reference.data.sumTarget, 3);
  });

  it("reaches the same log-loss", async () => {
    const data = { features: train.features, positive: train.label, negative: opposite(train.label) };
    const forest = await fitBoosting(data, options, { seed: 1 });
    const { xgboost } = reference.logLoss;
    expect(Math.abs(logLoss(forest, train) / xgboost.train - 1)).toBeLessThan(0.01);
    expect(logLoss(forest, test) / xgboost.test).toBeLessThan(1.01);
  });

  it("reaches the same mean square error", async () => {
    const forest = await fitBoosting({ features: train.features, target: train.target }, options, { seed: 1 });
    const { xgboost, sklearn } = reference.meanSquare;
    expect(Math.abs(meanSquare(forest, train) / xgboost.train - 1)).toBeLessThan(0.03);
    expect(meanSquare(forest, test) / Math.max(xgboost.test, sklearn.test)).toBeLessThan(1.02);
  });
});

describe("acceptance of a detector with sharp edges", () => {
  it("recovers the local acceptance from the density ratio, in total and in bins", async () => {
    const rows = 200_000;
    const { features, label } = acceptedGun(rows, 11);
    const forest = await fitBoosting(
      { features, positive: label, negative: ones(rows) },
      {},
      { seed: 1, pool: pools[0] },
    );
    const test = acceptedGun(100_000, 12);
    const ratio = margins(forest, test.features).map(Math.exp);
    const total = test.truth.reduce((s, a) => s + a, 0);
    expect(ratio.reduce((s, r) => s + r, 0) / total).toBeCloseTo(1, 2);
    const square = ratio.reduce((s, r, i) => s + (r - test.truth[i]) ** 2, 0) / ratio.length;
    expect(Math.sqrt(square)).toBeLessThan(0.075);
    // Closure in twenty bins of each variable, within four standard deviations of the training labels in a bin.
    for (const x of test.features) {
      const edges = x.slice().sort();
      for (let bin = 0; bin < 20; bin++) {
        const [low, high] = [edges[bin * 5000], edges[bin * 5000 + 4999]];
        const inside = Array.from(x.keys()).filter((i) => x[i] >= low && x[i] <= high);
        const mean = (of: Float32Array): number => inside.reduce((sum, i) => sum + of[i], 0) / inside.length;
        const error = Math.sqrt(mean(test.truth.map((a) => a * (1 - a))) / (rows / 20));
        expect(Math.abs(mean(ratio) - mean(test.truth))).toBeLessThan(4 * error + 0.002);
      }
    }
  });

  it("is the same whatever the number of threads, with held-out rows too", async () => {
    const { features, label } = acceptedGun(90_000, 13);
    const data = { features, positive: label, negative: opposite(label) };
    const options = { trees: 60, learningRate: 1, maxDepth: 9, heldOut: 0.2, patience: 5 };
    const losses: number[] = [];
    const alone = await fitBoosting(data, options, {
      seed: 3,
      onProgress: (_, __, loss) => losses.push(loss as number),
    });
    for (const pool of pools) {
      expect((await fitBoosting(data, options, { seed: 3, pool })).encode()).toEqual(alone.encode());
    }
    expect(losses.length).toBeLessThan(60);
    expect(alone.treeCount).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(losses.length - alone.treeCount).toBe(5);
  });

  it("shares a pool between fits that run at once", async () => {
    const { features, label } = acceptedGun(20_000, 16);
    const data = { features, positive: label, negative: opposite(label) };
    const fits = [4, 5, 6].map((trees) => fitBoosting(data, { trees }, { seed: 1, pool: pools[0] }));
    expect((await Promise.all(fits)).map((forest) => forest.treeCount)).toEqual([4, 5, 6]);
  });

  it("predicts the same by its map as tree by tree", async () => {
    const { features, label } = acceptedGun(120_000, 14);
    const forest = await fitBoosting(
      { features, positive: label, negative: opposite(label) },
      { trees: 30 },
      { seed: 1 },
    );
    features[0][5] = Number.NaN;
    features[1][6] = Number.POSITIVE_INFINITY;
    features[2][7] = Number.NEGATIVE_INFINITY;
    const byTree = new Float32Array(50_000);
    forest.predict(features, byTree);
    const byMap = margins(forest, features);
    expect(byMap.subarray(0, 50_000)).toEqual(byTree);
    const part = new Float32Array(120_000);
    forest.predict(features, part, 777, 60_001);
    expect(part.subarray(777, 60_001)).toEqual(byMap.subarray(777, 60_001));
    expect(part[776] + part[60_001]).toBe(0);
  });
});

describe("sigmoid", () => {
  it("is that of Math.exp to seven digits, everywhere", () => {
    for (let x = -39.99; x < 40; x += 0.00137) expect(sigmoid(x) * (1 + Math.exp(-x))).toBeCloseTo(1, 6.7);
    expect(sigmoid(1000)).toBe(1);
    expect(sigmoid(-1000)).toBe(sigmoid(-40));
    expect(sigmoid(0)).toBeCloseTo(0.5, 12);
  });
});

describe("weights and awkward input", () => {
  it("takes a weight as so many copies of a row", async () => {
    const random = new Random(5);
    const n = 3000;
    const grid = (): Float32Array => ones(n).map(() => random.integer(40) / 8);
    const features = [grid(), grid()];
    const weight = ones(n).map(() => 2 ** random.integer(3));
    const label = ones(n).map((_, i) => (random.uniform() < features[0][i] / 6 ? 1 : 0));
    const copies = Array.from(weight.keys()).flatMap((i) => Array.from({ length: weight[i] }, () => i));
    const repeated = (column: Float32Array): Float32Array => Float32Array.from(copies, (i) => column[i]);
    const weighted = {
      features,
      positive: label.map((y, i) => y * weight[i]),
      negative: label.map((y, i) => (1 - y) * weight[i]),
    };
    const unweighted = {
      features: features.map(repeated),
      positive: repeated(label),
      negative: repeated(opposite(label)),
    };
    const options = { trees: 20 };
    const expected = await fitBoosting(unweighted, options, { seed: 1 });
    expect((await fitBoosting(weighted, options, { seed: 1 })).encode()).toEqual(expected.encode());
    const target = features[1].map((x) => x * x);
    const squared = await fitBoosting({ features, target, weight }, options, { seed: 1 });
    const squaredCopies = { features: features.map(repeated), target: repeated(target) };
    expect(squared.nodes).toEqual((await fitBoosting(squaredCopies, options, { seed: 1 })).nodes);
  });

  it("survives a constant feature, duplicates and a single row", async () => {
    const n = 400;
    const x = ones(n).map((_, i) => i % 2);
    const forest = await fitBoosting(
      { features: [ones(n), x], target: x.map((v) => 3 * v - 1) },
      { l2: 0 },
      { seed: 1 },
    );
    expect(forest.nodes.feature.every((f) => f !== 0)).toBe(true);
    margins(forest, [ones(n), x]).forEach((m, i) => {
      expect(m).toBeCloseTo(3 * x[i] - 1, 5);
    });
    const one = await fitBoosting(
      { features: [ones(1)], positive: ones(1), negative: ones(1) },
      { trees: 3 },
      { seed: 1 },
    );
    expect(margins(one, [ones(1)])[0]).toBe(0);
  });

  it("refuses what it cannot learn from, and says why", async () => {
    const n = 10;
    const bad = ones(n);
    bad[4] = Number.NaN;
    const fit = (features: Float32Array[], positive: Float32Array, negative: Float32Array) =>
      fitBoosting({ features, positive, negative }, {}, { seed: 1 });
    await expect(fit([ones(n), bad], ones(n), ones(n))).rejects.toThrow(/feature 1 .*NaN in row 4/);
    await expect(fit([ones(n)], ones(n), new Float32Array(n))).rejects.toThrow(/one class only.*negative/);
    await expect(
      fit(
        [ones(n)],
        ones(n).map((_, i) => i - 1),
        ones(n),
      ),
    ).rejects.toThrow(/positive weight.*-1 in row 0/);
    await expect(fit([ones(n)], ones(n), ones(3))).rejects.toThrow(DataError);
    await expect(fit([], ones(n), ones(n))).rejects.toThrow(DataError);
    await expect(fitBoosting({ features: [ones(n)], target: bad }, {}, { seed: 1 })).rejects.toThrow(/target 0/);
    await expect(fitBoosting({ features: [ones(n)], target: ones(n) }, { trees: 0 }, { seed: 1 })).rejects.toThrow(
      /boosting.trees.*got 0/,
    );
  });

  it("stops when asked, alone and with threads", async () => {
    const { features, label } = acceptedGun(40_000, 15);
    const data = { features, positive: label, negative: opposite(label) };
    for (const pool of [undefined, pools[0]]) {
      const controller = new AbortController();
      const fit = fitBoosting(
        data,
        { trees: 100_000 },
        {
          seed: 1,
          pool,
          signal: controller.signal,
          onProgress: () => controller.abort(),
        },
      );
      await expect(fit).rejects.toThrow(/interrupted/);
    }
  });
});

describe("encoding", () => {
  it("survives a round trip and refuses damaged bytes", async () => {
    const { features, label } = referenceData(1);
    const forest = await fitBoosting(
      { features, positive: label, negative: opposite(label) },
      { trees: 5 },
      { seed: 1 },
    );
    const bytes = forest.encode();
    const again = decodeForest(bytes);
    expect(again.nodes).toEqual(forest.nodes);
    expect(again.loss).toBe("logistic");
    expect(margins(again, features)).toEqual(margins(forest, features));
    for (const length of [0, 3, 5, 20, bytes.length >> 1, bytes.length - 1]) {
      expect(() => decodeForest(bytes.slice(0, length))).toThrow(DataError);
    }
    expect(() => decodeForest(Uint8Array.of(...bytes, 0))).toThrow(/damaged/);
    const wrong = bytes.slice();
    wrong[4] = 99;
    expect(() => decodeForest(wrong)).toThrow(/version.*99/);
  });
});
