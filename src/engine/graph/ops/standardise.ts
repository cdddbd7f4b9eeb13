/** @file Standardising columns over the batch: the heart of batch normalisation. */
import { applyAll, defineOp } from "../op.js";
import { needFloat, needRank } from "../shape.js";
import { scalar, type Tensor } from "../tensor.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { sqrt } from "./exponential.js";
import { expand } from "./layout.js";
import { count, mean } from "./reduce.js";

const standardiseOp = defineOp({
  name: "standardise",
  infer: ([x]) => [
    { dtype: x.dtype, shape: x.shape },
    { dtype: x.dtype, shape: [1, x.shape[1]] },
    { dtype: x.dtype, shape: [1, x.shape[1]] },
  ],
  emit(emitter, { inputs: [x], attributes }, inputs) {
    const { dtype } = x;
    const one = (type: string, from: string[]) => emitter.node(type, from)[0];
    const rows = emitter.node("Shape", inputs, { start: 0, end: 1 });
    const n = emitter.node("Cast", rows, { to: dtype === "float64" ? 11 : 1 })[0];
    const wide = emitter.node("Concat", [emitter.constant("int64", [1], [1]), rows[0]], { axis: 0 })[0];
    const weights = one("Div", [one("Expand", [emitter.constant(dtype, [1, 1], [1]), wide]), n]);
    const centre = one("MatMul", [weights, inputs[0]]);
    const centred = one("Sub", [inputs[0], centre]);
    const variance = one("MatMul", [weights, one("Mul", [centred, centred])]);
    const epsilon = emitter.constant(dtype, [], [attributes.epsilon as number]);
    const scale = one("Reciprocal", [one("Sqrt", [one("Add", [variance, epsilon])])]);
    return [one("Mul", [centred, scale]), centre, variance];
  },
  vjp({ inputs: [x], outputs: [y, centre, variance], attributes }, [g, gCentre, gVariance]) {
    const scale = div(1, sqrt(add(variance, attributes.epsilon as number)));
    const terms: Tensor[] = [];
    if (g !== undefined) {
      const along = mean(mul(g, y), 0, true);
      terms.push(mul(sub(sub(g, mean(g, 0, true)), mul(y, along)), scale));
    }
    const perRow = div(scalar(x, 1), count(x, [0]));
    if (gCentre !== undefined) terms.push(expand(mul(gCentre, perRow), x));
    if (gVariance !== undefined) terms.push(mul(sub(x, centre), mul(mul(gVariance, perRow), 2)));
    return [terms.length === 0 ? undefined : terms.reduce(add)];
  },
});

/**
 * Subtracts each column's mean over the rows and divides by sqrt(variance + epsilon).
 * @param x [n, c]
 * @returns The result [n, c], the means [1, c] and the variances [1, c] (of the sample: divided by n).
 * Source: Ioffe, Szegedy (2015), arXiv:1502.03167, algorithm 1.
 */
export function standardise(
  x: Tensor,
  epsilon: number,
): { readonly values: Tensor; readonly mean: Tensor; readonly variance: Tensor } {
  needFloat("standardise", x);
  needRank("standardise", x, 2);
  const [values, centre, variance] = applyAll(standardiseOp, [x], { epsilon });
  return { values, mean: centre, variance };
}
