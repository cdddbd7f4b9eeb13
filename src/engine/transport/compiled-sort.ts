/** @file The sorts compiled to WebAssembly, on this thread's fixed memory. */
import { SORT_WASM } from "./generated/sort-wasm.js";
import { memory } from "./scratch.js";

/** Exports of assembly/sort.ts, which says what they do. Addresses are bytes; 0 is returned where a sort gave up. */
export interface CompiledSorts {
  readonly WORK: WebAssembly.Global;
  rank(from: number, rows: number, to: number): number;
  sort(from: number, rows: number, to: number, order: number): number;
  match(from: number, rows: number, targets: number, matched: number): number;
  gaps(source: number, matched: number, rows: number): number;
}

/** Undefined where there is no WebAssembly with vectors, or a page's policy forbids it: others must do the work then. */
export const compiled = instantiate();

function instantiate(): CompiledSorts | undefined {
  if (memory === undefined) return undefined;
  try {
    // Compiled at once, not in the background: some browsers allow that on their main thread up to 4 kB only.
    const module = new WebAssembly.Module(Uint8Array.from(atob(SORT_WASM), (c) => c.charCodeAt(0)));
    return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as CompiledSorts;
  } catch {
    return undefined;
  }
}
