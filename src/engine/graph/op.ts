/**
 * @file What an op is, and how one is applied. An op stands in one place with its shape rule, its ONNX nodes and its
 * vector-Jacobian product; `docs/engine.md` shows how to add one.
 */
import type { Emitter } from "./emitter.js";
import type { Attributes, DType, Node, Shape } from "./tensor.js";
import { Tensor } from "./tensor.js";

/** Type and shape of one output. */
export interface Signature {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface Op {
  readonly name: string;
  /** Returns what the outputs will be, or throws a ConfigError that names the shapes. */
  infer(inputs: readonly Tensor[], attributes: Attributes): readonly Signature[];
  /** Writes the ONNX nodes; returns the names of the outputs. Absent for host ops. */
  emit?(emitter: Emitter, node: Node, inputs: readonly string[]): readonly string[];
  /**
   * Returns the gradient of each input, from those of the outputs (undefined where an output has none). An input without
   * gradient gets undefined. Absent where no input has one.
   */
  vjp?(node: Node, grads: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[];
  /**
   * The gradient that `vjp` gets may be smaller than the output where it is the same along an axis, and is stretched by
   * broadcasting when used. Saves passes over memory; only elementwise ops can promise it.
   */
  readonly broadcastGradient?: boolean;
  /** Runs outside ONNX Runtime, by the kernel of that name; cuts the program in two. */
  readonly host?: {
    readonly kernel: string;
    /** How many of the outputs, the first ones, have a row for each row of the first input. */
    readonly rowOutputs: number;
  };
}

const registry = new Map<string, Op>();
let created = 0;

/** Registers an op; its name is unique. */
export function defineOp(op: Op): Op {
  if (registry.has(op.name)) throw new Error(`internal: two ops are named ${op.name}`);
  registry.set(op.name, op);
  return op;
}

/** All ops, by name; the contract tests walk them. */
export function ops(): ReadonlyMap<string, Op> {
  return registry;
}

/** Applies an op; returns all its outputs. The same op on the same inputs gives the same tensors. */
export function applyAll(op: Op, inputs: readonly Tensor[], attributes: Attributes = {}): readonly Tensor[] {
  const key = `${op.name} ${inputs.map((x) => x.id)} ${JSON.stringify(attributes)}`;
  const known = inputs[0].uses.get(key);
  if (known !== undefined) return known.outputs;
  const outputs: Tensor[] = [];
  const node: Node = { op, inputs, attributes, outputs, order: created++ };
  for (const { dtype, shape } of op.infer(inputs, attributes)) {
    outputs.push(new Tensor(dtype, shape, node, outputs.length));
  }
  inputs[0].uses.set(key, node);
  return outputs;
}

/** Applies an op of one output. */
export function apply(op: Op, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
  return applyAll(op, inputs, attributes)[0];
}
