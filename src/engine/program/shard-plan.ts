/**
 * @file Cuts a graph so that parts of a batch can be worked on by themselves: models that go row by row, the sums over all
 * rows at which the parts meet, and a last model that sees only such sums. Pure: nothing is loaded.
 */
import { nodesOf } from "../graph/order.js";
import { type Attributes, constant, type DType, type Node, type Tensor } from "../graph/tensor.js";
import { emitModel } from "../onnx/emit.js";
import { BATCH, extentOf, isRowByRow, isSumOverRows } from "./rows.js";

/** A value of one model: its name, type and shape without the batch. */
export interface Slot {
  readonly name: string;
  readonly dtype: DType;
  /** Shape of a whole value; of a row where the value has one row an event. */
  readonly shape: readonly number[];
}

export interface HostCall {
  readonly kernel: string;
  readonly attributes: Attributes;
  /** Tables of all rows. */
  readonly inputs: readonly Slot[];
  /** Tables of all rows, then whole values. */
  readonly rows: readonly Slot[];
  readonly wholes: readonly Slot[];
  /** Number of this call among those of the graph. */
  readonly index: number;
}

/** A model that is run for each part of the batch, and what happens when all parts are through. */
export interface RowStage {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  /** Values to be added over the parts. */
  readonly sums: readonly Slot[];
  /** Tables kept, part by part, for later stages. */
  readonly kept: readonly Slot[];
  /** Tables that host kernels need of all parts together. */
  readonly gathered: readonly Slot[];
  readonly hosts: readonly HostCall[];
}

export interface ShardPlan {
  readonly stages: readonly RowStage[];
  readonly final: {
    readonly bytes: Uint8Array;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  };
  /** Inputs with one row an event, that are fed. */
  readonly rowInputs: readonly Slot[];
  /** Inputs that are pieces of whole inputs. */
  readonly views: readonly View[];
}

/** A parameter: a piece of a flat whole input. */
export interface View {
  readonly name: string;
  readonly flat: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** Name of the fed row of ones. */
export const ONES = "ones";

type Kind = "row" | "sum" | "host" | "whole" | "count" | "view";

function kindOf(node: Node): Kind | undefined {
  if (node.op.host !== undefined) return node.inputs.every((x) => extentOf(x) === "rows") ? "host" : undefined;
  if (node.op.name === "count") return "count";
  if (node.op.name === "parameter" && node.inputs[0].leaf?.kind === "input") return "view";
  if (isSumOverRows(node)) return "sum";
  if (isRowByRow(node)) return "row";
  return [...node.inputs, ...node.outputs].every((x) => extentOf(x) === "whole") ? "whole" : undefined;
}

function viewOf([name, { node, shape }]: readonly [string, Tensor]): View {
  const { inputs, attributes } = node as Node;
  const flat = inputs[0].leaf?.kind === "input" ? inputs[0].leaf.name : "";
  return { name, flat, offset: attributes.offset as number, shape: shape as readonly number[] };
}

/**
 * Plans the outputs, or returns undefined where the graph looks across rows other than by sums and host ops, or an output
 * has one row an event.
 * @param rows Number of rows of the whole batch.
 */
export function planShards(outputs: Readonly<Record<string, Tensor>>, rows: number): ShardPlan | undefined {
  if (Object.values(outputs).some((x) => extentOf(x) !== "whole")) return undefined;
  const all = nodesOf(Object.values(outputs));
  // How many rows there are is known: nothing need be computed to count them.
  const counts = new Map<Tensor, Tensor>();
  for (const node of all) {
    if (node.op.name !== "count") continue;
    const axes = node.attributes.axes as readonly number[];
    const sizes = axes.map((axis) => (node.inputs[0].shape[axis] === BATCH ? rows : node.inputs[0].shape[axis]));
    if (!sizes.every((size) => typeof size === "number")) return undefined;
    const y = node.outputs[0];
    counts.set(y, constant(y.dtype, [], [sizes.reduce((a, b) => a * b, 1)]));
  }
  const nodes = nodesOf(Object.values(outputs), new Set(counts.keys()));
  const kinds = new Map<Node, Kind>();
  for (const node of nodes) {
    const kind = kindOf(node);
    if (kind === undefined) return undefined;
    kinds.set(node, kind);
  }
  const meets = (node: Node) => kinds.get(node) === "sum" || kinds.get(node) === "host";
  const inputsOf = (node: Node) => node.inputs.filter((x) => x.node !== undefined && !counts.has(x));

  const depth = new Map<Node, number>();
  for (const node of nodes) {
    const before = inputsOf(node).map((x) => (depth.get(x.node as Node) as number) + (meets(x.node as Node) ? 1 : 0));
    depth.set(node, Math.max(0, ...before));
  }
  const last = Math.max(
    -1,
    ...nodes
      .filter((node) => kinds.get(node) !== "whole" && kinds.get(node) !== "view")
      .map((node) => depth.get(node) as number),
  );
  const end = last + 1;
  const stage = new Map<Node, number>(
    nodes.map((node) => [node, kinds.get(node) === "whole" || kinds.get(node) === "view" ? end : last]),
  );
  for (const node of [...nodes].reverse()) {
    const at = stage.get(node) as number;
    for (const x of inputsOf(node)) {
      const from = x.node as Node;
      stage.set(from, Math.min(stage.get(from) as number, meets(from) ? at - 1 : at));
    }
  }

  const names = new Map<Tensor, string>();
  const nameOf = (x: Tensor): string => {
    if (x.leaf?.kind === "input") return x.leaf.name;
    if (!names.has(x)) names.set(x, `between.${names.size}`);
    return names.get(x) as string;
  };
  const slot = (x: Tensor): Slot => ({
    name: nameOf(x),
    dtype: x.dtype,
    shape: (extentOf(x) === "rows" ? x.shape.slice(1) : x.shape) as readonly number[],
  });

  const views = new Map<string, Tensor>();

  /** Tensors that a stage is given, walking back from what it must give. */
  function given(wanted: Iterable<Tensor>, at: number): Set<Tensor> {
    const found = new Set<Tensor>();
    const seen = new Set<Tensor>();
    const own = new Set(wanted);
    const stack = [...own];
    for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
      if (seen.has(x)) continue;
      seen.add(x);
      const node = x.node;
      if (node === undefined || counts.has(x)) continue;
      if (kinds.get(node) === "view") {
        found.add(x);
        views.set(nameOf(x), x);
        continue;
      }
      const partial = own.has(x) && kinds.get(node) === "sum" && stage.get(node) === at && at <= last;
      const earlier = kinds.get(node) === "row" ? (stage.get(node) as number) < at : meets(node) && !partial;
      if (earlier) found.add(x);
      else stack.push(...node.inputs);
    }
    return found;
  }

  const wanted: Set<Tensor>[] = Array.from({ length: last + 1 }, () => new Set());
  const hosts = nodes.filter((node) => kinds.get(node) === "host");
  for (const node of nodes) if (kinds.get(node) === "sum") wanted[stage.get(node) as number].add(node.outputs[0]);
  for (const host of hosts) {
    for (const x of host.inputs) if (x.node !== undefined) wanted[stage.get(x.node) as number].add(x);
  }
  const kept: Set<Tensor>[] = Array.from({ length: last + 1 }, () => new Set());
  for (let s = last; s > 0; s--) {
    for (const x of given([...wanted[s], ...kept[s]], s)) {
      if (kinds.get(x.node as Node) === "row") kept[stage.get(x.node as Node) as number].add(x);
    }
  }

  const rowInputs = new Map<string, Slot>();
  const options = { replace: counts, sizes: { [BATCH]: rows }, ones: { [BATCH]: ONES } };
  const stages = wanted.map((own, s): RowStage => {
    const roots = new Set([...own, ...kept[s]]);
    const from = given(roots, s);
    for (const x of leavesOf(roots, from)) if (extentOf(x) === "rows") rowInputs.set(nameOf(x), slot(x));
    const emitted = emitModel(Object.fromEntries([...roots].map((x) => [nameOf(x), x])), {
      ...options,
      given: new Map([...from].map((x) => [x, nameOf(x)])),
    });
    const calls = hosts.filter((host) => stage.get(host) === s);
    const needed = new Set(calls.flatMap((host) => host.inputs));
    for (const x of needed) if (x.leaf !== undefined) rowInputs.set(nameOf(x), slot(x));
    return {
      ...emitted,
      sums: [...own].filter((x) => kinds.get(x.node as Node) === "sum").map(slot),
      kept: [...kept[s]].map(slot),
      gathered: [...needed].map(slot),
      hosts: calls.map((host) => ({
        kernel: host.op.host?.kernel as string,
        attributes: host.attributes,
        inputs: host.inputs.map(slot),
        rows: host.outputs.slice(0, host.op.host?.rowOutputs).map(slot),
        wholes: host.outputs.slice(host.op.host?.rowOutputs).map(slot),
        index: hosts.indexOf(host),
      })),
    };
  });
  const from = given(Object.values(outputs), end);
  const final = emitModel(outputs, { ...options, given: new Map([...from].map((x) => [x, nameOf(x)])) });
  return {
    stages,
    final: { ...final, outputs: Object.keys(outputs) },
    rowInputs: [...rowInputs.values()],
    views: [...views].map(viewOf),
  };

  function leavesOf(roots: Iterable<Tensor>, stop: ReadonlySet<Tensor>): Tensor[] {
    const leaves = new Set<Tensor>();
    for (const x of roots) if (x.leaf?.kind === "input") leaves.add(x);
    for (const node of nodesOf(roots, new Set([...stop, ...counts.keys()]))) {
      for (const x of node.inputs) if (!stop.has(x) && x.leaf?.kind === "input") leaves.add(x);
    }
    return [...leaves];
  }
}
