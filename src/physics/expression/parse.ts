import { ConfigError } from "../../util/errors.js";
import { didYouMean } from "../../util/suggest.js";
import { arityOf, FUNCTION_NAMES } from "./functions.js";
import { type BinaryOperator, childrenOf, type Expression, expressionError, type Node } from "./syntax.js";
import { type Token, tokenize } from "./tokens.js";

/** Bounds that no quantity of an analysis comes near; they keep hostile text from exhausting the stack. */
const MAX_LENGTH = 4096;
const MAX_DEPTH = 200;

/** Binary operators from the loosest to the tightest; `^` binds tighter than all of them and than the signs. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["<", "<=", ">", ">=", "==", "!="],
  ["+", "-"],
  ["*", "/"],
];
const COMPARISON = 2;

/**
 * Parses an expression such as `mass(pip + pim)`. Syntax, names of functions and numbers of arguments are checked here;
 * names of columns and types when the expression meets a table.
 * @param where Place of the expression, for errors.
 * @throws ConfigError with the position of what is wrong.
 */
export function parseExpression(text: string, where: string): Expression {
  if (text.trim() === "") {
    throw new ConfigError(
      `${where}: empty expression; expected a quantity, got nothing. Write one as mass(pip + pim).`,
    );
  }
  if (text.length > MAX_LENGTH) {
    throw new ConfigError(
      `${where}: expression too long; expected at most ${MAX_LENGTH} characters, got ${text.length}. Split it into several quantities.`,
    );
  }
  return { text, where, root: new Parser(tokenize(text, where), where).parse() };
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #where: string;
  readonly #depths = new Map<Node, number>();
  #position = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[], where: string) {
    this.#tokens = tokens;
    this.#where = where;
  }

  parse(): Node {
    const root = this.#binary(0);
    if (this.#token.kind !== "end") throw this.#unexpected("an operator or the end");
    return root;
  }

  get #token(): Token {
    return this.#tokens[this.#position];
  }

  #binary(level: number): Node {
    if (level === LEVELS.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (let chained = false; this.#isSymbol(...LEVELS[level]); chained = true) {
      const { text, at } = this.#token;
      if (level === COMPARISON && chained) {
        throw expressionError(this.#where, at, "chained comparison", "one", "another", " Write a < b && b < c.");
      }
      this.#position++;
      const right = this.#binary(level + 1);
      left = this.#bounded({ kind: "binary", operator: text as BinaryOperator, left, right, at });
    }
    return left;
  }

  /** Signs, and by recursion from here everything that nests. */
  #unary(): Node {
    const { text, at } = this.#token;
    if (++this.#nesting > MAX_DEPTH) throw this.#tooDeep(at);
    let node: Node;
    if (this.#isSymbol("-", "!")) {
      this.#position++;
      node = this.#bounded({ kind: "unary", operator: text as "-" | "!", operand: this.#unary(), at });
    } else node = this.#power();
    this.#nesting--;
    return node;
  }

  #power(): Node {
    const left = this.#primary();
    if (!this.#isSymbol("^")) return left;
    const { at } = this.#token;
    this.#position++;
    return this.#bounded({ kind: "binary", operator: "^", left, right: this.#unary(), at });
  }

  #primary(): Node {
    const { kind, text, at } = this.#token;
    if (kind === "number") {
      this.#position++;
      const value = Number(text);
      if (Number.isFinite(value)) return { kind: "number", value, at };
      throw expressionError(this.#where, at, "number too large", "at most 1.8e308", text);
    }
    if (kind === "name") {
      this.#position++;
      return this.#isSymbol("(") ? this.#call(text, at) : this.#reference(text, at);
    }
    if (!this.#isSymbol("(")) throw this.#unexpected("a name, a number or (");
    this.#position++;
    const inner = this.#binary(0);
    this.#close(")");
    return inner;
  }

  #call(name: string, at: number): Node {
    const arity = arityOf(name);
    if (arity === undefined) {
      const remedy = didYouMean(name, FUNCTION_NAMES);
      throw expressionError(this.#where, at, "unknown function", "a function of the language", `"${name}"`, remedy);
    }
    this.#position++;
    const args: Node[] = [];
    if (!this.#isSymbol(")")) {
      args.push(this.#binary(0));
      while (this.#isSymbol(",")) {
        this.#position++;
        args.push(this.#binary(0));
      }
    }
    this.#close(")");
    const [least, most] = arity;
    if (args.length < least || args.length > most) {
      const expected =
        most === Number.POSITIVE_INFINITY ? `${least} or more` : [...new Set([least, most])].join(" or ");
      throw expressionError(this.#where, at, `arguments of ${name}`, expected, `${args.length}`);
    }
    return this.#bounded({ kind: "call", name, arguments: args, at });
  }

  /** A name, with an index, a variable or both. */
  #reference(name: string, at: number): Node {
    const index = this.#isSymbol("[") ? this.#index() : undefined;
    if (!this.#isSymbol(".")) return { kind: "name", name, ...(index !== undefined && { index }), at };
    this.#position++;
    if (this.#token.kind !== "name") throw this.#unexpected("a variable, as in jet.pt");
    const variable = this.#token.text;
    this.#position++;
    return { kind: "member", object: name, ...(index !== undefined && { index }), variable, at };
  }

  #index(): number {
    this.#position++;
    const { kind, text } = this.#token;
    if (kind !== "number" || !/^\d{1,9}$/.test(text)) throw this.#unexpected("the index of an entry (0 is the first)");
    this.#position++;
    this.#close("]");
    return Number(text);
  }

  #isSymbol(...texts: readonly string[]): boolean {
    return this.#token.kind === "symbol" && texts.includes(this.#token.text);
  }

  #close(bracket: string): void {
    if (!this.#isSymbol(bracket)) throw this.#unexpected(bracket);
    this.#position++;
  }

  #bounded(node: Node): Node {
    const depth = 1 + Math.max(0, ...childrenOf(node).map((child) => this.#depths.get(child) ?? 0));
    if (depth > MAX_DEPTH) throw this.#tooDeep(node.at);
    this.#depths.set(node, depth);
    return node;
  }

  #tooDeep(at: number): ConfigError {
    const expected = `at most ${MAX_DEPTH} levels`;
    return expressionError(
      this.#where,
      at,
      "nested too deeply",
      expected,
      "more",
      " Split it into several quantities.",
    );
  }

  #unexpected(expected: string): ConfigError {
    const { kind, text, at } = this.#token;
    const before = this.#tokens[this.#position - 1]?.text;
    let remedy = "";
    if (text === "*" && before === "*") remedy = " Write ^ for powers.";
    else if (text === "." && before === ")") remedy = " Write mass(a + b) for a variable of a sum.";
    else if (kind === "name" || kind === "number") remedy = " Join two quantities by an operator such as *.";
    if (expected.startsWith("the index")) remedy = "";
    return expressionError(this.#where, at, "syntax", expected, kind === "end" ? "the end" : `"${text}"`, remedy);
  }
}
