/** @file Comparisons, choice and casts. None but `where` and casts between real types has a gradient. */
import { ConfigError } from "../../../util/errors.js";
import { apply, defineOp, type Op } from "../op.js";
import { broadcastShape, describe, lift, needFloat, sameType } from "../shape.js";
import { type DType, isFloat, type Operand, Tensor } from "../tensor.js";
import { zerosLike } from "./layout.js";
import { unbroadcast } from "./reduce.js";

function comparison(name: string, type: string): Op {
  return defineOp({
    name,
    infer(inputs) {
      sameType(name, inputs);
      return [{ dtype: "bool", shape: broadcastShape(name, inputs[0], inputs[1]) }];
    },
    emit: (emitter, _, inputs) => emitter.node(type, inputs),
  });
}

const greaterOp = comparison("greater", "Greater");
const lessOp = comparison("less", "Less");
const equalOp = comparison("equal", "Equal");

export const greater = (a: Operand, b: Operand): Tensor => apply(greaterOp, lift("greater", [a, b]));
export const less = (a: Operand, b: Operand): Tensor => apply(lessOp, lift("less", [a, b]));
export const equal = (a: Operand, b: Operand): Tensor => apply(equalOp, lift("equal", [a, b]));

function logical(name: string, type: string): Op {
  return defineOp({
    name,
    infer(inputs) {
      for (const x of inputs) {
        if (x.dtype !== "bool") {
          throw new ConfigError(`${name}: needs conditions; expected bool, got ${x.dtype} (${describe(x)}).`);
        }
      }
      const shape = inputs.length === 1 ? inputs[0].shape : broadcastShape(name, inputs[0], inputs[1]);
      return [{ dtype: "bool", shape }];
    },
    emit: (emitter, _, inputs) => emitter.node(type, inputs),
  });
}

const andOp = logical("and", "And");
const notOp = logical("not", "Not");

export const and = (a: Tensor, b: Tensor): Tensor => apply(andOp, [a, b]);
export const not = (a: Tensor): Tensor => apply(notOp, [a]);

const ONNX_TYPES: Record<DType, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

const castOp = defineOp({
  name: "cast",
  broadcastGradient: true,
  infer: ([x], { to }) => [{ dtype: to as DType, shape: x.shape }],
  emit: (emitter, { attributes }, inputs) => emitter.node("Cast", inputs, { to: ONNX_TYPES[attributes.to as DType] }),
  vjp: ({ inputs: [x], outputs: [y] }, [g]) => [
    g !== undefined && isFloat(x.dtype) && isFloat(y.dtype) ? cast(g, x.dtype) : undefined,
  ],
});

/** Converts to another type; true becomes 1. */
export function cast(x: Tensor, to: DType): Tensor {
  return x.dtype === to ? x : apply(castOp, [x], { to });
}

const whereOp = defineOp({
  name: "where",
  infer(inputs) {
    const [condition, a, b] = inputs;
    if (condition.dtype !== "bool") {
      throw new ConfigError(
        `where: needs a condition; expected bool, got ${condition.dtype} (${describe(condition)}).`,
      );
    }
    const both = new Tensor(sameType("where", [a, b]), broadcastShape("where", a, b), a.source);
    return [{ dtype: a.dtype, shape: broadcastShape("where", condition, both) }];
  },
  emit: (emitter, _, inputs) => emitter.node("Where", inputs),
  vjp({ inputs: [condition, a, b], outputs: [y] }, [g]) {
    if (g === undefined) return [];
    const zero = zerosLike(y);
    return [undefined, unbroadcast(where(condition, g, zero), y, a), unbroadcast(where(condition, zero, g), y, b)];
  },
});

/** Takes a where the condition holds, else b. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return apply(whereOp, [condition, ...lift("where", [a, b])]);
}

/** 1 where x > 0, else 0. */
const stepOp = defineOp({
  name: "step",
  infer: ([x]) => [x],
  emit(emitter, { inputs: [x] }, inputs) {
    // One pass over memory where comparing and casting take two; steep enough for every number that is not denormal.
    if (x.dtype === "float32") {
      return emitter.node("HardSigmoid", inputs, { alpha: { float: 3e38 }, beta: { float: 0 } });
    }
    const positive = emitter.node("Greater", [inputs[0], emitter.constant(x.dtype, [], [0])]);
    return emitter.node("Cast", positive, { to: ONNX_TYPES[x.dtype] });
  },
});

/** 1 where x > 0, else 0; its gradient is zero. */
export function step(x: Tensor): Tensor {
  needFloat("step", x);
  return apply(stepOp, [x]);
}
