/** @file The syntax tree of expressions, and the one form of their errors. */
import { ConfigError } from "../../util/errors.js";

export type UnaryOperator = "-" | "!";

export type BinaryOperator = "||" | "&&" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "+" | "-" | "*" | "/" | "^";

/** A node of the tree; `at` is where it starts in the text, from 0. */
export type Node =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  /** A column, or an object or collection; with an index one entry of a collection or list. */
  | { readonly kind: "name"; readonly name: string; readonly index?: number; readonly at: number }
  /** One variable of an object, or of all or one of the objects of a collection. */
  | {
      readonly kind: "member";
      readonly object: string;
      readonly index?: number;
      readonly variable: string;
      readonly at: number;
    }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Node; readonly at: number }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
      readonly at: number;
    }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Node[]; readonly at: number };

/** A parsed expression. Names in it are not looked up yet: that needs the columns of a table. */
export interface Expression {
  readonly text: string;
  /** Where it stands, for errors: "evaluate.quantities[0]". */
  readonly where: string;
  readonly root: Node;
}

/** Makes the error `<where>: <what> at character <n>; expected <X>, got <Y>.<remedy>`; remedies bring their leading space. */
export function expressionError(
  where: string,
  at: number,
  what: string,
  expected: string,
  got: string,
  remedy = "",
): ConfigError {
  return new ConfigError(`${where}: ${what} at character ${at + 1}; expected ${expected}, got ${got}.${remedy}`);
}

/** Nodes right below a node. */
export function childrenOf(node: Node): readonly Node[] {
  if (node.kind === "unary") return [node.operand];
  if (node.kind === "binary") return [node.left, node.right];
  return node.kind === "call" ? node.arguments : [];
}
