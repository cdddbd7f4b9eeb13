/** @file Names in an expression, as columns of numbers or four-vectors. */
import { massByName } from "../particle-masses.js";
import { type Block, cached, flatValues, listValues } from "./block.js";
import { aligned, type Compiled, type CompiledNumber, type CompiledVector, type Scope } from "./compiled.js";
import { pick } from "./lists.js";
import { findMember, findName, type Reference } from "./names.js";
import { expressionError, type Node } from "./syntax.js";
import { momentumFrom, repeatedVector, withEnergy } from "./vectors.js";

type NameNode = Extract<Node, { kind: "name" }>;
type MemberNode = Extract<Node, { kind: "member" }>;
type VectorReference = Extract<Reference, { kind: "vector" }>;

export function constant(value: number): CompiledNumber {
  return { kind: "number", run: ({ events }) => new Float64Array(events.length).fill(value) };
}

/** A name: pi, an object, or a column. */
export function compileName(scope: Scope, node: NameNode, energy: boolean): Compiled {
  if (node.name === "pi") {
    if (node.index !== undefined) throw noCollection(scope, node);
    return constant(Math.PI);
  }
  const found = findName(node, scope.names);
  if (found.kind === "number") return compileColumn(scope, node, found.column);
  if (found.kind === "vector") return compileVector(scope, node, found, energy);
  if (node.index !== undefined) throw noCollection(scope, node);
  return { kind: "vector", run: ({ events }) => repeatedVector(found.vector, events.length) };
}

export function compileMember(scope: Scope, node: MemberNode): CompiledNumber {
  return compileColumn(scope, node, findMember(node, scope.names));
}

function compileColumn(scope: Scope, node: NameNode | MemberNode, column: string): CompiledNumber {
  const { jagged, width = 1 } = scope.schema.field(column);
  const { index, at } = node;
  if (width !== 1) {
    const what = `column "${column}" has fixed arrays`;
    throw expressionError(scope.where, at, what, "one number or a list an event", `${width} numbers`);
  }
  scope.used.add(column);
  if (!jagged) {
    if (index !== undefined) throw noCollection(scope, node);
    return { kind: "number", run: (block) => flatValues(block, column) };
  }
  if (index === undefined) return { kind: "number", list: column, run: (block) => listValues(block, column).values };
  const picked = (block: Block) => {
    const { offsets, values } = listValues(block, column);
    return pick(values, offsets, index);
  };
  return { kind: "number", run: (block) => cached(block, `${column}[${index}]`, () => picked(block)) };
}

function compileVector(scope: Scope, node: NameNode, found: VectorReference, energy: boolean): CompiledVector {
  const fourth = energy ? fourthOf(scope, node, found) : undefined;
  const names = typeof fourth === "object" ? [...found.momentum, fourth.column] : found.momentum;
  const columns = names.map((name) => compileColumn(scope, node, name));
  if (columns.some(({ list }) => (list === undefined) !== (columns[0].list === undefined))) {
    const what = `columns of "${node.name}" do not fit together`;
    throw expressionError(scope.where, node.at, what, "all flat or all jagged", names.join(", "));
  }
  const { list, values } = aligned(scope, columns);
  const momentum = values.slice(0, found.momentum.length);
  const last = values[found.momentum.length];
  const compute = (block: Block) => {
    const three = momentumFrom(
      found.form,
      momentum.map((column) => column.run(block)),
    );
    if (fourth === undefined) return three;
    if (typeof fourth === "number") return withEnergy(three, fourth);
    return fourth.holds === "mass" ? withEnergy(three, last.run(block)) : { ...three, energy: last.run(block) };
  };
  const key = `vector:${names.join()}[${node.index}]${typeof fourth === "number" ? `:${fourth}` : ""}`;
  return { kind: "vector", list, run: (block) => cached(block, key, () => compute(block)) };
}

/** Where the energy comes from: a column of the mass, which keeps its precision at high momenta, or of the energy, or a known mass. */
function fourthOf(
  scope: Scope,
  node: NameNode,
  found: VectorReference,
): number | { readonly column: string; readonly holds: "mass" | "energy" } {
  if (found.mass !== undefined) return { column: found.mass, holds: "mass" };
  if (found.energy !== undefined) return { column: found.energy, holds: "energy" };
  const known = scope.masses.get(node.name) ?? massByName(node.name);
  if (known !== undefined) return known;
  if (found.form === "transverse") return 0;
  const what = `mass of "${node.name}" unknown`;
  const expected = "a column of mass or energy, or the name of a particle";
  const remedy = ` Give it under \`masses\` or write withMass(${node.name}, m).`;
  throw expressionError(scope.where, node.at, what, expected, found.momentum.join(", "), remedy);
}

function noCollection(scope: Scope, node: NameNode | MemberNode) {
  const name = node.kind === "name" ? node.name : node.object;
  const what = `"${name}[${node.index}]"`;
  const remedy = ` Write ${name} without the index.`;
  return expressionError(scope.where, node.at, what, "a collection", "one value an event", remedy);
}
