/** @file Trees as ONNX graphs, run by ONNX Runtime, against the trees themselves. */
import { describe, expect, test } from "vitest";
import { exportModel, input, nodeRuntime, readModel, type Tensor } from "../../src/engine/index.js";
import { fitBoosting } from "../../src/trees/boosting.js";
import { forestGraph } from "../../src/trees/onnx/forest.js";
import { donorGraph, quantileGraph } from "../../src/trees/onnx/random-trees.js";
import { fitQuantileTrees } from "../../src/trees/quantile-trees.js";
import { fitRandomTrees } from "../../src/trees/random-trees.js";
import { Random } from "../../src/util/random.js";

const random = new Random(1);
const N = 6000;
const features = [0, 1, 2].map(() => Float32Array.from({ length: N }, () => random.normal()));
const target = features[0].map((x, i) => x * features[1][i] + 0.3 * random.normal());
/** Queries of other places, some of them far off, and uniform numbers as `RowNoise` draws them. */
const M = 20_000;
const queries = [0, 1, 2].map(() => Float32Array.from({ length: M }, () => 1.5 * random.normal()));
const noise = Float32Array.from({ length: 2 * M }, () => ((random.uint32() >>> 9) + 0.5) / 8388608);
const words = Uint32Array.from(noise, (u) => u * 4294967296);
const rowMajor = (columns: readonly Float32Array[]) =>
  Float32Array.from(
    { length: M * columns.length },
    (_, k) => columns[k % columns.length][Math.floor(k / columns.length)],
  );

async function evaluate(build: (x: Tensor, u: Tensor) => Tensor) {
  const x = input("x", "float32", ["n", 3]);
  const u = input("u", "float32", ["n", 2]);
  const bytes = exportModel({ y: build(x, u) }, { inputs: [x, u] });
  const session = await (await nodeRuntime({ threads: 1 })).load(bytes, { threads: 1 });
  const { y } = await session.run({
    x: { dtype: "float32", shape: [M, 3], data: rowMajor(queries) },
    u: { dtype: "float32", shape: [M, 2], data: noise },
  });
  return { bytes, y: y.data as Float32Array };
}

test("a forest's margins, to single precision", async () => {
  const forest = await fitBoosting({ features, target }, { trees: 40, maxDepth: 5 }, { seed: 1 });
  const { bytes, y } = await evaluate((x) => forestGraph(forest, x));
  const wanted = new Float32Array(M);
  forest.predict(queries, wanted);
  let worst = 0;
  for (let i = 0; i < M; i++) worst = Math.max(worst, Math.abs(y[i] - wanted[i]));
  expect(worst).toBeLessThan(3e-6);
  const { opsets, ops } = readModel(bytes);
  expect(opsets).toEqual({ "ai.onnx": 17, "ai.onnx.ml": 3 });
  expect(ops["ai.onnx.ml:TreeEnsembleRegressor"]).toBe(1);
});

describe("the same draws from the same numbers", () => {
  test.each([
    ["equal weights", undefined],
    ["weights", Float32Array.from({ length: N }, () => (random.uniform() < 0.2 ? 0 : 3 * random.uniform()))],
  ])("donors of randomised trees, %s", async (_, weight) => {
    const trees = await fitRandomTrees(
      { features, targets: [target], ...(weight && { weight }) },
      { trees: 5, minLeaf: 7 },
      { seed: 2 },
    );
    const wanted = new Uint32Array(M);
    trees.sample(queries, words, wanted);
    const { y } = await evaluate((x, u) => donorGraph(trees, x, u));
    expect(Uint32Array.from(y)).toEqual(wanted);
  });

  test("quantile trees", async () => {
    const trees = await fitQuantileTrees({ features, target }, { trees: 4, minLeaf: 50 }, { seed: 3 });
    const wanted = new Float32Array(M);
    trees.sample(queries, words, wanted);
    const { y } = await evaluate((x, u) => quantileGraph(trees, x, u));
    let worst = 0;
    for (let i = 0; i < M; i++) worst = Math.max(worst, Math.abs(y[i] - wanted[i]));
    expect(worst).toBeLessThan(1e-6);
  });
});
