/** @file From a graph of tensors to an ONNX model. */
import { ConfigError } from "../../util/errors.js";
import { inputsOf, nodesOf } from "../graph/order.js";
import { describe } from "../graph/shape.js";
import type { Tensor } from "../graph/tensor.js";
import { ModelBuilder, type ModelInfo } from "./builder.js";

export interface EmitOptions extends ModelInfo {
  /** Inputs to declare first and in this order, needed or not (default: what is needed, as it is met). */
  readonly inputs?: readonly Tensor[];
  /** Tensors that are fed instead of computed, with the names of their inputs. */
  readonly given?: ReadonlyMap<Tensor, string>;
  /** Tensors to write in the place of others, such as trained numbers in the place of parameters. */
  readonly replace?: ReadonlyMap<Tensor, Tensor>;
  /** Sizes of named axes that are known, though the file leaves them open. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Sizes of named axes that the file is written for alone. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** By named axis, an input of ones [1, axis] that sums may use. */
  readonly ones?: Readonly<Record<string, string>>;
}

export interface Emitted {
  readonly bytes: Uint8Array;
  /** Names of the inputs that the outputs need. */
  readonly inputs: readonly string[];
}

/**
 * Writes the graph that makes the outputs as an ONNX model (IR version 8, opset 17).
 * @throws ConfigError where two different inputs share a name, or an op runs outside ONNX.
 */
export function emitModel(outputs: Readonly<Record<string, Tensor>>, options: EmitOptions = {}): Emitted {
  const given = options.given ?? new Map<Tensor, string>();
  const builder = new ModelBuilder(options.sizes, options.ones);
  const names = new Map<Tensor, string>();
  const inputs = new Map<string, Tensor>();
  const stops = new Set([...given.keys(), ...(options.replace?.keys() ?? [])]);
  // What is fed keeps its name, so nothing that is met before it may take it.
  const fedNames = [...inputsOf(Object.values(outputs), stops), ...(options.inputs ?? [])].map(inputName);
  builder.reserve([...Object.keys(outputs), ...fedNames, ...given.values()]);

  function feed(x: Tensor, name: string): string {
    const other = inputs.get(name);
    if (other === undefined) {
      inputs.set(name, x);
      builder.input(
        name,
        x.dtype,
        x.shape.map((dim) => options.fixed?.[dim] ?? dim),
      );
    } else if (other.dtype !== x.dtype || String(other.shape) !== String(x.shape)) {
      throw new ConfigError(
        `graph: two inputs are named "${name}"; expected one meaning a name, got [${other.shape}] and [${x.shape}].`,
      );
    }
    names.set(x, name);
    return name;
  }

  function nameOf(x: Tensor): string {
    const known = names.get(x);
    if (known !== undefined) return known;
    const other = options.replace?.get(x);
    if (other !== undefined) return nameOf(other);
    const fed = given.get(x);
    if (fed !== undefined) return feed(x, fed);
    const leaf = x.leaf;
    if (leaf === undefined) throw new Error("internal: a node was met before its inputs");
    if (leaf.kind === "input") return feed(x, leaf.name);
    const name = builder.constant(x.dtype, x.shape as readonly number[], leaf.data, x.label);
    names.set(x, name);
    return name;
  }

  for (const x of options.inputs ?? []) feed(x, inputName(x));
  for (const node of nodesOf(Object.values(outputs), stops)) {
    if (node.op.emit === undefined) {
      throw new ConfigError(
        `graph: ${node.op.name} runs outside ONNX Runtime; expected a graph for export, got one for training.`,
      );
    }
    builder.within(node.outputs[0].label ?? node.op.name);
    const made = node.op.emit(builder, node, node.inputs.map(nameOf));
    node.outputs.forEach((y, k) => {
      if (!given.has(y)) names.set(y, made[k]);
    });
  }
  for (const [name, x] of Object.entries(outputs)) builder.output(name, nameOf(x), x.dtype, x.shape);
  return { bytes: builder.finish(options), inputs: builder.inputNames };
}

/** Name by which a tensor is fed. */
function inputName(x: Tensor): string {
  if (x.leaf?.kind !== "input") {
    throw new ConfigError(`graph: no input; expected a tensor made by input(), got ${describe(x)}.`);
  }
  return x.leaf.name;
}
