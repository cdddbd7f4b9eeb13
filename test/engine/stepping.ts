/** @file Steps a training graph on rows that the test names, as the training loop does on rows that it draws. */
import { compile } from "../../src/engine/program/program.js";
import type { Runtime, Values } from "../../src/engine/runtime/runtime.js";
import { NUMBERS, nextName, slotName, trainingGraph } from "../../src/engine/train/objective-graph.js";
import { FIRST_STREAM, openRunners, type RunnerSpec, shareSources } from "../../src/engine/train/runner.js";
import type { Objective, Source } from "../../src/engine/train/spec.js";
import { Vectors } from "../../src/engine/train/vectors.js";
import { type Pool, sharedArray } from "../../src/util/pool.js";
import { value } from "./evaluate.js";

export type Start = Readonly<Record<string, { readonly flat: Float32Array; readonly state?: Float32Array }>>;

export interface Stepping {
  readonly vectors: Vectors;
  /** Takes the next step, on these rows of each source; returns all outputs. */
  step(taken: Readonly<Record<string, ArrayLike<number>>>): Promise<Values>;
  close(): Promise<void>;
}

export interface SteppingOptions {
  /** Rows of a batch. */
  readonly rows: number;
  readonly start: (objective: Objective) => Start;
  /** Compile the whole batch as one program; else it is worked on in parts. */
  readonly whole?: boolean;
  readonly pool?: Pool;
}

export async function openStepping(
  objective: Objective,
  given: Readonly<Record<string, Source>>,
  runtime: Runtime,
  { rows, start: startOf, whole = false, pool }: SteppingOptions,
): Promise<Stepping> {
  const sources = shareSources(given);
  const graph = trainingGraph(objective, sources);
  const start = startOf(objective);
  const vectors = new Vectors();
  for (const network of objective.networks) {
    const { flat, state } = start[network.name];
    vectors.set(network.name, flat);
    if (state !== undefined) vectors.set(`${network.name}.state`, state);
    for (const slot of objective.optimiser.slots) {
      vectors.set(slotName(network, objective.name, slot), new Float32Array(network.size));
    }
  }
  const moved = vectors.names.filter((name) => graph.outputs[nextName(name)] !== undefined);
  const taken = Object.fromEntries(Object.keys(sources).map((name) => [name, sharedArray(Int32Array, rows)]));
  const wholes = Object.fromEntries(vectors.names.map((name) => [name, vectors.get(name).length]));
  const spec: RunnerSpec = { graph, rows, taken, wholes, stream: FIRST_STREAM };
  const { runners, close } = await openRunners([spec], 1n, runtime, pool);
  const program = whole ? await compile(graph.outputs, runtime) : undefined;
  let index = 0;
  return {
    vectors,
    async step(wanted) {
      for (const [name, numbers] of Object.entries(wanted)) taken[name].set(numbers);
      const numbers = graph.numbers.map((at) => at(index, index));
      const all = { ...vectors.values(), [NUMBERS]: value("float32", [numbers.length], numbers) };
      let results: Values;
      if (program === undefined) results = await runners[0].run(index, all, vectors.targets(moved));
      else {
        const feeds = runners[0].feeds(index, all);
        const needed = Object.fromEntries(program.inputs.map((name) => [name, feeds[name]]));
        results = await program.run(needed, vectors.targets(moved));
      }
      vectors.advance(moved);
      index++;
      return results;
    },
    async close() {
      await program?.close();
      await close();
    },
  };
}
