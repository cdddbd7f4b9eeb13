import type { VariableSpec } from "../../data/objects.js";

/** How far reconstruction lies from truth, in the form that the variable is learned in. */
export function response(variable: VariableSpec, truth: number, reco: number): number {
  if (variable.response === "ratio") return reco / truth;
  return variable.period === undefined ? reco - truth : wrap(reco - truth, variable.period);
}

/** The reconstructed value that a response makes of a true one. */
export function applyResponse(variable: VariableSpec, truth: number, value: number): number {
  if (variable.response === "ratio") return truth * value;
  return variable.period === undefined ? truth + value : wrap(truth + value, variable.period);
}

/** Wraps into (-period / 2, period / 2]. */
function wrap(value: number, period: number): number {
  const turned = value - period * Math.round(value / period);
  return turned <= -period / 2 ? turned + period : turned;
}
