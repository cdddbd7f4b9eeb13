/** @file Looks at held-out rows: the same rows with the same random numbers each time. */
import type { Value, Values } from "../runtime/runtime.js";
import { NUMBERS, type StepGraph } from "./objective-graph.js";
import type { Runner } from "./runner.js";

/** How many rows a look takes together, and how often, so that nearly all rows held out are seen. */
export function lookSize(held: Readonly<Record<string, Int32Array>>, limit: number): { rows: number; looks: number } {
  const smallest = Math.min(...Object.values(held).map((rows) => rows.length));
  const looks = Math.ceil(smallest / limit);
  return { rows: Math.floor(smallest / looks), looks };
}

export class HeldOut {
  readonly #graph: StepGraph;
  readonly #runner: Runner;
  readonly #held: Readonly<Record<string, Int32Array>>;
  readonly #taken: Readonly<Record<string, Int32Array>>;
  readonly #looks: number;

  /** @param taken Where the rows of the next run are written. */
  constructor(
    graph: StepGraph,
    runner: Runner,
    held: Readonly<Record<string, Int32Array>>,
    taken: Readonly<Record<string, Int32Array>>,
    looks: number,
  ) {
    this.#graph = graph;
    this.#runner = runner;
    this.#held = held;
    this.#taken = taken;
    this.#looks = looks;
  }

  /** Means over the held-out rows, by "loss" and term. */
  async look(vectors: Values, step: number): Promise<Readonly<Record<string, number>>> {
    const numbers: Value = {
      dtype: "float32",
      shape: [this.#graph.numbers.length],
      data: Float32Array.from(this.#graph.numbers, (at) => at(step, step)),
    };
    const means: Record<string, number> = {};
    for (let c = 0; c < this.#looks; c++) {
      for (const [name, rows] of Object.entries(this.#taken)) {
        rows.set(this.#held[name].subarray(c * rows.length, (c + 1) * rows.length));
      }
      const results = await this.#runner.run(c, { ...vectors, [NUMBERS]: numbers }, {});
      for (const name of this.#runner.outputs) {
        const short = name.startsWith("term.") ? name.slice(5) : name;
        means[short] = (means[short] ?? 0) + Number(results[name].data[0]) / this.#looks;
      }
    }
    return means;
  }
}
