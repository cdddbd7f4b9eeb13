import type { FourVector } from "../four-vector.js";
import { type Block, listValues } from "./block.js";
import { aligned, type Compiled, type CompiledNumber, type Scope, typeWords } from "./compiled.js";
import { type Kind, type Signature, signatureOf } from "./functions.js";
import { type Reduction, reduce, sumVectors } from "./lists.js";
import { expressionError, type Node } from "./syntax.js";
import { collectVectors, vectorReader } from "./vectors.js";

type CallNode = Extract<Node, { kind: "call" }>;
type CompileNode = (scope: Scope, node: Node, energy: boolean) => Compiled;

const WORDS: Readonly<Record<Kind, string>> = { number: "a number", vector: "a four-vector" };

/** Compiles a call. @throws ConfigError where an argument has the wrong type. */
export function compileCall(scope: Scope, node: CallNode, energy: boolean, compileNode: CompileNode): Compiled {
  const signature = signatureOf(node.name, node.arguments.length);
  if (signature === undefined) return compileOverLists(scope, node, energy, compileNode);
  // A boost mixes energy and momentum, so what the caller does not need of the result is needed of the arguments.
  const args = node.arguments.map((each) => compileNode(scope, each, signature.energy));
  args.forEach((argument, k) => {
    if (argument.kind !== signature.takes[k]) throw wrongArgument(scope, node, k, WORDS[signature.takes[k]], argument);
  });
  const { list, values } = aligned(scope, args);
  return apply(signature, list, values);
}

/** Calls the function for each event or entry. */
function apply(signature: Signature, list: string | undefined, args: readonly Compiled[]): Compiled {
  const of = signature.of as unknown as (...values: readonly (number | FourVector)[]) => number | FourVector;
  const readers = (block: Block) => {
    const all = args.map((argument) => {
      if (argument.kind === "vector") return vectorReader(argument.run(block));
      const column = argument.run(block);
      return (i: number) => column[i];
    });
    const [first, second, third, fourth] = all;
    // Written out by the number of arguments: spreading a list of them costs as much as the function itself.
    if (all.length === 1) return (i: number) => of(first(i));
    if (all.length === 2) return (i: number) => of(first(i), second(i));
    if (all.length === 3) return (i: number) => of(first(i), second(i), third(i));
    return (i: number) => of(first(i), second(i), third(i), fourth(i));
  };
  const length = (block: Block) => (list === undefined ? block.events.length : listValues(block, list).values.length);
  if (signature.gives === "vector") {
    return {
      kind: "vector",
      list,
      run: (block) => collectVectors(length(block), readers(block) as (i: number) => FourVector),
    };
  }
  const run = (block: Block) => {
    const at = readers(block) as (i: number) => number;
    const out = new Float64Array(length(block));
    for (let i = 0; i < out.length; i++) out[i] = at(i);
    return out;
  };
  return { kind: "number", list, run };
}

/** sum, sumPt, count, and max and min of a list or of several numbers. */
function compileOverLists(scope: Scope, node: CallNode, energy: boolean, compileNode: CompileNode): Compiled {
  const { name, at } = node;
  if (node.arguments.length > 1) return compileExtreme(scope, node, compileNode);
  const [first] = node.arguments;
  if (name === "sumPt") {
    const transverse: Node = { kind: "call", name: "pt", arguments: [first], at };
    return compileOverLists(scope, { kind: "call", name: "sum", arguments: [transverse], at }, false, compileNode);
  }
  const values = compileNode(scope, first, energy && name === "sum");
  if (name === "count" && first.kind !== "name" && first.kind !== "member") {
    const got = "a calculation";
    const remedy = " Write sum(jet.pt > 30) to count the entries that pass.";
    throw expressionError(scope.where, first.at, "argument of count", "the name of a collection", got, remedy);
  }
  const { list } = values;
  if (list === undefined) throw wrongArgument(scope, node, 0, "a list (a collection without an index)", values);
  const offsets = (block: Block) => listValues(block, list).offsets;
  if (values.kind === "number") return reduced(values.run, offsets, name as Reduction);
  if (name === "count") return reduced((block) => values.run(block).px, offsets, "count");
  if (name === "sum") return { kind: "vector", run: (block) => sumVectors(values.run(block), offsets(block)) };
  throw wrongArgument(scope, node, 0, "numbers, as in max(jet.pt)", values);
}

function reduced(run: CompiledNumber["run"], offsets: (block: Block) => Int32Array, how: Reduction): CompiledNumber {
  return { kind: "number", run: (block) => reduce(run(block), offsets(block), how) };
}

/** The largest or smallest of several numbers; NaN where any of them is. */
function compileExtreme(scope: Scope, node: CallNode, compileNode: CompileNode): CompiledNumber {
  const numbers = node.arguments.map((each, k) => {
    const compiled = compileNode(scope, each, false);
    if (compiled.kind !== "number") throw wrongArgument(scope, node, k, WORDS.number, compiled);
    return compiled;
  });
  const { list, values } = aligned(scope, numbers);
  const of = node.name === "max" ? Math.max : Math.min;
  const run = (block: Block) =>
    values
      .map((value) => value.run(block))
      .reduce((a, b) => {
        const out = new Float64Array(a.length);
        for (let i = 0; i < out.length; i++) out[i] = of(a[i], b[i]);
        return out;
      });
  return { kind: "number", list, run };
}

function wrongArgument(scope: Scope, node: CallNode, index: number, expected: string, got: Compiled) {
  const what = node.arguments.length === 1 ? `argument of ${node.name}` : `argument ${index + 1} of ${node.name}`;
  return expressionError(scope.where, node.arguments[index].at, what, expected, typeWords(got));
}
