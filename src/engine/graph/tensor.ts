/**
 * @file Symbolic tensors. A tensor is a value in a computation that has not run yet: its type, its shape, and the node
 * that makes it. Graphs are not objects of their own: whatever the wanted outputs reach through their nodes is the graph.
 */
import type { Op } from "./op.js";

export type DType = "float32" | "float64" | "int32" | "int64" | "bool";

/** Size of an axis: a number, or the name of a size that is known only when the graph runs (the batch, as a rule). */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** Attributes of a node; part of what makes two nodes equal, so they must survive JSON. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[] | readonly Dim[]>>;

/** One application of an op. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
  /** Order of creation; inputs always have lower numbers than what is made of them. */
  readonly order: number;
}

/** What a tensor without a node is: fed when the graph runs, or known when it is built. */
export type Leaf =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "constant"; readonly data: Values };

/** Numbers of a constant, in row-major order; int64 too is given as plain numbers. */
export type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

let tensors = 0;

export class Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly source: Node | Leaf;
  /** Which output of its node this is. */
  readonly index: number;
  readonly id = tensors++;
  /** Nodes of which this is the first input, by what they do: so that nothing is computed twice. */
  readonly uses = new Map<string, Node>();
  /** Name for messages and for exported files; unnamed tensors are called after their op. */
  label: string | undefined;

  constructor(dtype: DType, shape: Shape, source: Node | Leaf, index = 0) {
    this.dtype = dtype;
    this.shape = shape;
    this.source = source;
    this.index = index;
  }

  /** Names this tensor, for messages; returns it. */
  named(label: string): this {
    this.label = label;
    return this;
  }

  get rank(): number {
    return this.shape.length;
  }

  get node(): Node | undefined {
    return "op" in this.source ? this.source : undefined;
  }

  get leaf(): Leaf | undefined {
    return "op" in this.source ? undefined : this.source;
  }
}

/** A tensor, or a number that takes the type of the tensors it meets. */
export type Operand = Tensor | number;

/**
 * Declares a value that is fed when the graph runs.
 * @param shape Sizes; a name such as "n" stands for a size known only then.
 */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  return new Tensor(dtype, shape, { kind: "input", name }).named(name);
}

/** Makes a tensor of known numbers, in row-major order. */
export function constant(dtype: DType, shape: readonly number[], data: ArrayLike<number>): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  if (data.length !== size) {
    throw new Error(`internal: constant of shape [${shape}] needs ${size} numbers, got ${data.length}`);
  }
  const values =
    dtype === "float64" || dtype === "int64"
      ? Float64Array.from(data)
      : dtype === "int32"
        ? Int32Array.from(data)
        : dtype === "bool"
          ? Uint8Array.from(data)
          : Float32Array.from(data);
  return new Tensor(dtype, shape, { kind: "constant", data: values });
}

const scalars = new Map<string, WeakRef<Tensor>>();

/** Makes a scalar of the type of `like`; equal ones are the same tensor. */
export function scalar(like: Tensor, value: number): Tensor {
  const key = `${like.dtype} ${Object.is(value, -0) ? "-0" : value}`;
  const known = scalars.get(key)?.deref();
  if (known !== undefined) return known;
  const made = constant(like.dtype, [], [value]);
  scalars.set(key, new WeakRef(made));
  return made;
}

/** Number that a scalar constant holds; undefined for every other tensor. */
export function scalarValue(x: Tensor): number | undefined {
  const leaf = x.leaf;
  return leaf?.kind === "constant" && leaf.data.length === 1 ? leaf.data[0] : undefined;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";
