/** @file ONNX Runtime in browsers, as WebAssembly. */
import type { InferenceSession } from "onnxruntime-common";
import { loadSession, type Ort } from "./ort-session.js";
import type { Runtime } from "./runtime.js";

export interface WebRuntimeOptions {
  /** Where the .wasm and .mjs files of onnxruntime-web are served from, with a slash at the end (default: beside the package). */
  readonly assets?: string;
  /** Threads; more than one needs a page that is cross-origin isolated (default 1). */
  readonly threads?: number;
}

/** Loads onnxruntime-web. */
export async function webRuntime({ assets, threads = 1 }: WebRuntimeOptions = {}): Promise<Runtime> {
  const ort = await import("onnxruntime-web/wasm");
  if (assets !== undefined) ort.env.wasm.wasmPaths = assets;
  ort.env.wasm.numThreads = threads;
  return {
    name: "onnxruntime-web (wasm)",
    threads,
    load(model, options = {}) {
      const session: InferenceSession.SessionOptions = {
        executionProviders: ["wasm"],
        graphOptimizationLevel: options.fusion === false ? "basic" : "all",
        logSeverityLevel: 3,
      };
      return loadSession(ort as unknown as Ort, model, session);
    },
  };
}
