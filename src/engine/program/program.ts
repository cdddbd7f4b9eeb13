/** @file Programs: graphs made ready to run. */
import { ConfigError } from "../../util/errors.js";
import type { Random } from "../../util/random.js";
import type { Attributes, Tensor } from "../graph/tensor.js";
import type { Runtime, Session, Value, Values } from "../runtime/runtime.js";
import { plan } from "./plan.js";

/** What a kernel may use besides its inputs. */
export interface KernelContext {
  /** Random numbers of this run and this op; the same for the same seed and step. */
  readonly random: Random;
}

/** Runs a host op: arrays in, arrays out. */
export type Kernel = (
  inputs: readonly Value[],
  attributes: Attributes,
  context: KernelContext,
) => Promise<readonly Value[]>;

export type Kernels = Readonly<Record<string, Kernel>>;

export interface Program {
  /** Names that `run` must be fed. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Computes the outputs.
   * @param into Arrays to write outputs to, in place of new ones.
   * @param context Needed where the graph has host ops that draw random numbers.
   */
  run(feeds: Values, into?: Values, context?: KernelContext): Promise<Values>;
  close(): Promise<void>;
}

/**
 * Compiles a graph.
 * @param kernels Functions that run its host ops, by name.
 * @throws ConfigError where a kernel is missing.
 */
export async function compile(
  outputs: Readonly<Record<string, Tensor>>,
  runtime: Runtime,
  kernels: Kernels = {},
): Promise<Program> {
  const stages = plan(outputs);
  // Between two models, others need the cores: threads that wait must sleep then.
  const spinning = stages.length === 1;
  const sessions: (Session | undefined)[] = [];
  for (const stage of stages) {
    if (stage.kind === "host" && kernels[stage.kernel] === undefined) {
      throw new ConfigError(
        `program: kernel "${stage.kernel}" is missing; expected one for each host op, got ${Object.keys(kernels).join(", ") || "none"}.`,
      );
    }
    sessions.push(stage.kind === "model" ? await runtime.load(stage.bytes, { spinning }) : undefined);
  }
  const names = Object.keys(outputs);
  const made = new Set(stages.flatMap((stage) => stage.outputs));
  const inputs = [...new Set(stages.flatMap((stage) => stage.inputs))].filter((name) => !made.has(name));
  const known = new Set(inputs);

  return {
    inputs,
    outputs: names,
    async run(feeds, into = {}, context) {
      for (const name of Object.keys(feeds)) {
        if (!known.has(name)) throw new ConfigError(`program: unknown input "${name}"; expected ${inputs.join(", ")}.`);
      }
      const single = sessions.length === 1 ? sessions[0] : undefined;
      if (single !== undefined) return single.run(feeds, into);
      const values: Record<string, Value> = { ...feeds };
      for (const [k, stage] of stages.entries()) {
        const given = stage.inputs.map((name) => {
          if (values[name] === undefined) {
            throw new ConfigError(`program: input "${name}" is missing; expected ${inputs.join(", ")}.`);
          }
          return values[name];
        });
        if (stage.kind === "model") {
          const own = Object.fromEntries(stage.outputs.filter((name) => into[name]).map((name) => [name, into[name]]));
          const feedsOf = Object.fromEntries(stage.inputs.map((name, i) => [name, given[i]]));
          Object.assign(values, await (sessions[k] as Session).run(feedsOf, own));
        } else {
          if (context === undefined) throw new Error(`internal: ${stage.kernel} needs a context`);
          const results = await kernels[stage.kernel](given, stage.attributes, context);
          stage.outputs.forEach((name, i) => {
            values[name] = results[i];
          });
        }
      }
      return Object.fromEntries(names.map((name) => [name, values[name]]));
    },
    async close() {
      await Promise.all(sessions.map((session) => session?.close()));
    },
  };
}
