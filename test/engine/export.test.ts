import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, test } from "vitest";
import { apply, defineOp } from "../../src/engine/graph/op.js";
import * as g from "../../src/engine/graph/ops/index.js";
import { constant, input, type Tensor } from "../../src/engine/graph/tensor.js";
import { batchNorm, linear } from "../../src/engine/nn/layers.js";
import { Parameters } from "../../src/engine/nn/parameters.js";
import { scope } from "../../src/engine/nn/scope.js";
import { emitModel } from "../../src/engine/onnx/emit.js";
import { type ExportOptions, exportModel } from "../../src/engine/onnx/export.js";
import { type GraphProto, ModelProtoSchema } from "../../src/engine/onnx/generated/onnx_pb.js";
import { importModel, readModel } from "../../src/engine/onnx/import.js";
import { compile } from "../../src/engine/program/program.js";
import { float32 } from "../../src/engine/runtime/runtime.js";
import { ConfigError, NumericsError } from "../../src/util/errors.js";
import { testRuntime } from "./evaluate.js";
import { OP_CASES } from "./op-cases.js";
import { exported, feedsOf, samples } from "./sample-networks.js";

/** A Python that has the standard's own package. */
const python = ["/usr/bin/python3", "python3"].find(
  (path) => spawnSync(path, ["-c", "import onnx"], { stdio: "ignore" }).status === 0,
);
if (python === undefined) console.log("the ONNX checker: skipped, no Python with it; install python3-onnx");

const x = input("x", "float32", ["n", 4]);

describe.each(samples().map((sample) => [sample.name, sample] as const))("the exported %s", (_, sample) => {
  test("computes what the graph does", async () => {
    const runtime = await testRuntime();
    const feeds = feedsOf(sample, 100);
    const { session } = await importModel(exported(sample), runtime);
    const program = await compile(sample.outputs, runtime);
    const { name, stateSize } = sample.parameters;
    const vectors = {
      [name]: float32(sample.flat),
      ...(stateSize > 0 ? { [`${name}.state`]: float32(sample.state) } : {}),
    };
    const wanted = await program.run({ ...feeds, ...vectors });
    const got = await session.run(feeds);
    expect(Object.keys(got)).toEqual(Object.keys(sample.outputs));
    for (const [output, { data, shape }] of Object.entries(got)) {
      const expected = wanted[output].data as Float32Array;
      const scale = Math.max(...expected.map(Math.abs));
      expect(shape).toEqual(wanted[output].shape);
      expect(scale).toBeGreaterThan(0.1);
      expect(Math.max(...expected.map((v, k) => Math.abs(v - Number(data[k])))) / scale).toBeLessThan(1e-6);
    }
    await session.close();
    await program.close();
  });

  test("is the same file each time, fed by the inputs alone, with parameters under their names", () => {
    const bytes = exported(sample);
    expect(Buffer.compare(exported(sample), bytes)).toBe(0);
    const { inputs, initializers } = readModel(bytes);
    expect(inputs.map(({ shape }) => shape)).toEqual(sample.inputs.map(({ shape }) => shape));
    const shapes = new Map(initializers.map(({ name, shape }) => [name, shape]));
    for (const { name, shape } of sample.parameters.entries) expect(shapes.get(name), name).toEqual(shape);
  });
});

describe("an exported file", () => {
  test("says what it is", () => {
    const metadata = { units: "GeV, rad", method: "latent", note: "α ± 1" };
    const info = { name: "simulate", version: "0.1.0", documentation: "A smearing.", metadata };
    const described = readModel(exportModel({ y: g.add(g.mul(x, x), 1) }, { inputs: [x], ...info }));
    expect(described).toEqual({
      irVersion: 8,
      opset: 17,
      opsets: { "ai.onnx": 17 },
      name: "simulate",
      producer: { name: "peregrine", version: "0.1.0" },
      documentation: "A smearing.",
      metadata,
      inputs: [{ name: "x", dtype: "float32", shape: ["n", 4] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["n", 4] }],
      initializers: [{ name: "constant", dtype: "float32", shape: [] }],
      ops: { Add: 1, Mul: 1 },
    });
  });

  test("names equal constants apart where they have labels, and leaves the names of inputs to the inputs", () => {
    const zero = (label: string) => constant("float32", [1, 4], [0, 0, 0, 0]).named(label);
    const taken = g.exp(zero("a")).named("x");
    const bytes = exportModel({ y: g.add(g.add(taken, zero("b")), g.mul(x, zero("b"))) }, { inputs: [x] });
    const { initializers, inputs } = readModel(bytes);
    expect(initializers.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test("is fed all declared inputs, in their order, and gives inputs and constants through", async () => {
    const unused = input("noise", "float32", ["n", 2]);
    const one = constant("float32", [1], [1]).named("one");
    const bytes = exportModel({ same: x, one }, { inputs: [unused, x] });
    const { session } = await importModel(bytes, await testRuntime());
    expect(session.inputs).toEqual(["noise", "x"]);
    const numbers = Float32Array.of(1, 2, 3, 4);
    const { same, one: result } = await session.run({
      x: float32(numbers, 1, 4),
      noise: float32(new Float32Array(2), 1, 2),
    });
    expect([...same.data, ...result.data]).toEqual([1, 2, 3, 4, 1]);
    await session.close();
  });
});

describe("export refuses", () => {
  const parameters = new Parameters("net");
  const y = linear(scope(parameters, false), x, 2);
  const constants = (flat: number[]) => [parameters.constants(Float32Array.from(flat), new Float32Array(0))];

  function refusal(outputs: Readonly<Record<string, Tensor>>, options: Partial<ExportOptions> = {}): Error {
    try {
      exportModel(outputs, { inputs: [x], ...options });
    } catch (error) {
      return error as Error;
    }
    throw new Error("it was exported");
  }

  test("inputs that are left over", () => {
    const error = refusal({ y: g.add(y, input("shift", "float32", [2])) });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe(
      'export: inputs are left over; expected only "x", got "net", "shift" besides. Give trained numbers for them in "constants" (see Parameters.constants), or declare them in "inputs".',
    );
  });

  test("inputs of one name, and what is no input", () => {
    expect(refusal({ y: g.exp(x) }, { inputs: [x, input("x", "int32", [2])] }).message).toContain('got "x", "x"');
    expect(refusal({ y: g.exp(x) }, { inputs: [g.neg(x)] }).message).toContain('got "no input"');
  });

  test("ops that run outside ONNX Runtime, all by name", () => {
    const host = (name: string) =>
      defineOp({ name, infer: ([like]) => [like], host: { kernel: "none", rowOutputs: 1 } });
    const [first, second] = ["farAway", "elsewhere"].map((name) => apply(host(name), [x]));
    const error = refusal({ y: g.add(first, second) });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('got "farAway", "elsewhere"');
  });

  test("batch statistics, also those that training left behind", () => {
    const network = new Parameters("norm");
    const layer = (training: boolean) => batchNorm(scope(network, training).in("first"), x);
    const trained = [network.constants(new Float32Array(8), new Float32Array(8))];
    const batch = layer(true);
    const left = layer(false);
    for (const z of [batch, left]) {
      const error = refusal({ z }, { constants: trained });
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toMatch(/got [^.]*"sum"[^.]* over axis "n"\. .* call restart\(\)/);
    }
    network.restart();
    const constants = [network.constants(new Float32Array(8).fill(1), new Float32Array(8).fill(1))];
    expect(exportModel({ z: layer(false) }, { inputs: [x], constants }).length).toBeGreaterThan(100);
  });

  test("trained numbers that are none", () => {
    const error = refusal({ y }, { constants: constants([0, 0, 0, Number.NaN, 0, 0, 0, 0, 0, 0]) });
    expect(error).toBeInstanceOf(NumericsError);
    expect(error.message).toContain("net.weight cannot be used; expected finite numbers, got NaN at element 3");
  });

  test("metadata that are no text, names that clash, and nothing at all", () => {
    const given = { constants: constants(Array(10).fill(1)) };
    const metadata = { events: 5 } as unknown as Record<string, string>;
    expect(refusal({ y }, { ...given, metadata }).message).toContain('"events" is no text');
    expect(refusal({ x: y }, given).message).toContain('got "x". Rename');
    expect(refusal({}).message).toContain("expected at least one output, got none");
  });

  test("in one line, with what is wanted and what is there", () => {
    expect(refusal({ y }).message).toMatch(/^export: [^\n]+; expected [^\n]+, got [^\n]+\.$/);
  });
});

describe.skipIf(python === undefined)("the standard's own checker", () => {
  const script = fileURLToPath(new URL("../../validation/engine/check_onnx.py", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "peregrine-onnx-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function check(files: Readonly<Record<string, Uint8Array>>): string[] {
    const paths = Object.entries(files).map(([name, bytes]) => {
      const path = join(folder, `${name}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    const { stdout } = spawnSync(python as string, [script, ...paths], { encoding: "utf8" });
    return stdout.trim().split("\n");
  }

  test("passes the networks, and each op by itself", () => {
    const networks = samples().map((sample) => [sample.name, exported(sample)] as const);
    const cases = OP_CASES.filter(({ op }) => op !== "normaliseColumns").map((c, k) => {
      const inputs = c.shapes.map((shape, j) =>
        input(`x${j}`, "float32", c.named === true ? ["n", ...shape.slice(1)] : shape),
      );
      return [`${k}-${c.op}`, emitModel({ y: c.build(inputs) }, { inputs }).bytes] as const;
    });
    const lines = check(Object.fromEntries([...networks, ...cases]));
    expect(lines.length).toBe(networks.length + OP_CASES.length - 1);
    expect(lines.filter((line) => !/^ok \S+: IR 8, ai.onnx 17, /.test(line))).toEqual([]);
  });

  test("would notice an op that is none, and an output of another shape", () => {
    const model = fromBinary(ModelProtoSchema, exportModel({ y: g.exp(x) }, { inputs: [x] }));
    const graph = model.graph as GraphProto;
    graph.node[0].opType = "Expo";
    const op = toBinary(ModelProtoSchema, model);
    graph.node[0].opType = "Exp";
    graph.output[0].type?.tensorType?.shape?.dim.pop();
    const lines = check({ op, shape: toBinary(ModelProtoSchema, model) });
    expect(lines.map((line) => line.split(":")[0])).toEqual(["FAIL op.onnx", "FAIL shape.onnx"]);
  });
});
