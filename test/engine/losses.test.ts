import { describe, expect, test } from "vitest";
import { gradients } from "../../src/engine/graph/gradients.js";
import { gemm, mul, sum, tanh } from "../../src/engine/graph/ops/index.js";
import { input, type Tensor } from "../../src/engine/graph/tensor.js";
import * as losses from "../../src/engine/losses/index.js";
import { fillNormal } from "../../src/util/fill-random.js";
import { compileOutputs, value } from "./evaluate.js";

const [ROWS, COLUMNS] = [7, 3];

function table(index: number): number[] {
  const numbers = new Float32Array(ROWS * COLUMNS);
  fillNormal(numbers, 4n, 1, index);
  return Array.from(numbers, (x) => 1.5 * x);
}

const [A, B, C] = [table(1), table(2), table(3)];
const mean = (terms: readonly number[]) => terms.reduce((s, x) => s + x, 0) / terms.length;
const row = (x: readonly number[], i: number) => x.slice(i * COLUMNS, (i + 1) * COLUMNS);
const rows = Array.from({ length: ROWS }, (_, i) => i);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, x, k) => s + x * b[k], 0);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const logistic = (x: number) => -Math.log(sigmoid(x));
const tensors = ["a", "b", "c"].map((name) => input(name, "float64", [ROWS, COLUMNS]));
const feeds = Object.fromEntries([A, B, C].map((x, k) => ["abc"[k], value("float64", [ROWS, COLUMNS], x)]));

/** Name, the loss of three tables, and its definition in plain JavaScript. */
const CASES: readonly [string, (x: readonly Tensor[]) => Tensor, () => number][] = [
  ["mse", ([a, b]) => losses.mse(a, b), () => mean(A.map((x, k) => (x - B[k]) ** 2))],
  ["mae", ([a, b]) => losses.mae(a, b), () => mean(A.map((x, k) => Math.abs(x - B[k])))],
  [
    "huber",
    ([a, b]) => losses.huber(a, b, 0.8),
    () =>
      mean(
        A.map((x, k) => {
          const gap = Math.abs(x - B[k]);
          return gap <= 0.8 ? gap ** 2 / 2 : 0.8 * (gap - 0.4);
        }),
      ),
  ],
  [
    "gaussian nll",
    ([a, b, c]) => losses.gaussianNll(a, c, b),
    () => mean(A.map((x, k) => ((x - B[k]) ** 2 / Math.exp(C[k]) + C[k]) / 2)),
  ],
  [
    "bernoulli of probabilities",
    ([a, , c]) => losses.bernoulli(a, mul(mul(c, c), 0.1)),
    () => mean(A.map((x, k) => 0.1 * C[k] ** 2 * logistic(x) + (1 - 0.1 * C[k] ** 2) * logistic(-x))),
  ],
  [
    "weighted bernoulli",
    ([a, b, c]) => losses.bernoulli(a, b, mul(c, c)),
    () => A.reduce((s, x, k) => s + C[k] ** 2 * (Math.log1p(Math.exp(x)) - B[k] * x), 0) / dot(C, C),
  ],
  [
    "kl to the standard normal",
    ([a, b]) => losses.klToStandardNormal(a, b),
    () =>
      mean(
        rows.map((i) => row(A, i).reduce((s, m, k) => s + (m * m + Math.exp(row(B, i)[k]) - row(B, i)[k] - 1) / 2, 0)),
      ),
  ],
  [
    "cosine anchor",
    ([a, b]) => losses.cosineAnchor(a, b),
    () => mean(rows.map((i) => 1 - dot(row(A, i), row(B, i)) / Math.hypot(...row(A, i)) / Math.hypot(...row(B, i)))),
  ],
  [
    "non-saturating, critic",
    ([a, b]) => losses.nonSaturating.critic(a, b),
    () => mean(A.map(logistic)) + mean(B.map((x) => logistic(-x))),
  ],
  ["non-saturating, generator", ([a]) => losses.nonSaturating.generator(a), () => mean(A.map(logistic))],
  [
    "least squares, critic",
    ([a, b]) => losses.leastSquares.critic(a, b),
    () => (mean(A.map((x) => (x - 1) ** 2)) + mean(B.map((x) => x ** 2))) / 2,
  ],
  ["least squares, generator", ([a]) => losses.leastSquares.generator(a), () => mean(A.map((x) => (x - 1) ** 2)) / 2],
  ["wasserstein, critic", ([a, b]) => losses.wasserstein.critic(a, b), () => mean(B) - mean(A)],
  ["wasserstein, generator", ([a]) => losses.wasserstein.generator(a), () => -mean(A)],
];

describe.each(CASES)("%s", (_, build, expected) => {
  test("is what its definition says", async () => {
    const program = await compileOutputs([build(tensors)]);
    expect((await program.run(feeds))[0][0]).toBeCloseTo(expected(), 10);
    await program.close();
  });
});

test("the gradient penalty is the mean squared distance of the gradient's norm from 1, and can be trained by", async () => {
  const weight = input("w", "float64", [COLUMNS, 1]);
  const share = input("share", "float64", [ROWS, 1]);
  const judge = (x: Tensor) => tanh(gemm(x, weight));
  const penalty = losses.gradientPenalty(judge, tensors[0], tensors[1], share);
  const program = await compileOutputs([penalty, gradients(penalty, [weight])[0]]);
  const shares = rows.map((i) => (i + 0.5) / ROWS);
  const by = (w: readonly number[]) =>
    mean(
      rows.map((i) => {
        const x = row(A, i).map((a, k) => shares[i] * a + (1 - shares[i]) * row(B, i)[k]);
        return ((1 - Math.tanh(dot(x, w)) ** 2) * Math.hypot(...w) - 1) ** 2;
      }),
    );
  const w = [0.7, -0.4, 0.9];
  const run = await program.run({
    a: feeds.a,
    b: feeds.b,
    w: value("float64", [COLUMNS, 1], w),
    share: value("float64", [ROWS, 1], shares),
  });
  expect(run[0][0]).toBeCloseTo(by(w), 9);
  w.forEach((_, k) => {
    const moved = (step: number) => by(w.map((x, j) => (j === k ? x + step : x)));
    expect(run[1][k]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 7);
  });
  await program.close();
});

test("losses keep finite gradients far out, and where a vector has no length", async () => {
  const x = input("x", "float32", [4, 1]);
  const loss = losses.bernoulli(x, 1);
  const p = input("p", "float32", [1, 3]);
  const anchor = losses.cosineAnchor(p, mul(p, 1));
  const program = await compileOutputs([gradients(loss, [x])[0], gradients(sum(anchor), [p])[0]]);
  const [far, still] = await program.run({
    x: value("float32", [4, 1], [-1e4, -50, 50, 1e4]),
    p: value("float32", [1, 3], [0, 0, 0]),
  });
  expect(far).toEqual([-0.25, -0.25, expect.closeTo(0, 6), expect.closeTo(0, 6)]);
  expect(still.every(Number.isFinite)).toBe(true);
  await program.close();
});

test("a width of nothing is refused", () => {
  expect(() => losses.huber(tensors[0], tensors[1], 0)).toThrow(
    "huber: width out of range; expected a number above 0, got 0.",
  );
});
