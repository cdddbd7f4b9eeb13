import { describe, expect, test } from "vitest";
import { nodesOf } from "../../src/engine/graph/order.js";
import { constant, gradients, input, ops, type Tensor } from "../../src/engine/index.js";
import { compile } from "../../src/engine/program/program.js";
import { planShards } from "../../src/engine/program/shard-plan.js";
import type { Value } from "../../src/engine/runtime/runtime.js";
import { ConfigError } from "../../src/util/errors.js";
import { compileOutputs, testRuntime, value } from "./evaluate.js";

const { add, cast, concat, gatherRows, gemm, log, mul, pick, reshape, sin, slice, split, sub, sum, transpose } = ops;

const float = (name: string, ...shape: (number | string)[]) => input(name, "float32", shape);
const a = float("a", 2, 3);
const b = float("b", 4, 3);
const n = float("n", "batch", 3);
const whole = input("whole", "int32", [2]);

describe("a message about shapes names them:", () => {
  const cases: readonly [name: string, make: () => unknown, message: string][] = [
    [
      "add",
      () => add(a, b),
      "add: shapes do not go together; expected sizes that are equal or 1 on each axis, got a [2, 3] and b [4, 3].",
    ],
    [
      "sub, of a size with a name",
      () => sub(n, a),
      "sub: shapes do not go together; expected sizes that are equal or 1 on each axis, got n [batch, 3] and a [2, 3].",
    ],
    ["gemm", () => gemm(a, b), "gemm: inner sizes differ; expected [m, k] and [k, n], got a [2, 3] and b [4, 3]."],
    [
      "gemm, transposed",
      () => gemm(a, b, undefined, { transposeA: true, transposeB: true }),
      "gemm: inner sizes differ; expected [m, k] and [k, n], got a [2, 3] transposed and b [4, 3] transposed.",
    ],
    [
      "gemm, its bias",
      () => gemm(a, b, float("c", 3), { transposeB: true }),
      "gemm: bias does not fit; expected [4], got c [3].",
    ],
    ["gemm, of a vector", () => gemm(float("v", 3), b), "gemm: wrong number of axes; expected 2, got 1 (v [3])."],
    [
      "concat",
      () => concat([a, b]),
      "concat: shapes do not go together; expected the same sizes but on axis 1, got a [2, 3] and b [4, 3].",
    ],
    [
      "concat, along the batch",
      () => concat([n, n], 0),
      'concat: the size of axis 0 must be known when the graph is built; expected a number, got "batch" (n [batch, 3]).',
    ],
    [
      "reshape",
      () => reshape(a, [4, 2]),
      "reshape: sizes do not agree; expected as many numbers as a [2, 3], got [4, 2].",
    ],
    ["split", () => split(a, [1, 1]), "split: parts do not add up; expected 3 on axis 1 of a [2, 3], got 1 + 1 = 2."],
    [
      "slice",
      () => slice(a, 1, 4),
      "slice: range out of bounds; expected 0 <= start < end <= 3 on axis 1 of a [2, 3], got 1 to 4.",
    ],
    [
      "transpose",
      () => transpose(a, [0, 0]),
      "transpose: order is no permutation; expected each of the 2 axes of a [2, 3] once, got [0,0].",
    ],
    ["sum, of an axis that is not there", () => sum(a, 2), "sum: no such axis; expected one of a [2, 3], got 2."],
    [
      "pick",
      () => pick(a, input("i", "int32", [3, 1])),
      "pick: shapes do not go together; expected the same sizes but on the last axis, got a [2, 3] and i [3, 1].",
    ],
    [
      "gatherRows, by real numbers",
      () => gatherRows(a, float("r", 2)),
      "gatherRows: needs row numbers; expected int32 or int64, got float32 (r [2]).",
    ],
    [
      "mul, of two types",
      () => mul(float("c", 2), whole),
      "mul: types differ; expected float32 throughout, got int32 (whole [2]). Cast one of them.",
    ],
    [
      "log, of whole numbers",
      () => log(whole),
      "log: needs real numbers; expected float32 or float64, got int32 (whole [2]).",
    ],
    [
      "gradients",
      () => gradients(a, [b]),
      "gradients: needs one real number; expected shape [], got a [2, 3] of float32.",
    ],
  ];
  test.each(cases)("%s", (_, make, message) => {
    // Twice: what failed must not be taken for done.
    for (const _time of [1, 2]) expect(make).toThrow(new ConfigError(message));
  });
});

describe("a run names the input", () => {
  const x = float("x", "n", 2);
  const rows = value("float32", [3, 2], [1, 2, 3, 4, 5, 6]);
  const w = value("float32", [2], [1, 1]);
  const cases: readonly [name: string, feeds: Record<string, Value>, words: RegExp][] = [
    ["that is unknown", { x: rows, w, z: w }, /unknown input; expected "?x"?, "?w"?, got "z"/],
    ["that is missing", { x: rows }, /^\w+: input "w" is missing; expected "?x"?, "?w"?/],
    [
      "of a wrong type",
      { x: rows, w: value("int32", [2], [1, 1]) },
      /input "w" does not fit; .* float32 \[2\], got int32 \[2\]/,
    ],
    ["of a wrong shape", { x: w, w }, /input "x" does not fit; expected float32 \[n, 2\], got float32 \[2\]/],
    [
      "of a wrong size",
      { x: value("float32", [2, 3], [1, 2, 3, 4, 5, 6]), w },
      /"x" does not fit; .* got float32 \[2, 3\]/,
    ],
    [
      "of too few numbers",
      { x: { ...rows, data: new Float32Array(5) }, w },
      /"x" has the wrong length; expected 6 .* got 5/,
    ],
  ];
  test.each(cases)("%s", async (_, feeds, words) => {
    const program = await compile({ y: mul(x, float("w", 2)) }, await testRuntime());
    const error = await program.run(feeds).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).not.toMatch(/\n/);
    // It goes on working.
    expect((await program.run({ x: rows, w })).y.shape).toEqual([3, 2]);
    await program.close();
  });

  test("of two meanings", async () => {
    const y = add(float("same", 2), float("same", 1));
    await expect(compile({ y }, await testRuntime())).rejects.toThrow(
      new ConfigError('graph: two inputs are named "same"; expected one meaning a name, got [2] and [1].'),
    );
  });
});

describe("a graph", () => {
  test("holds the same op on the same inputs once", () => {
    expect(add(a, a)).toBe(add(a, a));
    expect(gemm(a, b, undefined, { transposeB: true })).toBe(gemm(a, b, undefined, { transposeB: true }));
    expect(split(a, [1, 2])[1]).toBe(split(a, [1, 2])[1]);
    expect(mul(a, 3)).toBe(mul(a, 3));
    expect(add(a, 0)).toBe(a);
    expect(mul(1, a)).toBe(a);
    const others = [mul(a, 2), slice(a, 0, 1), slice(a, 0, 2), slice(a, 0, 1, 0), sum(a, 0), sum(a, 0, true)];
    expect(new Set(others).size).toBe(others.length);
    expect(sub(a, sin(a))).not.toBe(sub(sin(a), a));
    expect(float("a", 2, 3)).not.toBe(a);
    // Twice the same loss: no gradient is worked out twice.
    const [first, second] = [0, 1].map(() => gradients(sum(mul(sin(a), a)), [a])[0]);
    expect(first).toBe(second);
  });

  test("keeps numbers of different types and signs apart", () => {
    const double = input("double", "float64", [2]);
    expect(mul(double, 3).node?.inputs[1]).not.toBe(mul(a, 3).node?.inputs[1]);
    const [plus, minus] = [0, -0].map((zero) => ops.maximum(a, zero).node?.inputs[1]);
    expect(plus).not.toBe(minus);
  });

  test("has gradients of zeros, of the right shape, where nothing depends on a parameter", async () => {
    const used = float("used", 2, 2);
    const unused = float("unused", 3, 1);
    const whenStopped = gradients(sum(ops.stopGradient(mul(used, used))), [used])[0];
    const rounded = gradients(sum(cast(ops.greater(used, 0), "float32")), [used])[0];
    const [dUsed, dUnused] = gradients(sum(mul(used, 3)), [used, unused]);
    expect(dUnused.shape).toEqual([3, 1]);
    const program = await compileOutputs([dUsed, dUnused, whenStopped, rounded]);
    const feeds = { used: value("float32", [2, 2], [1, 2, 3, 4]), unused: value("float32", [3, 1], [7, 8, 9]) };
    expect(await program.run(feeds)).toEqual([
      [3, 3, 3, 3],
      [0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    await program.close();
  });

  test("is differentiated and planned when it is 20,000 nodes deep", async () => {
    const x = float("x", "batch", 1);
    const w = float("w", 1, 1);
    const deep = (start: Tensor, depth: number) => {
      let y = start;
      for (let k = 0; k < depth; k++) y = mul(sin(y), 0.999);
      return y;
    };
    const loss = (depth: number) => sum(deep(gemm(x, w), depth));
    const outputs = { loss: loss(10_000), slope: gradients(loss(10_000), [w])[0] };
    const nodes = nodesOf(Object.values(outputs));
    expect(nodes.length).toBeGreaterThan(50_000);
    for (const node of nodes) node.outputs[0].named(`n${node.order}`);
    expect(planShards(outputs, 100)?.stages.length).toBe(1);

    // ONNX Runtime takes time by the square of the number of nodes: fewer are run.
    const short = { loss: loss(300), slope: gradients(loss(300), [w])[0] };
    const program = await compile(short, await testRuntime());
    const feeds = { x: value("float32", [1, 1], [0.5]), w: value("float32", [1, 1], [1.5]) };
    const got = await program.run(feeds);
    await program.close();
    let [y, slope] = [0.75, 0.5];
    for (let k = 0; k < 300; k++) [y, slope] = [Math.sin(y) * 0.999, slope * Math.cos(y) * 0.999];
    expect(Number(got.loss.data[0]) / y).toBeCloseTo(1, 4);
    expect(Number(got.slope.data[0]) / slope).toBeCloseTo(1, 3);
  });

  test("can be made of constants alone", async () => {
    const y = add(constant("float32", [2], [1, 2]), constant("float32", [1], [10]));
    const program = await compile({ y }, await testRuntime());
    expect(program.inputs).toEqual([]);
    expect(Array.from((await program.run({})).y.data, Number)).toEqual([11, 12]);
    await program.close();
  });
});
