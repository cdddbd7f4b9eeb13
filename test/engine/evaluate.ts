import type { DType, Tensor } from "../../src/engine/graph/tensor.js";
import { emitModel } from "../../src/engine/onnx/emit.js";
import { nodeRuntime } from "../../src/engine/runtime/node.js";
import type { Runtime, Value, ValueData } from "../../src/engine/runtime/runtime.js";

let runtime: Promise<Runtime> | undefined;

/** One runtime for all tests of a file, on one thread. */
export function testRuntime(): Promise<Runtime> {
  runtime ??= nodeRuntime({ threads: 1 });
  return runtime;
}

export function value(dtype: DType, shape: readonly number[], numbers: ArrayLike<number>): Value {
  const data: ValueData =
    dtype === "float32"
      ? Float32Array.from(numbers)
      : dtype === "float64"
        ? Float64Array.from(numbers)
        : dtype === "int32"
          ? Int32Array.from(numbers)
          : dtype === "int64"
            ? BigInt64Array.from(Array.from(numbers, BigInt))
            : Uint8Array.from(numbers);
  return { dtype, shape, data };
}

export interface Compiled {
  run(feeds: Readonly<Record<string, Value>>): Promise<number[][]>;
  close(): Promise<void>;
}

/** Makes a graph ready to run; the outputs come as plain numbers. Inputs that the outputs do not need are not fed. */
export async function compileOutputs(outputs: readonly Tensor[]): Promise<Compiled> {
  const { bytes, inputs } = emitModel(Object.fromEntries(outputs.map((y, k) => [`out${k}`, y])));
  const session = await (await testRuntime()).load(bytes, {
    fusion: outputs.every((y) => y.dtype !== "float64"),
  });
  return {
    async run(feeds) {
      const needed = Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.includes(name)));
      const results = await session.run(needed);
      return outputs.map((_, k) => Array.from(results[`out${k}`].data as ArrayLike<number>, Number));
    },
    close: () => session.close(),
  };
}
