/** @file Arithmetic with broadcasting. Multiplying by one and adding nothing leave no node behind. */
import { apply, defineOp, type Op } from "../op.js";
import { broadcastShape, lift, needFloat, sameShape, sameType } from "../shape.js";
import { type Node, type Operand, scalar, scalarValue, type Tensor } from "../tensor.js";
import { cast, greater, step } from "./compare.js";
import { isZero } from "./layout.js";
import { unbroadcast } from "./reduce.js";

/** An elementwise op of two operands; `parts` gives both gradients at the shape of the output. */
function binary(name: string, type: string, parts: (node: Node, g: Tensor) => readonly [Tensor, Tensor]): Op {
  return defineOp({
    name,
    broadcastGradient: true,
    infer: (inputs) => [{ dtype: sameType(name, inputs), shape: broadcastShape(name, inputs[0], inputs[1]) }],
    emit: (emitter, _, inputs) => emitter.node(type, inputs),
    vjp(node, [g]) {
      if (g === undefined) return [];
      const [left, right] = parts(node, g);
      const out = node.outputs[0];
      return [unbroadcast(left, out, node.inputs[0]), unbroadcast(right, out, node.inputs[1])];
    },
  });
}

const addOp = binary("add", "Add", (_, g) => [g, g]);
const subOp = binary("sub", "Sub", (_, g) => [g, neg(g)]);
const mulOp = binary("mul", "Mul", ({ inputs: [a, b] }, g) => [mul(g, b), mul(g, a)]);
const divOp = binary("div", "Div", ({ inputs: [, b], outputs: [y] }, g) => {
  const left = div(g, b);
  return [left, neg(mul(left, y))];
});
// Where both are equal, the gradient goes to the second.
const minimumOp = binary("minimum", "Min", ({ inputs: [a, b] }, g) => sideOf(b, a, g));
const maximumOp = binary("maximum", "Max", ({ inputs: [a, b] }, g) => sideOf(a, b, g));

function sideOf(larger: Tensor, smaller: Tensor, g: Tensor): readonly [Tensor, Tensor] {
  const first = mul(g, cast(greater(larger, smaller), g.dtype));
  return [first, sub(g, first)];
}

const fits = (x: Tensor, other: Tensor): boolean =>
  x.dtype === other.dtype && sameShape(broadcastShape("broadcast", x, other), other.shape);

/** Adds, with broadcasting. */
export function add(left: Operand, right: Operand): Tensor {
  const [a, b] = lift("add", [left, right]);
  if (isZero(a) && fits(a, b)) return b;
  if (isZero(b) && fits(b, a)) return a;
  return apply(addOp, [a, b]);
}

/** Subtracts, with broadcasting. */
export function sub(left: Operand, right: Operand): Tensor {
  const [a, b] = lift("sub", [left, right]);
  return isZero(b) && fits(b, a) ? a : apply(subOp, [a, b]);
}

/** Multiplies elementwise, with broadcasting. */
export function mul(left: Operand, right: Operand): Tensor {
  const [a, b] = lift("mul", [left, right]);
  const [one, other] = [scalarValue(a), scalarValue(b)];
  if (one !== undefined && other !== undefined && a.rank + b.rank === 0) return scalar(a, one * other);
  if (one === 1 && fits(a, b)) return b;
  if (other === 1 && fits(b, a)) return a;
  return apply(mulOp, [a, b]);
}

/** Divides elementwise, with broadcasting. */
export function div(left: Operand, right: Operand): Tensor {
  const [a, b] = lift("div", [left, right]);
  const by = scalarValue(b);
  if (by !== undefined && b.rank === 0 && Number.isFinite(1 / by)) {
    // Within one rounding of a division, and faster.
    return mul(a, scalar(b, 1 / by));
  }
  return apply(divOp, [a, b]);
}

/** Takes the smaller of both. */
export const minimum = (a: Operand, b: Operand): Tensor => apply(minimumOp, lift("minimum", [a, b]));

/** Takes the larger of both. */
export const maximum = (a: Operand, b: Operand): Tensor => apply(maximumOp, lift("maximum", [a, b]));

const negOp = defineOp({
  name: "neg",
  broadcastGradient: true,
  infer: ([x]) => [x],
  emit: (emitter, _, inputs) => emitter.node("Neg", inputs),
  vjp: (_, [g]) => [g && neg(g)],
});

export function neg(x: Tensor): Tensor {
  needFloat("neg", x);
  const value = scalarValue(x);
  if (value !== undefined && x.rank === 0) return scalar(x, -value);
  return x.node?.op === negOp ? x.node.inputs[0] : apply(negOp, [x]);
}

/** Multiplies a tensor by itself. */
export const square = (x: Tensor): Tensor => mul(x, x);

const absOp = defineOp({
  name: "abs",
  broadcastGradient: true,
  infer: ([x]) => [x],
  emit: (emitter, _, inputs) => emitter.node("Abs", inputs),
  vjp: ({ inputs: [x] }, [g]) => [g && mul(g, sign(x))],
});

export function abs(x: Tensor): Tensor {
  needFloat("abs", x);
  return apply(absOp, [x]);
}

/** -1, 0 or 1. Its gradient is zero. */
export function sign(x: Tensor): Tensor {
  return sub(step(x), step(neg(x)));
}

const floorOp = defineOp({
  name: "floor",
  infer: ([x]) => [x],
  emit: (emitter, _, inputs) => emitter.node("Floor", inputs),
});

/** The largest whole number that is not above. Its gradient is zero. */
export function floor(x: Tensor): Tensor {
  needFloat("floor", x);
  return apply(floorOp, [x]);
}

const clipOp = defineOp({
  name: "clip",
  broadcastGradient: true,
  infer: ([x]) => [x],
  emit: (emitter, { inputs: [x], attributes }, inputs) =>
    emitter.node("Clip", [
      inputs[0],
      emitter.constant(x.dtype, [], [attributes.low as number]),
      emitter.constant(x.dtype, [], [attributes.high as number]),
    ]),
  // Inside where the clipped value is the value itself.
  vjp({ inputs: [x], attributes }, [g]) {
    if (g === undefined) return [];
    const inside = mul(step(sub(x, attributes.low as number)), step(sub(attributes.high as number, x)));
    return [mul(g, inside)];
  },
});

/** Limits values to [low, high]; beyond them the gradient is zero. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  needFloat("clip", x);
  return apply(clipOp, [x], { low, high });
}
