/** @file Finds where numbers first went bad. */
import { nodesOf } from "../graph/order.js";
import { isFloat, type Tensor } from "../graph/tensor.js";
import { compile, type RunContext } from "../program/program.js";
import type { Runtime, Values } from "../runtime/runtime.js";

/**
 * Runs a graph again with every tensor on the way as an output.
 * @returns Name of the first tensor that holds NaN or infinity, and which; undefined where all are finite.
 */
export async function firstBad(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Values,
  runtime: Runtime,
  context: RunContext,
): Promise<{ readonly name: string; readonly what: "NaN" | "infinite" } | undefined> {
  for (const [name, { data }] of Object.entries(feeds)) {
    const what = data instanceof Float32Array ? badness(data) : undefined;
    if (what !== undefined) return { name, what };
  }
  const watched: Record<string, Tensor> = {};
  for (const node of nodesOf(Object.values(outputs))) {
    for (const x of node.outputs) {
      if (!isFloat(x.dtype)) continue;
      const base = x.label ?? node.op.name;
      let name = base;
      for (let k = 2; watched[name] !== undefined; k++) name = `${base} (${k})`;
      watched[name] = x;
    }
  }
  const program = await compile(watched, runtime);
  const needed = Object.fromEntries(Object.entries(feeds).filter(([name]) => program.inputs.includes(name)));
  const results = await program.run(needed, {}, context);
  await program.close();
  for (const name of Object.keys(watched)) {
    const what = badness(results[name].data as Float32Array);
    if (what !== undefined) return { name, what };
  }
  return undefined;
}

function badness(data: Float32Array): "NaN" | "infinite" | undefined {
  let infinite = false;
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) return "NaN";
    if (data[i] === Number.POSITIVE_INFINITY || data[i] === Number.NEGATIVE_INFINITY) infinite = true;
  }
  return infinite ? "infinite" : undefined;
}
