import { describe, expect, test } from "vitest";
import { gradients } from "../../src/engine/graph/gradients.js";
import { ops } from "../../src/engine/graph/op.js";
import { add, mul, reshape, sum } from "../../src/engine/graph/ops/index.js";
import { nodesOf } from "../../src/engine/graph/order.js";
import { constant, type DType, input, type Tensor } from "../../src/engine/graph/tensor.js";
import { Random } from "../../src/util/random.js";
import { compileOutputs, value } from "./evaluate.js";
import { OP_CASES, type OpCase } from "./op-cases.js";

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Numbers in the case's range, the same for every test of it. */
function numbersFor(testCase: OpCase): number[][] {
  const random = new Random(7);
  const [low, high] = testCase.range ?? [-2, 2];
  return testCase.shapes.map((shape) =>
    Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()),
  );
}

const feedsOf = (testCase: OpCase, numbers: readonly (readonly number[])[], dtype: DType) =>
  Object.fromEntries(numbers.map((x, k) => [`x${k}`, value(dtype, testCase.shapes[k], x)]));

/** Weights that make a scalar of an output, so that no two of its numbers can be mixed up; ones where its size has a name. */
const weights = (n: number, named = false) =>
  Array.from({ length: n }, (_, k) => (named ? 1 : 0.3 + Math.sin(3 * k + 1)));

function weighted(y: Tensor): Tensor {
  if (y.shape.some((dim) => typeof dim === "string")) return sum(y);
  const size = sizeOf(y.shape as readonly number[]);
  return sum(mul(reshape(y, [size]), constant(y.dtype, [size], weights(size))));
}

function build(testCase: OpCase, dtype: DType) {
  const xs = testCase.shapes.map((shape, k) =>
    input(`x${k}`, dtype, testCase.named === true ? ["n", ...shape.slice(1)] : shape),
  );
  const y = testCase.build(xs);
  const first = gradients(weighted(y), xs);
  const second = gradients(first.map(weighted).reduce(add), xs);
  return { y, first, second };
}

/** Central differences of fourth order of `f` by each number of each input. */
async function differences(
  numbers: readonly (readonly number[])[],
  step: number,
  f: (numbers: readonly (readonly number[])[]) => Promise<number>,
): Promise<number[][]> {
  const slopes: number[][] = [];
  for (const [k, x] of numbers.entries()) {
    slopes.push([]);
    for (let i = 0; i < x.length; i++) {
      const at = (by: number) =>
        f(numbers.map((row, r) => (r === k ? row.map((v, j) => (j === i ? v + by : v)) : row)));
      const near = (await at(step)) - (await at(-step));
      const far = (await at(2 * step)) - (await at(-2 * step));
      slopes[k].push((8 * near - far) / (12 * step));
    }
  }
  return slopes;
}

function total(y: Tensor, numbers: readonly number[]): number {
  const w = weights(numbers.length, y.shape.includes("n"));
  return numbers.reduce((sum, v, k) => sum + v * w[k], 0);
}

function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  got.forEach((v, k) => {
    expect(Math.abs(v - wanted[k]) / scale, `number ${k}: ${v} for ${wanted[k]}`).toBeLessThan(tolerance);
  });
}

test("every op has a case", () => {
  const tried = new Set(OP_CASES.flatMap((c) => nodesOf([build(c, "float64").y]).map((node) => node.op.name)));
  const named = new Set(OP_CASES.map((c) => c.op));
  const host = [...ops().values()].filter((op) => op.emit === undefined).map((op) => op.name);
  expect(
    [...ops().keys()].filter((name) => !tried.has(name) || !named.has(name)).filter((name) => !host.includes(name)),
  ).toEqual([]);
});

describe.each(OP_CASES.map((c) => [c.note === undefined ? c.op : `${c.op}, ${c.note}`, c] as const))(
  "%s",
  (_, testCase) => {
    const numbers = numbersFor(testCase);
    const dtype: DType = testCase.single === true ? "float32" : "float64";

    test("gives the values of plain JavaScript", async () => {
      const { y } = build(testCase, dtype);
      const program = await compileOutputs([y]);
      const rounded = numbers.map((x) => (dtype === "float32" ? x.map(Math.fround) : x));
      const [got] = await program.run(feedsOf(testCase, numbers, dtype));
      expectClose(got, testCase.expected(rounded), dtype === "float32" ? 2e-6 : 1e-12);
      await program.close();
    });

    test("has the gradient that central differences show", async () => {
      const { y, first } = build(testCase, dtype);
      const program = await compileOutputs([y, ...first]);
      const [, ...got] = await program.run(feedsOf(testCase, numbers, dtype));
      const wanted = await differences(numbers, 1e-4, async (x) =>
        total(y, testCase.single === true ? testCase.expected(x) : (await program.run(feedsOf(testCase, x, dtype)))[0]),
      );
      got.forEach((g, k) => {
        const slopes = testCase.flat === true ? wanted[k].map(() => 0) : wanted[k];
        expectClose(g, slopes, testCase.single === true ? 5e-6 : 2e-9);
      });
      if (testCase.flat !== true) expect(got.flat().some((v) => v !== 0)).toBe(true);
      await program.close();
    });

    test("can be differentiated twice", async () => {
      const { first, second } = build(testCase, dtype);
      const program = await compileOutputs([...first, ...second]);
      const run = async (x: readonly (readonly number[])[]) => program.run(feedsOf(testCase, x, dtype));
      const wanted = await differences(numbers, testCase.single === true ? 2e-2 : 1e-4, async (x) => {
        const slopes = await run(x);
        return first.reduce((sum, g, k) => sum + total(g, slopes[k]), 0);
      });
      (await run(numbers)).slice(first.length).forEach((g, k) => {
        expectClose(g, wanted[k], testCase.single === true ? 2e-3 : 1e-8);
      });
      await program.close();
    });

    test("gives the same in single precision", async () => {
      if (testCase.single === true) return;
      const results: number[][][] = [];
      for (const type of ["float64", "float32"] as const) {
        const { y, first } = build(testCase, type);
        const program = await compileOutputs([y, ...first]);
        results.push(await program.run(feedsOf(testCase, numbers, type)));
        await program.close();
      }
      results[0].forEach((row, k) => {
        expectClose(results[1][k], row, 5e-6);
      });
    });
  },
);
