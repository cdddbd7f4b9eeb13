import type { VariableSpec } from "../../data/objects.js";

/** How far reconstruction lies from truth, in the form that the variable is learned in. */
export function response(variable: VariableSpec, truth: number, reco: number): number {
  if (variable.response === "ratio") return reco / truth;
  return variable.period === undefined ? reco - truth : wrap(reco - truth, variable.period);
}

/** The reconstructed value that a response makes of a true one. */
export function applyResponse(variable: VariableSpec, truth: number, value: number): number {
  const { period, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = variable;
  if (period !== undefined) return wrap(truth + value, period);
  return Math.min(max, Math.max(min, variable.response === "ratio" ? truth * value : truth + value));
}

/** Wraps into (-period / 2, period / 2]. */
function wrap(value: number, period: number): number {
  const turned = value - period * Math.round(value / period);
  return turned <= -period / 2 ? turned + period : turned;
}
