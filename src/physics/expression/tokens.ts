import { expressionError } from "./syntax.js";

export interface Token {
  readonly kind: "number" | "name" | "symbol" | "end";
  readonly text: string;
  /** Where it starts in the text, from 0. */
  readonly at: number;
}

const SPACE = /\s+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SYMBOL = /<=|>=|==|!=|&&|\|\||[-+*/^()[\],.<>!]/y;

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["=", " Write == to compare."],
  ["&", " Write && for and."],
  ["|", " Write || for or."],
  ["\u2212", " Write - for minus."],
]);

/** Splits a text into tokens, the last of kind "end". @throws ConfigError at a character that is no part of the language. */
export function tokenize(text: string, where: string): Token[] {
  const tokens: Token[] = [];
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (let at = 0; at < text.length; ) {
    const space = match(SPACE, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = next(at, match);
    if (token === undefined) {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      throw expressionError(
        where,
        at,
        "not part of the language",
        "a name, a number, an operator or a bracket",
        JSON.stringify(character),
        REMEDIES.get(character),
      );
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

function next(at: number, match: (pattern: RegExp, at: number) => string | undefined): Token | undefined {
  const name = match(NAME, at);
  if (name !== undefined) return { kind: "name", text: name, at };
  const number = match(NUMBER, at);
  if (number !== undefined) return { kind: "number", text: number, at };
  const symbol = match(SYMBOL, at);
  return symbol === undefined ? undefined : { kind: "symbol", text: symbol, at };
}
