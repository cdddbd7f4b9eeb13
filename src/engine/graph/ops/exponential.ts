/** @file Exponential, logarithm, root, power. */
import { apply, defineOp } from "../op.js";
import { needFloat } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { div, mul } from "./arithmetic.js";
import { unary } from "./unary.js";

export const exp = unary("exp", "Exp", ({ outputs: [y] }, g) => mul(g, y));
export const log = unary("log", "Log", ({ inputs: [x] }, g) => div(g, x));
/** Square root; the gradient at zero is infinite. */
export const sqrt = unary("sqrt", "Sqrt", ({ outputs: [y] }, g) => mul(div(g, y), 0.5));

const powOp = defineOp({
  name: "pow",
  broadcastGradient: true,
  infer: ([x]) => [x],
  emit: (emitter, { inputs: [x], attributes }, inputs) =>
    emitter.node("Pow", [inputs[0], emitter.constant(x.dtype, [], [attributes.power as number])]),
  vjp({ inputs: [x], attributes }, [g]) {
    const power = attributes.power as number;
    return [g && mul(g, mul(pow(x, power - 1), power))];
  },
});

/** Raises to a fixed power. */
export function pow(x: Tensor, power: number): Tensor {
  needFloat("pow", x);
  if (power === 1) return x;
  if (power === 2) return mul(x, x);
  if (power === 0.5) return sqrt(x);
  if (power === -1) return div(1, x);
  return apply(powOp, [x], { power });
}
