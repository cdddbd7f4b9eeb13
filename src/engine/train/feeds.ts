/** @file Fills what a step is fed: rows, random numbers, scheduled numbers. */
import { fillNormal, fillUniform } from "../../util/fill-random.js";
import { STREAMS } from "../../util/streams.js";
import type { Value } from "../runtime/runtime.js";
import { NUMBERS, rowsName, type StepGraph, tableName } from "./objective-graph.js";
import type { Source } from "./spec.js";

/** Tables of all sources, ready to be fed; ONNX Runtime reads them in place. */
export function tableFeeds(sources: Readonly<Record<string, Source>>): Record<string, Value> {
  const feeds: Record<string, Value> = {};
  for (const [source, tables] of Object.entries(sources)) {
    for (const [table, { data, columns }] of Object.entries(tables)) {
      feeds[tableName(source, table)] = { dtype: "float32", shape: [data.length / columns, columns], data };
    }
  }
  return feeds;
}

/** The arrays of one step that change from run to run, made once and filled again. */
export class StepFeeds {
  readonly values: Record<string, Value> = {};
  readonly rows: Readonly<Record<string, Int32Array>>;
  readonly #graph: StepGraph;
  readonly #numbers: Float32Array;

  constructor(graph: StepGraph, sources: readonly string[], rows: number) {
    this.#graph = graph;
    const rowArrays: Record<string, Int32Array> = {};
    for (const source of sources) {
      rowArrays[source] = new Int32Array(rows);
      this.values[rowsName(source)] = { dtype: "int32", shape: [rows], data: rowArrays[source] };
    }
    this.rows = rowArrays;
    for (const { name, columns } of graph.noises) {
      this.values[name] = { dtype: "float32", shape: [rows, columns], data: new Float32Array(rows * columns) };
    }
    this.#numbers = new Float32Array(graph.numbers.length);
    this.values[NUMBERS] = { dtype: "float32", shape: [graph.numbers.length], data: this.#numbers };
  }

  /** Draws the random numbers of update `index` of objective number `objective`. */
  draw(seed: number | bigint, objective: number, index: number): void {
    this.#graph.noises.forEach(({ name, kind }, k) => {
      const fill = kind === "normal" ? fillNormal : fillUniform;
      fill(this.values[name].data as Float32Array, seed, STREAMS.fit + 0x400 + 0x20 * objective + k, index);
    });
  }

  schedule(step: number, update: number): void {
    this.#graph.numbers.forEach((at, k) => {
      this.#numbers[k] = at(step, update);
    });
  }
}
