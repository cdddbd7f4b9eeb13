/** @file The runtime of wherever this runs. */
import { nodeRuntime } from "./node.js";
import type { Runtime } from "./runtime.js";
import { webRuntime } from "./web.js";

/** One thread of ONNX Runtime: native code in Node, WebAssembly in browsers. */
export function anyRuntime(): Promise<Runtime> {
  const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  return inNode ? nodeRuntime({ threads: 1 }) : webRuntime();
}
