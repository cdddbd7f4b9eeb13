/** @file The flat vectors that training moves: two copies of each, so that a step reads one and writes the other. */
import type { Value, Values } from "../runtime/runtime.js";
import { nextName } from "./objective-graph.js";

export class Vectors {
  readonly #current = new Map<string, Value>();
  readonly #spare = new Map<string, Value>();

  /** Adds a vector; its numbers are copied. */
  set(name: string, data: Float32Array): void {
    const value = (array: Float32Array): Value => ({ dtype: "float32", shape: [array.length], data: array });
    this.#current.set(name, value(Float32Array.from(data)));
    this.#spare.set(name, value(new Float32Array(data.length)));
  }

  get names(): readonly string[] {
    return [...this.#current.keys()];
  }

  get(name: string): Float32Array {
    return (this.#current.get(name) as Value).data as Float32Array;
  }

  has(name: string): boolean {
    return this.#current.has(name);
  }

  /** All vectors, to be fed. */
  values(): Record<string, Value> {
    return Object.fromEntries(this.#current);
  }

  /** Where a program that replaces these vectors is to write. */
  targets(names: readonly string[]): Values {
    return Object.fromEntries(names.map((name) => [nextName(name), this.#spare.get(name) as Value]));
  }

  /** Takes what was written as the current numbers. */
  advance(names: readonly string[]): void {
    for (const name of names) {
      const written = this.#spare.get(name) as Value;
      this.#spare.set(name, this.#current.get(name) as Value);
      this.#current.set(name, written);
    }
  }

  /** Name of the first vector that holds NaN or infinity. */
  firstBad(): string | undefined {
    return this.names.find((name) => !this.get(name).every(Number.isFinite));
  }

  /** Copies of all vectors. */
  copy(names: readonly string[] = this.names): Record<string, Float32Array> {
    return Object.fromEntries(names.map((name) => [name, this.get(name).slice()]));
  }
}
