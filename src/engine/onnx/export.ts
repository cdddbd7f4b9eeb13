/** @file Finished models as ONNX files, which any ONNX Runtime replays without Peregrine. */
import { ConfigError, NumericsError } from "../../util/errors.js";
import { inputsOf, nodesOf } from "../graph/order.js";
import type { Node, Tensor } from "../graph/tensor.js";
import type { ModelInfo } from "./builder.js";
import { emitModel } from "./emit.js";

export interface ExportOptions extends ModelInfo {
  /**
   * What the file is fed, in this order. An input that the outputs do not need is declared all the same, so that models of
   * one kind are fed alike. Axes with names, such as "n" for the events, are left open.
   */
  readonly inputs: readonly Tensor[];
  /** Trained numbers in the place of parameters: for each network what `Parameters.constants` gives (default none). */
  readonly constants?: readonly ReadonlyMap<Tensor, Tensor>[];
}

/**
 * Writes a graph for use as an ONNX file: IR version 8, opset 17, only ops of the standard. Trained numbers stand in it as
 * initializers under the names of their parameters, such as "decoder.0.weight"; other constants under their label where
 * they have one. The same graph and options give the same bytes.
 * @param outputs What the file computes, by name.
 * @throws ConfigError where parts of the graph run outside ONNX, where results of one row of an open axis depend on the
 * others (sums over the batch), where inputs are needed that are not declared, where names clash, and where metadata are
 * not text.
 * @throws NumericsError where a trained number is infinite or none.
 */
export function exportModel(outputs: Readonly<Record<string, Tensor>>, options: ExportOptions): Uint8Array {
  const replace = new Map((options.constants ?? []).flatMap((map) => [...map]));
  const stops = new Set(replace.keys());
  const ends = Object.values(outputs);
  if (ends.length === 0) throw new ConfigError("export: nothing to compute; expected at least one output, got none.");
  const nodes = nodesOf(ends, stops);
  checkOps(nodes);
  checkAxes(nodes, ends);
  checkInputs(outputs, inputsOf(ends, stops), options.inputs);
  for (const x of replace.values()) checkNumbers(x);
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    if (typeof value !== "string") {
      throw new ConfigError(`export: metadata "${key}" is no text; expected a string, got ${typeof value}.`);
    }
  }
  return emitModel(outputs, { ...options, replace }).bytes;
}

function checkOps(nodes: readonly Node[]): void {
  const host = new Set(nodes.filter((node) => node.op.emit === undefined).map((node) => node.op.name));
  if (host.size > 0) {
    throw new ConfigError(
      `export: the graph needs ops that run outside ONNX Runtime; expected ops of the ONNX standard only, got ${list(host)}. Export the model alone, without its loss.`,
    );
  }
}

/** Whoever replays the file feeds events in chunks of any size: a result must not depend on the rest of its chunk. */
function checkAxes(nodes: readonly Node[], outputs: readonly Tensor[]): void {
  const open = new Set(outputs.flatMap((x) => x.shape.filter((dim) => typeof dim === "string")));
  for (const axis of open) {
    const over = nodes.filter(
      ({ inputs, outputs: made }) =>
        inputs.some((x) => x.shape.includes(axis)) && !made.some((y) => y.shape.includes(axis)),
    );
    if (over.length > 0) {
      throw new ConfigError(
        `export: results of one row depend on which others are fed; expected each row by itself, got ${list(new Set(over.map((node) => node.op.name)))} over axis "${axis}". Where batches are normalised, call restart() on the parameters and build with scope(parameters, false).`,
      );
    }
  }
}

function checkInputs(
  outputs: Readonly<Record<string, Tensor>>,
  needed: readonly Tensor[],
  declared: readonly Tensor[],
): void {
  const names = declared.map((x) => (x.leaf?.kind === "input" ? x.leaf.name : undefined));
  const known = new Set(names);
  if (names.includes(undefined) || known.size < names.length) {
    throw new ConfigError(
      `export: inputs cannot be told apart; expected tensors made by input(), each of another name, got ${list(names.map((name) => name ?? "no input"))}.`,
    );
  }
  const over = needed.map((x) => (x.leaf as { readonly name: string }).name).filter((name) => !known.has(name));
  if (over.length > 0) {
    throw new ConfigError(
      `export: inputs are left over; expected only ${list(names)}, got ${list(new Set(over))} besides. Give trained numbers for them in "constants" (see Parameters.constants), or declare them in "inputs".`,
    );
  }
  const both = Object.keys(outputs).filter((name) => known.has(name));
  if (both.length > 0) {
    throw new ConfigError(
      `export: names stand for an input and an output; expected different ones, got ${list(both)}. Rename the outputs.`,
    );
  }
}

function checkNumbers(x: Tensor): void {
  if (x.leaf?.kind !== "constant") return;
  const at = x.leaf.data.findIndex((value: number) => !Number.isFinite(value));
  if (at !== -1) {
    throw new NumericsError(
      `export: ${x.label ?? "a constant"} cannot be used; expected finite numbers, got ${x.leaf.data[at]} at element ${at}. Look at the training history.`,
    );
  }
}

const list = (names: Iterable<string | undefined>): string =>
  [...names].map((name) => `"${name}"`).join(", ") || "none";
