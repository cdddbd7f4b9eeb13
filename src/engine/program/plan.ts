/** @file Cuts a graph at its host ops into models that ONNX Runtime runs one after the other. Pure: nothing is loaded. */
import { nodesOf } from "../graph/order.js";
import type { Attributes, Node, Shape, Tensor } from "../graph/tensor.js";
import { emitModel } from "../onnx/emit.js";

/** A model to run: values that it takes and makes, by name. */
export interface ModelStage {
  readonly kind: "model";
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A host kernel to run. */
export interface HostStage {
  readonly kind: "host";
  readonly kernel: string;
  readonly attributes: Attributes;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Shapes of the outputs, the first `rowOutputs` of them with a row for each row of the first input. */
  readonly shapes: readonly Shape[];
  readonly rowOutputs: number;
}

export type Stage = ModelStage | HostStage;

/** Ops that are cheaper done again than carried over. */
const CHEAP = new Set(["parameter", "gatherRows", "slice", "reshape"]);

/**
 * Plans how to compute the outputs. Everything that a host op does not wait for is left to the model after it, so that
 * little is carried from one to the next.
 * @param fixed Sizes of named axes that are known before it runs.
 */
export function plan(outputs: Readonly<Record<string, Tensor>>, fixed: Sizes = {}): readonly Stage[] {
  const nodes = nodesOf(Object.values(outputs));
  const hosts = nodes.filter((node) => node.op.host !== undefined);
  if (hosts.length === 0) return [model(outputs, new Map(), fixed)];

  const depth = depths(nodes);
  const last = Math.max(...hosts.map((host) => (depth.get(host) as number) + 1));
  const stageOf = latest(nodes, depth, last);
  const cheap = recomputable(nodes);
  const names = new Map<Tensor, string>(Object.entries(outputs).map(([name, x]) => [x, name]));
  const nameOf = (x: Tensor): string => {
    const known = names.get(x) ?? (x.leaf?.kind === "input" ? x.leaf.name : undefined);
    if (known !== undefined) return known;
    const name = `carried.${names.size}`;
    names.set(x, name);
    return name;
  };
  const carried = (x: Tensor, stage: number): boolean => {
    const node = x.node;
    if (node === undefined || cheap.has(node)) return false;
    return node.op.host !== undefined ? (depth.get(node) as number) < stage : (stageOf.get(node) as number) < stage;
  };

  // What each model must give: outputs, inputs of host ops, and what later models take from it.
  const wanted: Set<Tensor>[] = Array.from({ length: last + 1 }, () => new Set());
  const want = (x: Tensor, at: number): void => {
    const node = x.node;
    const stage = node === undefined || cheap.has(node) ? at : (stageOf.get(node) as number);
    if (node?.op.host === undefined) wanted[stage].add(x);
  };
  for (const x of Object.values(outputs)) want(x, last);
  for (const host of hosts)
    for (const x of host.inputs) if (x.leaf?.kind !== "input") want(x, depth.get(host) as number);
  for (let stage = last; stage > 0; stage--) {
    for (const x of taken(wanted[stage], (y) => carried(y, stage))) want(x, stage);
  }

  const stages: Stage[] = [];
  for (let stage = 0; stage <= last; stage++) {
    if (wanted[stage].size > 0) {
      const given = new Map<Tensor, string>();
      for (const x of taken(wanted[stage], (y) => carried(y, stage))) given.set(x, nameOf(x));
      stages.push(model(Object.fromEntries([...wanted[stage]].map((x) => [nameOf(x), x])), given, fixed));
    }
    for (const host of hosts.filter((node) => depth.get(node) === stage)) {
      stages.push({
        kind: "host",
        kernel: host.op.host?.kernel as string,
        attributes: host.attributes,
        inputs: host.inputs.map(nameOf),
        outputs: host.outputs.map(nameOf),
        shapes: host.outputs.map((y) => y.shape),
        rowOutputs: host.op.host?.rowOutputs ?? 0,
      });
    }
  }
  return stages;
}

/** Sizes of named axes, which then are no longer open. */
export type Sizes = Readonly<Record<string, number>>;

function model(
  outputs: Readonly<Record<string, Tensor>>,
  given: ReadonlyMap<Tensor, string>,
  fixed: Sizes,
): ModelStage {
  const { bytes, inputs } = emitModel(outputs, { given, sizes: fixed, fixed });
  return { kind: "model", bytes, inputs, outputs: Object.keys(outputs) };
}

/** How many host ops lie before each node, on the way that has most. */
function depths(nodes: readonly Node[]): Map<Node, number> {
  const depth = new Map<Node, number>();
  const of = (x: Tensor): number => {
    const node = x.node;
    return node === undefined ? 0 : (depth.get(node) as number) + (node.op.host === undefined ? 0 : 1);
  };
  for (const node of nodes) depth.set(node, Math.max(0, ...node.inputs.map(of)));
  return depth;
}

/** The last model in which each node can stand. */
function latest(nodes: readonly Node[], depth: ReadonlyMap<Node, number>, last: number): Map<Node, number> {
  const stage = new Map<Node, number>(nodes.map((node) => [node, last]));
  for (const node of [...nodes].reverse()) {
    const at = node.op.host === undefined ? (stage.get(node) as number) : (depth.get(node) as number);
    stage.set(node, at);
    for (const x of node.inputs) if (x.node !== undefined) stage.set(x.node, Math.min(stage.get(x.node) as number, at));
  }
  return stage;
}

function recomputable(nodes: readonly Node[]): Set<Node> {
  const cheap = new Set<Node>();
  for (const node of nodes) {
    const fromInputs = node.inputs.every((x) => x.node === undefined || cheap.has(x.node));
    if (CHEAP.has(node.op.name) && fromInputs) cheap.add(node);
  }
  return cheap;
}

/** Tensors at which the way back from the outputs ends because an earlier stage gives them. */
function taken(outputs: Iterable<Tensor>, carried: (x: Tensor) => boolean): Set<Tensor> {
  const found = new Set<Tensor>();
  const seen = new Set<Tensor>();
  const stack = [...outputs];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (seen.has(x)) continue;
    seen.add(x);
    if (carried(x)) found.add(x);
    else if (x.node !== undefined) stack.push(...x.node.inputs);
  }
  return found;
}
