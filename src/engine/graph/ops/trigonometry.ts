/** @file Sine, cosine, and the angle of a point. */
import { apply, defineOp } from "../op.js";
import { broadcastShape, lift, sameType } from "../shape.js";
import type { Operand, Tensor } from "../tensor.js";
import { add, div, mul, neg } from "./arithmetic.js";
import { unbroadcast } from "./reduce.js";
import { unary } from "./unary.js";

/** Sine of an angle in radians. */
export const sin: (x: Tensor) => Tensor = unary("sin", "Sin", ({ inputs: [x] }, g) => mul(g, cos(x)));

/** Cosine of an angle in radians. */
export const cos: (x: Tensor) => Tensor = unary("cos", "Cos", ({ inputs: [x] }, g) => neg(mul(g, sin(x))));

const atan2Op = defineOp({
  name: "atan2",
  broadcastGradient: true,
  infer: (inputs) => [{ dtype: sameType("atan2", inputs), shape: broadcastShape("atan2", inputs[0], inputs[1]) }],
  /** ONNX has only the arc tangent of a ratio, and ONNX Runtime that only in single precision. */
  emit(emitter, { inputs: [{ dtype }] }, [y, x]) {
    const number = (value: number) => emitter.constant(dtype, [], [value]);
    const one = (type: string, inputs: string[]) => emitter.node(type, inputs)[0];
    const nonzero = one("Where", [one("Equal", [x, number(0)]), number(1e-37), x]);
    const ratio = one("Div", [y, nonzero]);
    const narrow = dtype === "float64" ? emitter.node("Cast", [ratio], { to: 1 })[0] : ratio;
    const atan = one("Atan", [narrow]);
    const angle = dtype === "float64" ? emitter.node("Cast", [atan], { to: 11 })[0] : atan;
    const side = one("Where", [one("Less", [y, number(0)]), number(-Math.PI), number(Math.PI)]);
    return [one("Add", [angle, one("Where", [one("Less", [x, number(0)]), side, number(0)])])];
  },
  vjp({ inputs: [y, x], outputs: [out] }, [g]) {
    if (g === undefined) return [];
    const scaled = div(g, add(mul(x, x), mul(y, y)));
    return [unbroadcast(mul(scaled, x), out, y), unbroadcast(neg(mul(scaled, y)), out, x)];
  },
});

/** Angle of the point (x, y) from the x axis, in (-pi, pi]; single precision. */
export const atan2 = (y: Operand, x: Operand): Tensor => apply(atan2Op, lift("atan2", [y, x]));
