/** @file The interface over either package of ONNX Runtime: onnxruntime-node and onnxruntime-web speak alike. */
import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import { ConfigError, DataError } from "../../util/errors.js";
import type { DType } from "../graph/tensor.js";
import type { Session, Value } from "./runtime.js";

/** The part of the packages that we use. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

export async function loadSession(
  ort: Ort,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<Session> {
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, options);
  } catch (error) {
    throw new DataError(
      `onnx: the model cannot be loaded; expected one that ONNX Runtime can run, got ${model.length} bytes of which it says: ${oneLine(error)}. Check the file, or export it for opset 17.`,
      { cause: error },
    );
  }
  const wanted = new Map(session.inputNames.map((name, k) => [name, session.inputMetadata[k]]));
  // To check and wrap a value costs more than a small op: do so once for each that comes back step after step.
  const wrapped = new WeakMap<Value, { readonly tensor: OrtTensor; readonly fits: Set<string> }>();

  function wrap(value: Value): { readonly tensor: OrtTensor; readonly fits: Set<string> } {
    let known = wrapped.get(value);
    if (known === undefined) {
      const tensor = new ort.Tensor(value.dtype as "float32", value.data as Float32Array, value.shape);
      known = { tensor, fits: new Set() };
      wrapped.set(value, known);
    }
    return known;
  }

  function feed(name: string, value: Value): OrtTensor {
    const known = wrapped.get(value);
    if (known?.fits.has(name)) return known.tensor;
    const meta = wanted.get(name);
    if (meta === undefined) {
      throw new ConfigError(`onnx: unknown input; expected ${list(session.inputNames)}, got "${name}".`);
    }
    if (meta.isTensor) checkInput(name, value, meta.type, meta.shape);
    const { tensor, fits } = wrap(value);
    fits.add(name);
    return tensor;
  }

  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, into = {}) {
      const given: Record<string, OrtTensor> = {};
      for (const name in feeds) given[name] = feed(name, feeds[name]);
      for (const name of session.inputNames) {
        if (given[name] === undefined) {
          throw new ConfigError(
            `onnx: input "${name}" is missing; expected ${list(session.inputNames)}, got ${list(Object.keys(feeds))}.`,
          );
        }
      }
      const fetches: Record<string, OrtTensor | null> = {};
      for (const name of session.outputNames) fetches[name] = into[name] === undefined ? null : wrap(into[name]).tensor;
      const results = await session.run(given, fetches);
      const values: Record<string, Value> = {};
      for (const name of session.outputNames) {
        values[name] = into[name] ?? unwrap(results[name]);
      }
      return values;
    },
    close: () => session.release(),
  };
}

function unwrap(tensor: OrtTensor): Value {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as Float32Array };
}

function checkInput(name: string, value: Value, type: string, shape: readonly (number | string)[]): void {
  const fits =
    value.dtype === type &&
    value.shape.length === shape.length &&
    shape.every((dim, k) => typeof dim === "string" || dim === value.shape[k]);
  if (!fits) {
    throw new ConfigError(
      `onnx: input "${name}" does not fit; expected ${type} [${shape.join(", ")}], got ${value.dtype} [${value.shape.join(", ")}].`,
    );
  }
  const size = value.shape.reduce((a, b) => a * b, 1);
  if (value.data.length !== size) {
    throw new ConfigError(
      `onnx: input "${name}" has the wrong length; expected ${size} numbers for [${value.shape.join(", ")}], got ${value.data.length}.`,
    );
  }
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ") || "none";

/** What ONNX Runtime puts in front of its messages: places in its sources, and in browsers a number. */
const PREFIX = /Can't create a session\. ERROR_CODE: \d+, ERROR_MESSAGE: |\S+\.(?:cc|h|cpp|hpp):\d+ .*?\) (?=[A-Z])/g;

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\s+/g, " ")
    .replace(PREFIX, "")
    .slice(0, 300)
    .replace(/[\s.]+$/, "");
