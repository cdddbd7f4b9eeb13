import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import * as g from "../../src/engine/graph/ops/index.js";
import { input } from "../../src/engine/graph/tensor.js";
import { exportModel } from "../../src/engine/onnx/export.js";
import {
  TensorProto_DataType as DataType,
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from "../../src/engine/onnx/generated/onnx_pb.js";
import { importModel, NEWEST_IR_VERSION, NEWEST_OPSETS, readModel } from "../../src/engine/onnx/import.js";
import { webRuntime } from "../../src/engine/runtime/web.js";
import { DataError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { testRuntime } from "./evaluate.js";
import { exported, samples } from "./sample-networks.js";

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A small model with a bit of everything. */
function small(change: (model: ModelProto) => void = () => {}): Uint8Array {
  const x = input("x", "float32", ["n", 3]);
  const outputs = { y: g.softplus(g.mul(x, 2)), z: g.sum(g.concat([x, g.exp(x)]), 1) };
  const info = { documentation: "Small.", metadata: { units: "GeV", digest: "1234abcd" } };
  const model = fromBinary(ModelProtoSchema, exportModel(outputs, { inputs: [x], ...info }));
  change(model);
  return toBinary(ModelProtoSchema, model);
}

/** Whether a message is one line of the house's form, without a trace or places in sources. */
const WELL_FORMED = /^onnx: [^\n;]+; expected [^\n]+, got [^\n]+\.$/;

function refusal(bytes: Uint8Array): string {
  try {
    readModel(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as Error;
    expect(message).toMatch(WELL_FORMED);
    expect(message).not.toMatch(/\bat \S+ \(|\.(js|ts|cc|h):\d/);
    return message;
  }
  throw new Error("it was read");
}

describe("refuses", () => {
  test("an empty file", () => {
    expect(refusal(new Uint8Array(0))).toBe(
      "onnx: the file is empty; expected an ONNX model, got 0 bytes. Copy or download the file again.",
    );
  });

  test.each([
    ["a PNG image", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"],
    ["JSON text", '{\n  "format": 1, "method": "latent" }'],
    ["JSON text", "[1, 2, 3]"],
    ["HTML or XML text", "<!doctype html><title>404</title>"],
    ["plain text", "not found"],
    ["a zip archive (as .npz, PyTorch's .pt and Keras's .keras files are)", "PK\x03\x04\x14\0\0\0\x08\0 some more"],
    ["an HDF5 file (as Keras's .h5 files are)", "\x89HDF\r\n\x1a\n"],
    ["a ROOT file", "root\0\0\xf2\x30\0\0\0d"],
    ["a Python pickle", "\x80\x04\x95\x10\0\0"],
    ["a Git LFS pointer (git lfs pull brings the file)", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a"],
    ["a model in ONNX Runtime's own format (.ort)", "\x20\0\0\0ORTM\0\0"],
    ["12 bytes that begin with ff fe fd fc", "\xff\xfe\xfd\xfc\0\0\0\0\0\0\0\0"],
    ["3 bytes that begin with 00 00 00", "\0\0\0"],
  ])("%s", (what, text) => {
    expect(refusal(bytesOf(text))).toBe(
      `onnx: this is no ONNX model; expected one in protobuf, got ${what}. Give the .onnx file.`,
    );
  });

  test("a model without a graph, without outputs, or without a set of ops", () => {
    const noGraph = small((model) => {
      model.graph = undefined;
    });
    expect(refusal(noGraph)).toContain(`got ${noGraph.length} bytes with no graph`);
    expect(refusal(small((model) => model.graph?.output.splice(0)))).toContain("with a graph without outputs");
    expect(refusal(small((model) => model.opsetImport.splice(0)))).toContain("does not say which ops it means");
  });

  test("numbers in other files", () => {
    const bytes = small((model) => {
      const numbers = model.graph?.initializer[0];
      if (numbers !== undefined) numbers.dataLocation = Location.EXTERNAL;
    });
    expect(refusal(bytes)).toContain("numbers are kept in other files");
  });

  test.each([
    ["in Node", testRuntime],
    ["as WebAssembly", () => webRuntime()],
  ])("what is newer than ONNX Runtime %s, and nothing that it takes", async (_, open) => {
    const runtime = await open();
    const opset = (domain: string, version: number) =>
      small((model) => {
        if (domain === "ai.onnx") model.opsetImport[0].version = BigInt(version);
        else model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }));
      });
    const format = (version: number) =>
      small((model) => {
        model.irVersion = BigInt(version);
      });
    for (const [domain, newest] of Object.entries(NEWEST_OPSETS)) {
      await (await importModel(opset(domain, newest), runtime)).session.close();
      expect(refusal(opset(domain, newest + 1))).toContain(
        `expected opset ${newest} of ${domain} or lower, got ${newest + 1}. Export the model for opset ${newest}.`,
      );
      await expect(runtime.load(opset(domain, newest + 1))).rejects.toThrow(WELL_FORMED);
    }
    await (await importModel(format(NEWEST_IR_VERSION), runtime)).session.close();
    expect(refusal(format(NEWEST_IR_VERSION + 1))).toContain(`got ${NEWEST_IR_VERSION + 1}. Export`);
    await expect(runtime.load(opset("ai.onnx", 99))).rejects.toThrow(/says: ONNX Runtime only/);
    await expect(runtime.load(format(NEWEST_IR_VERSION + 1))).rejects.toThrow(/says: Unsupported model IR version/);
  });

  test("what only ONNX Runtime can tell", async () => {
    const runtime = await testRuntime();
    const unknown = small((model) => {
      if (model.graph !== undefined) model.graph.node[0].opType = "Nonsense";
    });
    expect(readModel(unknown).ops.Nonsense).toBe(1);
    const failure = importModel(unknown, runtime);
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(/Nonsense/);
    await expect(failure).rejects.toThrow(WELL_FORMED);
  });
});

test("a file that is cut anywhere is refused, or has lost nothing but words", async () => {
  const whole = small();
  const { ops, inputs, outputs, initializers } = readModel(whole);
  const runtime = await testRuntime();
  let read = 0;
  for (let length = 1; length < whole.length; length++) {
    const part = whole.subarray(0, length);
    let description: ReturnType<typeof readModel> | undefined;
    try {
      description = readModel(part);
    } catch (error) {
      expect((error as Error).message).toMatch(WELL_FORMED);
      expect(error).toBeInstanceOf(DataError);
    }
    if (description === undefined) continue;
    read++;
    expect(description).toMatchObject({ ops, inputs, outputs, initializers });
    await (await importModel(part, runtime)).session.close();
  }
  // Only behind the sets of ops, and between two entries of the metadata, can nobody tell.
  expect(read).toBe(2);
});

test("a large file that is cut is refused in no time", () => {
  const whole = exported(samples()[0]);
  const start = performance.now();
  for (let k = 1; k < 200; k++) {
    const length = Math.floor((k * (whole.length - 40)) / 200);
    expect(refusal(whole.subarray(0, length))).toContain(`got the first ${length} bytes of one`);
  }
  expect(performance.now() - start).toBeLessThan(5000);
});

test("flipped bits never give anything but a description or a DataError", () => {
  const whole = small();
  const random = new Random(5);
  for (let k = 0; k < 2000; k++) {
    const bytes = whole.slice();
    for (let flips = 0; flips < 3; flips++) {
      bytes[Math.floor(random.uniform() * bytes.length)] ^= 1 << Math.floor(random.uniform() * 8);
    }
    try {
      readModel(bytes);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      expect(error.message).toMatch(WELL_FORMED);
    }
  }
});

test("files of other programs: inner graphs, foreign types and ops, initializers among the inputs", () => {
  const tensor = (elemType: number, dim?: { dimValue?: bigint; dimParam?: string }[]) => ({
    tensorType: { elemType, shape: dim && { dim } },
  });
  const inner = { name: "then", node: [{ opType: "Relu" }, { opType: "Fancy", domain: "com.example" }] };
  const model = create(ModelProtoSchema, {
    irVersion: 3n,
    producerName: "pytorch",
    producerVersion: "2.0",
    opsetImport: [{ version: 9n }, { domain: "com.example", version: 1n }],
    graph: {
      node: [{ opType: "Relu" }, { opType: "If", attribute: [{ name: "then_branch", g: inner }] }],
      initializer: [{ name: "weight", dataType: DataType.FLOAT16, dims: [3n, 2n] }],
      input: [
        { name: "x", type: tensor(DataType.DOUBLE, [{ dimParam: "batch" }, { dimValue: 0n }, {}]) },
        { name: "weight", type: tensor(DataType.FLOAT16, [{ dimValue: 3n }, { dimValue: 2n }]) },
        { name: "list", type: {} },
        { name: "small", type: tensor(17) },
      ],
      output: [{ name: "y", type: tensor(DataType.STRING, []) }],
    },
  });
  expect(readModel(toBinary(ModelProtoSchema, model))).toMatchObject({
    irVersion: 3,
    opset: 9,
    opsets: { "ai.onnx": 9, "com.example": 1 },
    producer: { name: "pytorch", version: "2.0" },
    metadata: {},
    inputs: [
      { name: "x", dtype: "float64", shape: ["batch", 0, "?"] },
      { name: "list", dtype: "unknown", shape: undefined },
      { name: "small", dtype: "type 17", shape: undefined },
    ],
    outputs: [{ name: "y", dtype: "string", shape: [] }],
    initializers: [{ name: "weight", dtype: "float16", shape: [3, 2] }],
    ops: { If: 1, Relu: 2, "com.example:Fancy": 1 },
  });
});
