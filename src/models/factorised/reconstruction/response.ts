import type { VariableSpec } from "../../../data/objects.js";

/** How far reconstruction lies from truth, in the form that the variable is learned in; a value without a truth is its own. */
export function response(variable: VariableSpec, truth: number, reco: number): number {
  if (variable.response === "value") return reco;
  if (variable.response === "ratio") return reco / truth;
  return variable.period === undefined ? reco - truth : wrap(reco - truth, variable.period);
}

/** The reconstructed value that a response makes of a true one. */
export function applyResponse(variable: VariableSpec, truth: number, value: number): number {
  if (variable.response === "value") return value;
  if (variable.period !== undefined) return wrap(truth + value, variable.period);
  return variable.response === "ratio" ? truth * value : truth + value;
}

/** Whether a reconstructed value lies within the variable's limits. */
export function isWithin(
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: VariableSpec,
  x: number,
): boolean {
  return x >= min && x <= max;
}

/** The nearest value within the limits. */
export function clip(
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: VariableSpec,
  x: number,
): number {
  return Math.min(max, Math.max(min, x));
}

/** Wraps into (-period / 2, period / 2]. */
function wrap(value: number, period: number): number {
  const turned = value - period * Math.round(value / period);
  return turned <= -period / 2 ? turned + period : turned;
}
