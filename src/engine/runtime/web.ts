/** @file ONNX Runtime in browsers, as WebAssembly. */
import type { InferenceSession } from "onnxruntime-common";
import { ConfigError } from "../../util/errors.js";
import { loadSession, type Ort } from "./ort-session.js";
import type { Runtime, Session, Value } from "./runtime.js";

export interface WebRuntimeOptions {
  /**
   * Address of the folder that ort-wasm-simd-threaded.wasm and .mjs of onnxruntime-web are served from; relative to the
   * page (default: the .wasm file beside the script that holds this code).
   */
  readonly assets?: string;
  /** Threads within one op (default 1); more need `assets`, and a page that is cross-origin isolated. */
  readonly threads?: number;
}

/** WebAssembly is started once in a page, and with it these settings are made. */
let started: { readonly assets: string | undefined; readonly threads: number } | undefined;

/**
 * Loads onnxruntime-web. Sessions ignore the option `threads`.
 * @throws ConfigError where threads are asked for without assets or in a page that is not cross-origin isolated, or where
 * an earlier call in the same page had other options.
 */
export async function webRuntime({ assets, threads = 1 }: WebRuntimeOptions = {}): Promise<Runtime> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ConfigError(`webRuntime: threads out of range; expected a positive integer, got ${threads}.`);
  }
  if (threads > 1 && globalThis.crossOriginIsolated === false) {
    throw new ConfigError(
      `webRuntime: threads cannot share memory in this page; expected 1 thread, got ${threads}. Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.`,
    );
  }
  // Each thread starts from a script of ONNX Runtime's; without one it would load the page's, and wait for ever.
  if (threads > 1 && assets === undefined) {
    throw new ConfigError(
      `webRuntime: threads need scripts of their own; expected "assets" or 1 thread, got ${threads}. Serve the ort-wasm-simd-threaded files of onnxruntime-web/dist and name their folder.`,
    );
  }
  const folder = assets === undefined ? undefined : folderOf(assets);
  if (started !== undefined && (started.assets !== folder || started.threads !== threads)) {
    const show = (s: WebRuntimeOptions) => `${s.threads} thread(s), assets ${s.assets ?? "beside the script"}`;
    throw new ConfigError(
      `webRuntime: the page runs it with other options; expected ${show(started)}, got ${show({ assets: folder, threads })}. Use one runtime throughout.`,
    );
  }
  started = { assets: folder, threads };
  const ort = await import("onnxruntime-web/wasm");
  if (folder !== undefined) ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = threads;
  return {
    name: "onnxruntime-web (wasm)",
    threads,
    async load(model, options = {}) {
      const session: InferenceSession.SessionOptions = {
        executionProviders: ["wasm"],
        graphOptimizationLevel: options.fusion === false ? "basic" : "all",
        logSeverityLevel: 3,
      };
      return copying(await loadSession(ort as unknown as Ort, model, session));
    },
  };
}

function folderOf(assets: string): string {
  const url = new URL(assets, globalThis.location?.href).href;
  return url.endsWith("/") ? url : `${url}/`;
}

/** Outputs lie in WebAssembly's own memory, and onnxruntime-web fills no arrays of ours: copy them there. */
function copying(session: Session): Session {
  return {
    ...session,
    async run(feeds, into = {}) {
      const values: Record<string, Value> = { ...(await session.run(feeds)) };
      for (const name of session.outputs) {
        if (into[name] === undefined) continue;
        (into[name].data as Float32Array).set(values[name].data as Float32Array);
        values[name] = into[name];
      }
      return values;
    },
  };
}
