/** @file Expressions for derived quantities, such as `mass(pip + pim)`. The language: docs/expressions.md. */
export type { ExpressionOptions } from "./compiled.js";
export { resultField } from "./describe.js";
export { type CompiledExpression, compileExpression, evaluateExpression, neededColumns } from "./evaluate.js";
export type { Level } from "./names.js";
export { parseExpression } from "./parse.js";
export type { Expression } from "./syntax.js";
