import type { Field } from "../../data/schema.js";
import { TWO_PI } from "../constants.js";
import { signatureOf } from "./functions.js";
import type { Expression, Node } from "./syntax.js";

const UNITS: ReadonlyMap<string, string> = new Map([
  ...["p", "pt", "px", "py", "pz", "mass", "energy"].map((name): [string, string] => [name, "GeV"]),
  ...["theta", "phi"].map((name): [string, string] => [name, "rad"]),
  ...["eta"].map((name): [string, string] => [name, ""]),
]);

const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!=", "&&", "||"];

/**
 * Unit and period of the result, as far as the outermost function tells: "GeV" for mass(...), 2 pi for phi(...). The
 * unit is "" for pure numbers and absent where unknown.
 */
export function resultField({ root }: Expression): Pick<Field, "unit" | "period"> {
  return describe(root);
}

function describe(node: Node): Pick<Field, "unit" | "period"> {
  if (node.kind === "unary") return node.operator === "-" ? describe(node.operand) : { unit: "" };
  if (node.kind === "number") return { unit: "" };
  if (node.kind === "member") return describeVariable(node.variable);
  if (node.kind === "name") return node.name === "pi" ? { unit: "" } : {};
  if (node.kind === "binary") {
    if (COMPARISONS.includes(node.operator)) return { unit: "" };
    const { unit } = describe(node.left);
    const same = (node.operator === "+" || node.operator === "-") && unit === describe(node.right).unit;
    return same && unit !== undefined ? { unit } : {};
  }
  return describeCall(node.name, node.arguments);
}

function describeVariable(variable: string): Pick<Field, "unit" | "period"> {
  const unit = UNITS.get(variable);
  return { ...(unit !== undefined && { unit }), ...(variable === "phi" && { period: TWO_PI }) };
}

function describeCall(name: string, args: readonly Node[]): Pick<Field, "unit" | "period"> {
  if (name === "count") return { unit: "" };
  if (name === "sumPt") return { unit: "GeV" };
  if (["sum", "max", "min", "abs"].includes(name)) {
    const { unit } = describe(args[0]);
    return unit === undefined ? {} : { unit };
  }
  if (name === "if") return describe(args[1]);
  const { unit, period } = signatureOf(name, args.length) ?? {};
  return { ...(unit !== undefined && { unit }), ...(period !== undefined && { period }) };
}
