import type { EventTable } from "../../data/event-table.js";
import type { Schema } from "../../data/schema.js";
import { compileRoot } from "./compile.js";
import type { ExpressionOptions, Scope } from "./compiled.js";
import { findMember, findName, type Level, type Names } from "./names.js";
import { childrenOf, type Expression, type Node } from "./syntax.js";

/** Events computed at once. */
const BLOCK = 8192;

/** An expression that fits tables of one schema. */
export interface CompiledExpression {
  /** Columns that it reads. */
  readonly columns: readonly string[];
  /**
   * Computes one number an event. NaN where an input is, an entry is missing, a function is outside its domain, or the
   * result is infinite.
   * @throws ConfigError where lists that are combined have different lengths.
   */
  evaluate(table: EventTable): Float64Array;
}

/**
 * Fits an expression to the columns of tables, at truth or reconstructed level. A name means, where it exists,
 * `<level>_<name>`, else `<name>`.
 * @throws ConfigError for unknown names, unknown masses, and types that do not fit.
 */
export function compileExpression(
  expression: Expression,
  schema: Schema,
  level: Level,
  options: ExpressionOptions = {},
): CompiledExpression {
  const { where, root } = expression;
  const names = namesOf(expression, level, schema.names, options);
  const masses = new Map(Object.entries(options.masses ?? {}));
  const scope: Scope = { where, names, schema, masses, used: new Set() };
  const { run } = compileRoot(scope, root);
  const columns = [...scope.used];
  const evaluate = (table: EventTable): Float64Array => {
    const inputs = table.select(columns);
    const out = new Float64Array(table.length);
    for (let first = 0; first < out.length; first += BLOCK) {
      const events = inputs.slice(first, Math.min(first + BLOCK, out.length));
      const values = run({ events, first, cache: new Map() });
      for (let i = 0; i < values.length; i++) out[first + i] = Number.isFinite(values[i]) ? values[i] : Number.NaN;
    }
    return out;
  };
  return { columns, evaluate };
}

/** Compiles an expression for a table and computes it: one number an event. See compileExpression. */
export function evaluateExpression(
  expression: Expression,
  table: EventTable,
  level: Level,
  options: ExpressionOptions = {},
): Float64Array {
  return compileExpression(expression, table.schema, level, options).evaluate(table);
}

/**
 * Columns that an expression reads at a level, of those that there are, to plan what is read from a file.
 * @throws ConfigError for names that no column fits.
 */
export function neededColumns(
  expression: Expression,
  level: Level,
  names: readonly string[],
  options: ExpressionOptions = {},
): string[] {
  const lookup = namesOf(expression, level, names, options);
  const needed = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === "member") needed.add(findMember(node, lookup));
    else if (node.kind === "name" && node.name !== "pi") {
      const found = findName(node, lookup);
      if (found.kind === "number") needed.add(found.column);
      else if (found.kind === "vector") {
        for (const column of found.momentum) needed.add(column);
        const fourth = found.mass ?? found.energy;
        if (fourth !== undefined) needed.add(fourth);
      }
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(expression.root);
  return [...needed];
}

function namesOf({ where }: Expression, level: Level, columns: readonly string[], options: ExpressionOptions): Names {
  return { where, level, columns: new Set(columns), vectors: new Map(Object.entries(options.vectors ?? {})) };
}
