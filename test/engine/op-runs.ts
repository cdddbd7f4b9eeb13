/** @file Values and gradients of all op cases in single precision, by whichever runtime: two runtimes must agree. */
import { gradients } from "../../src/engine/graph/gradients.js";
import { cast, sum } from "../../src/engine/graph/ops/index.js";
import { input } from "../../src/engine/graph/tensor.js";
import { emitModel } from "../../src/engine/onnx/emit.js";
import { float32, type Runtime } from "../../src/engine/runtime/runtime.js";
import { OP_CASES } from "./op-cases.js";

/** For each case its value and gradients, end to end. */
export async function runOpCases(runtime: Runtime): Promise<readonly number[][]> {
  const results: number[][] = [];
  for (const { shapes, named, range: [low, high] = [-2, 2], build } of OP_CASES) {
    const xs = shapes.map((shape, k) => input(`x${k}`, "float32", named === true ? ["n", ...shape.slice(1)] : shape));
    const y = build(xs);
    const outputs = Object.fromEntries(
      [y, ...gradients(sum(y), xs)].map((out, k) => [`out${k}`, cast(out, "float32")]),
    );
    const { bytes, inputs } = emitModel(outputs);
    const session = await runtime.load(bytes);
    const feeds = xs.map((_, k) => {
      const size = shapes[k].reduce((a, b) => a * b, 1);
      const share = (i: number) => (0.61803 * (i + 1) + 0.17 * k) % 1;
      return [
        `x${k}`,
        float32(
          Float32Array.from({ length: size }, (_, i) => low + (high - low) * share(i)),
          ...shapes[k],
        ),
      ];
    });
    const values = await session.run(Object.fromEntries(feeds.filter(([name]) => inputs.includes(name as string))));
    results.push(Object.values(values).flatMap(({ data }) => Array.from(data, Number)));
    await session.close();
  }
  return results;
}
