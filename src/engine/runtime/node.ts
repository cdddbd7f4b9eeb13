/** @file ONNX Runtime in Node: native code on all cores, or on a GPU where there is one. */
import type { InferenceSession } from "onnxruntime-common";
import { loadSession, type Ort } from "./ort-session.js";
import type { Runtime } from "./runtime.js";

export interface NodeRuntimeOptions {
  /** Threads within one op. */
  readonly threads: number;
  /** Where ops run, best first, such as ["cuda", "cpu"] (default ["cpu"]). */
  readonly providers?: readonly string[];
}

/** Loads onnxruntime-node. The same threads give the same bits. */
export async function nodeRuntime({ threads, providers = ["cpu"] }: NodeRuntimeOptions): Promise<Runtime> {
  const module = await import("onnxruntime-node");
  const ort = ("default" in module ? module.default : module) as unknown as Ort;
  return {
    name: `onnxruntime-node (${providers.join(", ")})`,
    threads,
    load(model, options = {}) {
      const session: InferenceSession.SessionOptions = {
        executionProviders: [...providers],
        intraOpNumThreads: options.threads ?? threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: options.fusion === false ? "basic" : "all",
        logSeverityLevel: 3,
      };
      return loadSession(ort, model, session);
    },
  };
}
