/** @file What the browser test's page runs; the test calls it by the name `engine`. */
import { importModel } from "../../src/engine/onnx/import.js";
import type { Runtime, Value } from "../../src/engine/runtime/runtime.js";
import { type WebRuntimeOptions, webRuntime } from "../../src/engine/runtime/web.js";
import { runOpCases } from "./op-runs.js";
import { trainDecoder } from "./sample-networks.js";

/** A value as JSON carries it. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const fromPlain = (values: Readonly<Record<string, Plain>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => [
      name,
      { dtype: "float32", shape, data: Float32Array.from(data) },
    ]),
  );

let runtime: Runtime;

const engine = {
  async open(options: WebRuntimeOptions): Promise<void> {
    runtime = await webRuntime(options);
  },

  /** Runs a model that the server has; the second time into arrays that are given. */
  async run(model: string, feeds: Readonly<Record<string, Plain>>): Promise<readonly number[][]> {
    const bytes = new Uint8Array(await (await fetch(model)).arrayBuffer());
    const { session, description } = await importModel(bytes, runtime);
    const [name] = session.outputs;
    const [{ dtype, shape, data }] = Object.values(await session.run(fromPlain(feeds)));
    const into = { dtype, shape, data: new Float32Array(data.length) };
    const again = await session.run(fromPlain(feeds), { [name]: into });
    await session.close();
    if (again[name] !== into || description.outputs[0].name !== name) throw new Error("not the array that was given");
    return [Array.from(data, Number), Array.from(into.data)];
  },

  async train(feeds: Readonly<Record<string, Plain>>, start: readonly number[], steps: number) {
    const { losses, flat } = await trainDecoder(runtime, fromPlain(feeds), Float32Array.from(start), steps);
    return { losses, flat: Array.from(flat) };
  },

  opCases: () => runOpCases(runtime),

  /** What loading something else says. */
  async refusals(): Promise<readonly string[]> {
    const say = (work: Promise<unknown>) => work.then(() => "nothing", String);
    const text = new TextEncoder().encode("not found");
    return [
      await say(importModel(text, runtime)),
      await say(runtime.load(text)),
      await say(webRuntime({ threads: 7, assets: "elsewhere" })),
      await say(webRuntime({ threads: 2 })),
    ];
  },
};

export type Page = typeof engine;
Object.assign(globalThis, { engine });
