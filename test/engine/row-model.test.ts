import { afterAll, expect, test } from "vitest";
import { add, gemm, mul } from "../../src/engine/graph/ops/index.js";
import { constant, input } from "../../src/engine/graph/tensor.js";
import { emitModel } from "../../src/engine/onnx/emit.js";
import { RowModel, type RowModelSpec } from "../../src/engine/program/row-model.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { fillNormalRows } from "../../src/util/fill-random.js";
import { inlinePool } from "../../src/util/pool.js";

const pool = workerPool(2);
afterAll(() => pool.close());

const x = input("x", "float32", ["n", 2]);
const noise = input("noise", "float32", ["n", 3]);
const y = add(gemm(x, constant("float32", [2, 3], [1, 2, 3, 4, 5, 6])), mul(noise, 0.1));
const spec: RowModelSpec = {
  bytes: emitModel({ y }).bytes,
  inputs: [{ name: "x", columns: 2 }],
  noises: [{ name: "noise", columns: 3 }],
  outputs: [{ name: "y", columns: 3 }],
};
const ROWS = 5001;
const xs = Float32Array.from({ length: 2 * ROWS }, (_, i) => Math.sin(i));

test("each row is the model of that row, with noise by the number of its event", async () => {
  const { y } = await new RowModel(spec, pool).run({ x: xs }, ROWS, { seed: 3n, first: 1000, stream: 8 });
  const drawn = new Float32Array(3 * ROWS);
  fillNormalRows(drawn, 3, 3n, 8, 1000);
  for (const i of [0, 1, 2047, 2048, 5000]) {
    for (let k = 0; k < 3; k++) {
      const wanted = xs[2 * i] * (k + 1) + xs[2 * i + 1] * (k + 4) + 0.1 * drawn[3 * i + k];
      expect(y[3 * i + k]).toBeCloseTo(wanted, 5);
    }
  }
});

test("neither threads nor cuts change a bit", async () => {
  const whole = await new RowModel(spec, pool).run({ x: xs }, ROWS, { seed: 3n });
  const alone = await new RowModel(spec, inlinePool()).run({ x: xs }, ROWS, { seed: 3n });
  expect(Array.from(alone.y)).toEqual(Array.from(whole.y));
  const cut = 1234;
  const model = new RowModel(spec, pool);
  const head = await model.run({ x: xs.slice(0, 2 * cut) }, cut, { seed: 3n });
  const tail = await model.run({ x: xs.slice(2 * cut) }, ROWS - cut, { seed: 3n, first: cut });
  expect([...head.y, ...tail.y]).toEqual(Array.from(whole.y));
});

test("many models in turn are loaded and let go", async () => {
  for (let k = 0; k < 9; k++) {
    const { y } = await new RowModel(spec, pool).run({ x: xs.slice(0, 2) }, 1);
    expect(y.length).toBe(3);
  }
});

test("a table that does not fit is named", async () => {
  await expect(new RowModel(spec, pool).run({ x: xs }, 7)).rejects.toThrow(
    'model: input "x" does not fit; expected 7 rows of 2 numbers, got 10002 numbers.',
  );
  await expect(new RowModel(spec, pool).run({}, 7)).rejects.toThrow("expected 7 rows of 2 numbers, got none");
});
