/** @file Looks at held-out rows. */

import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { Tensor } from "../graph/tensor.js";
import type { Kernels, Program } from "../program/program.js";
import { compile } from "../program/program.js";
import type { Runtime, Value, Values } from "../runtime/runtime.js";
import { StepFeeds } from "./feeds.js";
import { lookingGraph, type StepGraph } from "./objective-graph.js";
import type { LossContext, LossTerms, Source } from "./spec.js";
import type { Vectors } from "./vectors.js";

export class HeldOut {
  readonly #graph: StepGraph;
  readonly #program: Program;
  readonly #feeds: StepFeeds;
  readonly #tables: Values;
  readonly #held: Readonly<Record<string, Int32Array>>;
  readonly #rows: number;
  readonly #seed: number | bigint;

  private constructor(
    graph: StepGraph,
    program: Program,
    tables: Values,
    held: Readonly<Record<string, Int32Array>>,
    rows: number,
    seed: number | bigint,
  ) {
    this.#graph = graph;
    this.#program = program;
    this.#tables = tables;
    this.#held = held;
    this.#rows = rows;
    this.#seed = seed;
    this.#feeds = new StepFeeds(graph, Object.keys(held), rows);
  }

  /** @param limit Largest number of rows looked at together. */
  static async create(
    build: (context: LossContext) => Tensor | LossTerms,
    sources: Readonly<Record<string, Source>>,
    tables: Values,
    held: Readonly<Record<string, Int32Array>>,
    limit: number,
    seed: number | bigint,
    runtime: Runtime,
    kernels: Kernels,
  ): Promise<HeldOut> {
    const smallest = Math.min(...Object.values(held).map((rows) => rows.length));
    const rows = Math.floor(smallest / Math.ceil(smallest / limit));
    const graph = lookingGraph(build, sources, rows);
    return new HeldOut(graph, await compile(graph.outputs, runtime, kernels), tables, held, rows, seed);
  }

  /** Means over the held-out rows, the same rows with the same random numbers each time. */
  async look(vectors: Pick<Vectors, "value">, step: number): Promise<Readonly<Record<string, number>>> {
    const names = Object.keys(this.#held);
    const chunks = Math.min(...names.map((name) => Math.floor(this.#held[name].length / this.#rows)));
    const sums: Record<string, number> = {};
    this.#feeds.schedule(step, step);
    for (let c = 0; c < chunks; c++) {
      for (const name of names) {
        this.#feeds.rows[name].set(this.#held[name].subarray(c * this.#rows, (c + 1) * this.#rows));
      }
      this.#feeds.draw(this.#seed, LOOKS, c);
      const feeds: Record<string, Value> = {};
      for (const name of this.#program.inputs) {
        feeds[name] = (this.#tables[name] ?? this.#feeds.values[name] ?? vectors.value(name)) as Value;
      }
      const context = { random: new Random(this.#seed, STREAMS.fit + 0x3ff).at(c) };
      const results = await this.#program.run(feeds, {}, context);
      for (const name of this.#program.outputs) {
        const short = name.startsWith("term.") ? name.slice(5) : name;
        sums[short] = (sums[short] ?? 0) + Number(results[name].data[0]) / chunks;
      }
    }
    return sums;
  }

  get terms(): readonly string[] {
    return this.#graph.terms;
  }

  close(): Promise<void> {
    return this.#program.close();
  }
}

/** Stands for the objective's number among the streams of random numbers. */
const LOOKS = 31;
