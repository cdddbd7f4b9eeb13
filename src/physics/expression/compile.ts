/** @file From the syntax tree to functions of blocks of events; all types are checked here, before any event is read. */
import type { Block } from "./block.js";
import { compileCall } from "./calls.js";
import { aligned, type Compiled, type CompiledNumber, type Scope, typeWords } from "./compiled.js";
import { negated, not, operate } from "./operators.js";
import { compileMember, compileName, constant } from "./references.js";
import { expressionError, type Node } from "./syntax.js";
import { combine, eachComponent } from "./vectors.js";

type BinaryNode = Extract<Node, { kind: "binary" }>;
type UnaryNode = Extract<Node, { kind: "unary" }>;

/**
 * Compiles a node.
 * @param energy Whether the energy of vectors is needed; where not, a mass may be unknown.
 * @throws ConfigError for unknown names, and types that do not fit.
 */
export function compileNode(scope: Scope, node: Node, energy: boolean): Compiled {
  if (node.kind === "number") return constant(node.value);
  if (node.kind === "name") return compileName(scope, node, energy);
  if (node.kind === "member") return compileMember(scope, node);
  if (node.kind === "unary") return compileUnary(scope, node, energy);
  if (node.kind === "binary") return compileBinary(scope, node, energy);
  return compileCall(scope, node, energy, compileNode);
}

/** Compiles a whole expression. @throws ConfigError where it is not one number an event. */
export function compileRoot(scope: Scope, root: Node): CompiledNumber {
  const compiled = compileNode(scope, root, false);
  if (compiled.kind === "number" && compiled.list === undefined) return compiled;
  let remedy = " Wrap it in sum(...), max(...) or min(...), or pick an entry as in jet[0].pt.";
  if (compiled.kind === "vector") {
    remedy = compiled.list === undefined ? " Take a variable, as in mass(...)." : " Pick an entry, as in mass(jet[0]).";
  }
  throw expressionError(scope.where, root.at, "type of the result", "one number an event", typeWords(compiled), remedy);
}

function compileUnary(scope: Scope, node: UnaryNode, energy: boolean): Compiled {
  const operand = compileNode(scope, node.operand, energy);
  if (operand.kind === "number") {
    const of = node.operator === "-" ? negated : not;
    return { ...operand, run: (block) => of(operand.run(block)) };
  }
  if (node.operator === "-") return { ...operand, run: (block) => eachComponent(operand.run(block), negated) };
  throw expressionError(scope.where, node.at, "operand of !", "a number", typeWords(operand));
}

function compileBinary(scope: Scope, node: BinaryNode, energy: boolean): Compiled {
  const { operator } = node;
  const { list, values } = aligned(scope, [
    compileNode(scope, node.left, energy),
    compileNode(scope, node.right, energy),
  ] as const);
  const [left, right] = values;
  if (left.kind === "number" && right.kind === "number") {
    return { kind: "number", list, run: (block) => operate(operator, left.run(block), right.run(block)) };
  }
  if (left.kind === "vector" && right.kind === "vector" && (operator === "+" || operator === "-")) {
    const sign = operator === "+" ? 1 : -1;
    return { kind: "vector", list, run: (block) => combine(left.run(block), right.run(block), sign) };
  }
  if (left.kind === "vector" && right.kind === "number" && (operator === "*" || operator === "/")) {
    const run = (block: Block) => {
      const factor = right.run(block);
      return eachComponent(left.run(block), (column) => operate(operator, column, factor));
    };
    return { kind: "vector", list, run };
  }
  if (left.kind === "number" && right.kind === "vector" && operator === "*") {
    const run = (block: Block) => {
      const factor = left.run(block);
      return eachComponent(right.run(block), (column) => operate("*", factor, column));
    };
    return { kind: "vector", list, run };
  }
  const got = `${typeWords(left)} and ${typeWords(right)}`;
  throw expressionError(scope.where, node.at, `operands of ${operator}`, ...wanted(node, left, right, got));
}

/** What the operator would take, what it got, and the likely remedy. */
function wanted({ operator }: BinaryNode, left: Compiled, right: Compiled, got: string): [string, string, string] {
  const both = left.kind === "vector" && right.kind === "vector";
  if (operator === "+" || operator === "-") return ["two numbers or two four-vectors", got, ""];
  if (operator === "*")
    return ["numbers, or a number and a four-vector", got, " Write dot(a, b) for the Minkowski product."];
  if (operator === "/") return ["numbers, or a four-vector and a number", got, ""];
  return ["two numbers", got, both ? " Compare variables, as in pt(a) > pt(b)." : " Take a variable, as in pt(a)."];
}
