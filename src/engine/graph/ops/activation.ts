/** @file Activations of networks. */
import type { Emitter } from "../emitter.js";
import { apply, defineOp, type Op } from "../op.js";
import { needFloat } from "../shape.js";
import type { Attributes, Node, Tensor } from "../tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { step } from "./compare.js";
import { exp } from "./exponential.js";

interface Activation {
  emit(emitter: Emitter, node: Node, inputs: readonly string[]): readonly string[];
  gradient(node: Node, g: Tensor): Tensor;
}

function activation(name: string, { emit, gradient }: Activation): (x: Tensor, attributes?: Attributes) => Tensor {
  const op: Op = defineOp({
    name,
    broadcastGradient: true,
    infer: ([x]) => [x],
    emit,
    vjp: (node, [g]) => [g && gradient(node, g)],
  });
  return (x, attributes = {}) => {
    needFloat(name, x);
    return apply(op, [x], attributes);
  };
}

const native =
  (type: string): Activation["emit"] =>
  (emitter, _, inputs) =>
    emitter.node(type, inputs);

/** max(x, 0). Gradients are taken from the output, so that ONNX Runtime can fuse it into the product before it. */
export const relu: (x: Tensor) => Tensor = activation("relu", {
  emit: native("Relu"),
  gradient: ({ outputs: [y] }, g) => mul(g, step(y)),
});

export const tanh: (x: Tensor) => Tensor = activation("tanh", {
  emit: native("Tanh"),
  gradient: ({ outputs: [y] }, g) => mul(g, sub(1, mul(y, y))),
});

/** 1 / (1 + exp(-x)). */
export const sigmoid: (x: Tensor) => Tensor = activation("sigmoid", {
  emit: native("Sigmoid"),
  gradient: ({ outputs: [y] }, g) => mul(g, mul(y, sub(1, y))),
});

/** log(1 + exp(x)), written so that neither end overflows. */
export const softplus: (x: Tensor) => Tensor = activation("softplus", {
  // ONNX Runtime's own Softplus takes ten times as long as these five nodes.
  emit(emitter, { inputs: [x] }, inputs) {
    const small = emitter.node("Exp", emitter.node("Neg", emitter.node("Abs", inputs)));
    const log = emitter.node("Log", emitter.node("Add", [small[0], emitter.constant(x.dtype, [], [1])]));
    return emitter.node("Add", [emitter.node("Relu", inputs)[0], log[0]]);
  },
  gradient: ({ inputs: [x] }, g) => mul(g, sigmoid(x)),
});

const leaky = activation("leakyRelu", {
  emit(emitter, { inputs: [x], attributes }, inputs) {
    const slope = attributes.slope as number;
    if (x.dtype === "float32") return emitter.node("LeakyRelu", inputs, { alpha: { float: slope } });
    const below = emitter.node("Relu", emitter.node("Neg", inputs));
    const scaled = emitter.node("Mul", [below[0], emitter.constant(x.dtype, [], [slope])]);
    return emitter.node("Sub", [emitter.node("Relu", inputs)[0], scaled[0]]);
  },
  gradient({ inputs: [x], attributes }, g) {
    const slope = attributes.slope as number;
    return mul(g, add(mul(step(x), 1 - slope), slope));
  },
});

/** x above zero, slope * x below (default slope 0.01). */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => leaky(x, { slope });

/** x above zero, exp(x) - 1 below (Clevert, Unterthiner, Hochreiter 2015, arXiv:1511.07289). */
export const elu: (x: Tensor) => Tensor = activation("elu", {
  emit(emitter, { inputs: [x] }, inputs) {
    if (x.dtype === "float32") return emitter.node("Elu", inputs);
    const zero = emitter.constant(x.dtype, [], [0]);
    const below = emitter.node("Exp", emitter.node("Min", [inputs[0], zero]));
    const shifted = emitter.node("Sub", [below[0], emitter.constant(x.dtype, [], [1])]);
    return emitter.node("Add", [emitter.node("Relu", inputs)[0], shifted[0]]);
  },
  // Below zero the slope is exp(x) = y + 1; written with exp so that it can be differentiated again.
  gradient({ inputs: [x] }, g) {
    const above = step(x);
    return mul(g, add(above, mul(sub(1, above), exp(sub(x, relu(x))))));
  },
});

/** x * sigmoid(x), also called swish. */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** Error function; single precision only. */
export const erf: (x: Tensor) => Tensor = activation("erf", {
  emit: native("Erf"),
  gradient: ({ inputs: [x] }, g) => mul(g, mul(exp(mul(mul(x, x), -1)), TWO_OVER_ROOT_PI)),
});

/** x times the normal distribution's integral up to x (Hendrycks, Gimpel 2016, arXiv:1606.08415); single precision only. */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
