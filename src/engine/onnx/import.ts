/** @file Reading ONNX files, whoever wrote them: what is in one, and whether ONNX Runtime can be asked to run it. */
import { fromBinary, isFieldSet } from "@bufbuild/protobuf";
import { DataError } from "../../util/errors.js";
import type { Dim, Shape } from "../graph/tensor.js";
import type { Runtime, Session, SessionOptions } from "../runtime/runtime.js";
import { foreignKind } from "./foreign.js";
import {
  type TensorShapeProto_Dimension as Dimension,
  TensorShapeProto_DimensionSchema as DimensionSchema,
  type GraphProto,
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  type ValueInfoProto,
} from "./generated/onnx_pb.js";
import { onnxTypeName } from "./types.js";

/** What ONNX Runtime 1.30 loads at most; a test asks it. */
export const NEWEST_IR_VERSION = 13;
export const NEWEST_OPSETS: Readonly<Record<string, number>> = { "ai.onnx": 26, "ai.onnx.ml": 5 };

export interface ValueDescription {
  readonly name: string;
  /** Our name of the type where we have it, else ONNX's in lower case, such as "float16"; "unknown" for no tensor. */
  readonly dtype: string;
  /** Sizes; a name for one that is open, "?" where it has none. Undefined where the file does not say even how many. */
  readonly shape: Shape | undefined;
}

/** What an ONNX file holds, but for its numbers. */
export interface ModelDescription {
  readonly irVersion: number;
  /** Version of the standard's ops; 0 where none are meant. */
  readonly opset: number;
  /** Versions of all sets of ops, by domain; the standard's is "ai.onnx". */
  readonly opsets: Readonly<Record<string, number>>;
  /** Name of the graph. */
  readonly name: string;
  /** The program that wrote the file. */
  readonly producer: { readonly name: string; readonly version: string };
  readonly documentation: string;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What must be fed. */
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
  /** Numbers kept in the file, parameters as a rule. */
  readonly initializers: readonly (ValueDescription & { readonly shape: readonly number[] })[];
  /** How often each op occurs, inner graphs included, by name; ops outside the standard as "domain:name". */
  readonly ops: Readonly<Record<string, number>>;
}

export interface ImportedModel {
  readonly description: ModelDescription;
  readonly session: Session;
}

/**
 * Describes an ONNX file. Nothing is run, and numbers are not looked at.
 * @throws DataError where the bytes are no ONNX model, a part of one, one without a graph, one newer than ONNX Runtime, or
 * one that keeps numbers in other files.
 */
export function readModel(bytes: Uint8Array): ModelDescription {
  const model = parse(bytes);
  const graph = model.graph;
  if (graph === undefined || graph.output.length === 0) {
    const what = graph === undefined ? "no graph" : "a graph without outputs";
    throw new DataError(
      `onnx: there is nothing to compute; expected a model with a graph, got ${bytes.length} bytes with ${what}. ${AGAIN}`,
    );
  }
  const opsets = readOpsets(model, bytes.length);
  const outside = graph.initializer.find((x) => x.dataLocation === Location.EXTERNAL);
  if (outside !== undefined) {
    throw new DataError(
      `onnx: numbers are kept in other files; expected all in this one, got "${outside.name}" elsewhere. Save the model without external data.`,
    );
  }
  const initializers = graph.initializer.map((x) => ({
    name: x.name,
    dtype: onnxTypeName(x.dataType),
    shape: x.dims.map(Number),
  }));
  // Files before IR version 4 list initializers among the inputs.
  const held = new Set(initializers.map((x) => x.name));
  return {
    irVersion: Number(model.irVersion),
    opset: opsets["ai.onnx"] ?? 0,
    opsets,
    name: graph.name,
    producer: { name: model.producerName, version: model.producerVersion },
    documentation: model.docString,
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    inputs: graph.input.filter((x) => !held.has(x.name)).map(describeValue),
    outputs: graph.output.map(describeValue),
    initializers,
    ops: countOps(graph),
  };
}

/**
 * Makes an ONNX file ready to run, after a look at it.
 * @throws DataError as `readModel` does, or where ONNX Runtime cannot run the model.
 */
export async function importModel(
  bytes: Uint8Array,
  runtime: Runtime,
  options: SessionOptions = {},
): Promise<ImportedModel> {
  const description = readModel(bytes);
  return { description, session: await runtime.load(bytes, options) };
}

const AGAIN = "Copy or download the file again.";

function parse(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) {
    throw new DataError(`onnx: the file is empty; expected an ONNX model, got 0 bytes. ${AGAIN}`);
  }
  // Models start with their IR version, the first field of the format, as all common programs write fields in order.
  const likely = bytes[0] === 0x08;
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    // Other protobufs can pass for an ONNX model in which every field is unknown.
    if (likely || model.graph !== undefined) return model;
  } catch (error) {
    if (likely && error instanceof RangeError && error.message.includes("EOF")) {
      throw new DataError(
        `onnx: the file ends too early; expected a whole ONNX model, got the first ${bytes.length} bytes of one. ${AGAIN}`,
        { cause: error },
      );
    }
    if (likely) {
      throw new DataError(
        `onnx: the file is damaged; expected an ONNX model, got ${bytes.length} bytes that do not hold together. ${AGAIN}`,
        { cause: error },
      );
    }
  }
  throw new DataError(
    `onnx: this is no ONNX model; expected one in protobuf, got ${foreignKind(bytes)}. Give the .onnx file.`,
  );
}

function readOpsets(model: ModelProto, size: number): Readonly<Record<string, number>> {
  const ir = Number(model.irVersion);
  if (ir > NEWEST_IR_VERSION) {
    throw new DataError(
      `onnx: the file is newer than ONNX Runtime; expected IR version ${NEWEST_IR_VERSION} or lower, got ${ir}. Export the model for an older version.`,
    );
  }
  const opsets = Object.fromEntries(
    model.opsetImport.map(({ domain, version }) => [domain || "ai.onnx", Number(version)]),
  );
  if (Object.keys(opsets).length === 0) {
    throw new DataError(
      `onnx: the file does not say which ops it means; expected a set of ops and its version, got ${size} bytes without. ${AGAIN}`,
    );
  }
  for (const [domain, newest] of Object.entries(NEWEST_OPSETS)) {
    if (opsets[domain] > newest) {
      throw new DataError(
        `onnx: the file is newer than ONNX Runtime; expected opset ${newest} of ${domain} or lower, got ${opsets[domain]}. Export the model for opset ${newest}.`,
      );
    }
  }
  return opsets;
}

function describeValue({ name, type }: ValueInfoProto): ValueDescription {
  const tensor = type?.tensorType;
  return {
    name,
    dtype: tensor === undefined ? "unknown" : onnxTypeName(tensor.elemType),
    shape: tensor?.shape?.dim.map(sizeOf),
  };
}

function sizeOf(dim: Dimension): Dim {
  return isFieldSet(dim, DimensionSchema.field.dimValue) ? Number(dim.dimValue) : dim.dimParam || "?";
}

function countOps(graph: GraphProto): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  const graphs = [graph];
  for (let next = graphs.pop(); next !== undefined; next = graphs.pop()) {
    for (const { domain, opType, attribute } of next.node) {
      const name = domain === "" || domain === "ai.onnx" ? opType : `${domain}:${opType}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      for (const { g } of attribute) if (g !== undefined) graphs.push(g);
    }
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
