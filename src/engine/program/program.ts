/** @file Programs: graphs made ready to run. */
import { ConfigError } from "../../util/errors.js";
import type { Tensor } from "../graph/tensor.js";
import type { Runtime, Session, Value, Values } from "../runtime/runtime.js";
import type { KernelMember } from "./host-kernels.js";
import { hostKernel } from "./kernels.js";
import { type HostStage, plan, type Sizes } from "./plan.js";

/** What host ops draw random numbers by. */
export interface RunContext {
  readonly seed: bigint;
  readonly index: number;
}

export interface Program {
  /** Names that `run` must be fed. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Computes the outputs.
   * @param into Arrays to write outputs to, in place of new ones.
   * @param context Needed where the graph has host ops that draw random numbers.
   */
  run(feeds: Values, into?: Values, context?: RunContext): Promise<Values>;
  close(): Promise<void>;
}

export interface CompileOptions {
  /** Threads within one op (default: the runtime's). */
  readonly threads?: number;
  /** Sizes of named axes that are the same in every run; knowing them saves time. */
  readonly sizes?: Sizes;
}

/** Compiles a graph. */
export async function compile(
  outputs: Readonly<Record<string, Tensor>>,
  runtime: Runtime,
  options: CompileOptions = {},
): Promise<Program> {
  const stages = plan(outputs, options.sizes);
  const sessions: (Session | undefined)[] = [];
  const members: (KernelMember | undefined)[] = [];
  for (const stage of stages) {
    sessions.push(stage.kind === "model" ? await runtime.load(stage.bytes, { threads: options.threads }) : undefined);
    members.push(stage.kind === "host" ? await hostKernel(stage.kernel).open(runtime) : undefined);
  }
  const names = Object.keys(outputs);
  const made = new Set(stages.flatMap((stage) => stage.outputs));
  const inputs = [...new Set(stages.flatMap((stage) => stage.inputs))].filter((name) => !made.has(name));
  const known = new Set(inputs);
  const hosts = stages.filter((stage) => stage.kind === "host");

  return {
    inputs,
    outputs: names,
    async run(feeds, into = {}, context = { seed: 0n, index: 0 }) {
      for (const name of Object.keys(feeds)) {
        if (!known.has(name))
          throw new ConfigError(`program: unknown input; expected ${inputs.join(", ")}, got "${name}".`);
      }
      for (const name of inputs) {
        if (feeds[name] === undefined) {
          throw new ConfigError(
            `program: input "${name}" is missing; expected ${inputs.join(", ")}, got ${Object.keys(feeds).join(", ") || "none"}.`,
          );
        }
      }
      const single = sessions.length === 1 ? sessions[0] : undefined;
      if (single !== undefined) return single.run(feeds, into);
      const values: Record<string, Value> = { ...feeds };
      for (const [k, stage] of stages.entries()) {
        if (stage.kind === "model") {
          const own = Object.fromEntries(stage.outputs.filter((name) => into[name]).map((name) => [name, into[name]]));
          const given = Object.fromEntries(stage.inputs.map((name) => [name, values[name]]));
          Object.assign(values, await (sessions[k] as Session).run(given, own));
        } else {
          await runHost(members[k] as KernelMember, stage, values, hosts.indexOf(stage), context);
        }
      }
      return Object.fromEntries(names.map((name) => [name, values[name]]));
    },
    async close() {
      await Promise.all([...sessions, ...members].map((part) => part?.close()));
    },
  };
}

/** Runs a host op on this thread alone. */
async function runHost(
  member: KernelMember,
  stage: HostStage,
  values: Record<string, Value>,
  index: number,
  context: RunContext,
): Promise<void> {
  const kernel = hostKernel(stage.kernel);
  const inputs = stage.inputs.map((name) => values[name]);
  const rows = inputs.map((value) => value.shape[0]);
  const columns = inputs.map((value) => value.shape[1]);
  const results = stage.shapes.map((shape): Value => {
    const sizes = shape.map((dim) => (typeof dim === "number" ? dim : rows[0]));
    return { dtype: "float32", shape: sizes, data: new Float32Array(sizes.reduce((a, b) => a * b, 1)) };
  });
  await member.run({
    inputs: inputs.map((value) => value.data as Float32Array),
    columns,
    rows: results.slice(0, stage.rowOutputs).map((value) => value.data as Float32Array),
    wholes: results.slice(stage.rowOutputs).map((value) => value.data as Float32Array),
    attributes: stage.attributes,
    scratch: kernel.prepare(rows, columns, stage.attributes),
    seed: context.seed,
    step: context.index,
    index,
    thread: 0,
    threads: 1,
    wait() {},
  });
  stage.outputs.forEach((name, k) => {
    values[name] = results[k];
  });
}
