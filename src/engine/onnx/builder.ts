/** @file Builds an ONNX model node by node. */
import { create, toBinary } from "@bufbuild/protobuf";
import type { EmitAttributes, Emitter } from "../graph/emitter.js";
import type { Dim, DType, Shape } from "../graph/tensor.js";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./generated/onnx_pb.js";
import { ONNX_TYPES, rawBytes } from "./types.js";

/** Debian's onnx 1.12 reads up to these. */
const IR_VERSION = 8n;
const OPSET = 17n;
/** Versions of the sets of ops outside the standard that Debian's onnx 1.12 knows. */
const OTHER_OPSETS: Readonly<Record<string, bigint>> = { "ai.onnx.ml": 3n };

/** What a file says of itself besides its graph. */
export interface ModelInfo {
  readonly name?: string;
  readonly version?: string;
  readonly documentation?: string;
  /** Free text by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export class ModelBuilder implements Emitter {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #constants = new Map<string, string>();
  readonly #names = new Set<string>();
  /** Where to go on counting, by the name that is taken. */
  readonly #next = new Map<string, number>();
  /** Nodes by what they compute, so that nothing is computed twice. */
  readonly #known = new Map<string, string[]>();
  readonly #renamed = new Map<string, string>();
  readonly #domains = new Set<string>();
  #prefix = "";

  readonly #sizes: Readonly<Record<string, number>>;
  readonly #ones: Readonly<Record<string, string>>;

  /**
   * @param sizes Sizes of named axes that are known.
   * @param ones By named axis, the input that holds a row of ones of its size.
   */
  constructor(sizes: Readonly<Record<string, number>> = {}, ones: Readonly<Record<string, string>> = {}) {
    this.#sizes = sizes;
    this.#ones = ones;
  }

  size(dim: Dim): number | undefined {
    return typeof dim === "number" ? dim : this.#sizes[dim];
  }

  ones(dim: Dim): string | undefined {
    const name = typeof dim === "number" ? undefined : this.#ones[dim];
    if (name !== undefined && !this.#names.has(name)) this.input(name, "float32", [1, dim]);
    return name;
  }

  /** Names the values of the nodes that follow. */
  within(prefix: string): void {
    this.#prefix = prefix;
  }

  node(type: string, inputs: readonly string[], attributes: EmitAttributes = {}, outputs = 1): string[] {
    const bulky = Object.values(attributes).some(
      (value) => typeof value === "object" && !Array.isArray(value) && !("float" in value),
    );
    const key = bulky ? `bulky ${this.#nodes.length}` : JSON.stringify([type, inputs, attributes, outputs]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const [opType, domain = ""] = type.split(":").reverse();
    if (domain !== "") this.#domains.add(domain);
    const output = Array.from({ length: outputs }, () => this.#unique(this.#prefix || opType));
    const node = create(NodeProtoSchema, { opType, domain, input: [...inputs], output, name: output[0] });
    node.attribute = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.#nodes.push(node);
    this.#known.set(key, output);
    return output;
  }

  /** @param label Name in the file; such numbers are written under it even where equal ones stand there already. */
  constant(dtype: DType, shape: readonly number[], data: ArrayLike<number>, label?: string): string {
    const raw = rawBytes(dtype, data);
    const key = `${label ?? ""} ${dtype} ${shape} ${raw.length > 1024 ? `${raw.length} ${hash(raw)}` : raw}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#unique(label ?? "constant");
    this.#initializers.push(
      create(TensorProtoSchema, { name, dataType: ONNX_TYPES[dtype], dims: shape.map(BigInt), rawData: raw }),
    );
    this.#constants.set(key, name);
    return name;
  }

  input(name: string, dtype: DType, shape: Shape): string {
    this.#names.add(name);
    this.#inputs.push(valueInfo(name, dtype, shape));
    return name;
  }

  /** Names of all inputs so far. */
  get inputNames(): readonly string[] {
    return this.#inputs.map((input) => input.name);
  }

  /** Gives a value the name of an output. */
  output(name: string, value: string, dtype: DType, shape: Shape): void {
    value = this.#renamed.get(value) ?? value;
    const maker = this.#nodes.find((node) => node.output.includes(value));
    const taken = this.#outputs.some((o) => o.name === value);
    if (value !== name) {
      if (maker === undefined || taken) {
        this.#nodes.push(create(NodeProtoSchema, { opType: "Identity", input: [value], output: [name], name }));
      } else {
        this.#rename(value, name);
      }
    }
    this.#names.add(name);
    this.#outputs.push(valueInfo(name, dtype, shape));
  }

  /** Reserves names, so that no value made on the way takes them. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name);
  }

  finish(info: ModelInfo = {}): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: "peregrine",
      producerVersion: info.version ?? "",
      docString: info.documentation ?? "",
      graph: {
        name: info.name ?? "graph",
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: [
        { domain: "", version: OPSET },
        ...[...this.#domains].sort().map((domain) => ({ domain, version: OTHER_OPSETS[domain] })),
      ],
      metadataProps: Object.entries(info.metadata ?? {}).map(([key, value]) => ({ key, value })),
    });
    return toBinary(ModelProtoSchema, model);
  }

  #rename(from: string, to: string): void {
    this.#renamed.set(from, to);
    const swap = (names: string[]) => names.map((name) => (name === from ? to : name));
    for (const node of this.#nodes) {
      node.input = swap(node.input);
      node.output = swap(node.output);
    }
  }

  #unique(base: string): string {
    let name = base;
    let next = this.#next.get(base) ?? 2;
    while (this.#names.has(name)) name = `${base}.${next++}`;
    this.#next.set(base, next);
    this.#names.add(name);
    return name;
  }
}

function valueInfo(name: string, dtype: DType, shape: Shape): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      tensorType: {
        elemType: ONNX_TYPES[dtype],
        shape: { dim: shape.map((dim) => (typeof dim === "number" ? { dimValue: BigInt(dim) } : { dimParam: dim })) },
      },
    },
  });
}

function attribute(name: string, value: EmitAttributes[string]): AttributeProto {
  const base = create(AttributeProtoSchema, { name });
  if (typeof value === "number") {
    base.type = AttributeType.INT;
    base.i = BigInt(value);
  } else if (typeof value === "string") {
    base.type = AttributeType.STRING;
    base.s = new TextEncoder().encode(value);
  } else if ("float" in value) {
    base.type = AttributeType.FLOAT;
    base.f = value.float;
  } else if ("floats" in value) {
    base.type = AttributeType.FLOATS;
    base.floats = Array.from(value.floats);
  } else if ("strings" in value) {
    base.type = AttributeType.STRINGS;
    base.strings = value.strings.map((text) => new TextEncoder().encode(text));
  } else if ("ints" in value) {
    base.type = AttributeType.INTS;
    base.ints = Array.from(value.ints, BigInt);
  } else {
    base.type = AttributeType.INTS;
    base.ints = value.map(BigInt);
  }
  return base;
}

/** Fowler, Noll and Vo's hash (FNV-1a), twice over halves, to tell large constants apart. */
function hash(bytes: Uint8Array): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i], 0x01000193);
    b = Math.imul(b ^ bytes[bytes.length - 1 - i], 0x85ebca6b);
  }
  return `${a >>> 0}-${b >>> 0}`;
}
