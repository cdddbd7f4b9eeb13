/** @file Operators on columns of numbers. Truth values are 1 and 0, anything but 0 counts as true, and NaN is unknown. */
import type { BinaryOperator } from "./syntax.js";

const compare = (holds: (x: number, y: number) => boolean) => (x: number, y: number) =>
  Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : holds(x, y) ? 1 : 0;

/** An unknown operand leaves the result unknown unless the other one decides it (Kleene's logic). */
function and(x: number, y: number): number {
  if (x === 0 || y === 0) return 0;
  return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 1;
}

function or(x: number, y: number): number {
  const known = (v: number) => v !== 0 && !Number.isNaN(v);
  if (known(x) || known(y)) return 1;
  return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0;
}

/** Math.pow says that NaN to the power of 0 is 1; an unknown base stays unknown here. */
const power = (x: number, y: number) => (y === 2 ? x * x : Number.isNaN(x) ? x : x ** y);

const OPERATORS: Readonly<Record<Exclude<BinaryOperator, "+" | "-" | "*" | "/">, (x: number, y: number) => number>> = {
  "||": or,
  "&&": and,
  "<": compare((x, y) => x < y),
  "<=": compare((x, y) => x <= y),
  ">": compare((x, y) => x > y),
  ">=": compare((x, y) => x >= y),
  "==": compare((x, y) => x === y),
  "!=": compare((x, y) => x !== y),
  "^": power,
};

/** Applies an operator to columns of equal length. Arithmetic has loops of its own, free of calls. */
export function operate(operator: BinaryOperator, a: Float64Array, b: Float64Array): Float64Array {
  const n = a.length;
  const out = new Float64Array(n);
  if (operator === "+") for (let i = 0; i < n; i++) out[i] = a[i] + b[i];
  else if (operator === "-") for (let i = 0; i < n; i++) out[i] = a[i] - b[i];
  else if (operator === "*") for (let i = 0; i < n; i++) out[i] = a[i] * b[i];
  else if (operator === "/") for (let i = 0; i < n; i++) out[i] = a[i] / b[i];
  else {
    const of = OPERATORS[operator];
    for (let i = 0; i < n; i++) out[i] = of(a[i], b[i]);
  }
  return out;
}

export function negated(a: Float64Array): Float64Array {
  return a.map((value) => -value);
}

export function not(a: Float64Array): Float64Array {
  return a.map((value) => (Number.isNaN(value) ? value : value === 0 ? 1 : 0));
}
