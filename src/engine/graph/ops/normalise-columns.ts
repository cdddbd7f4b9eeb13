/** @file Normalising columns over the batch: the heart of batch normalisation. */
import { apply, defineOp } from "../op.js";
import { needFloat, needRank } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { add, div, maximum, mul, sub } from "./arithmetic.js";
import { sqrt } from "./exponential.js";
import { count, mean } from "./reduce.js";

/** Inputs: the result, x, gamma, beta, shift; epsilon as attribute. The result is made of plain ops beside this one. */
const normaliseOp = defineOp({
  name: "normaliseColumns",
  infer: ([values]) => [values],
  emit: (_, __, inputs) => [inputs[0]],
  // By hand, as it takes half as many passes over memory as the gradients of the plain ops.
  vjp({ inputs: [, x, gamma, , shift], attributes }, [g]) {
    if (g === undefined) return [];
    const { moved, about, scale } = moments(x, shift, attributes.epsilon as number);
    // Sums of g and of g times the moved x give those of g times the centred x: one pass less.
    const level = mean(g, 0, true);
    const along = sub(mean(mul(g, moved), 0, true), mul(about, level));
    const steep = mul(gamma, scale);
    const bend = mul(mul(steep, mul(scale, scale)), along);
    const rows = count(x, [0]);
    return [
      undefined,
      sub(sub(mul(g, steep), mul(moved, bend)), sub(mul(steep, level), mul(bend, about))),
      mul(mul(along, scale), rows),
      mul(level, rows),
      undefined,
    ];
  },
});

/** Mean and variance of the columns from one look at the rows: about the shift, so that little cancels. */
function moments(x: Tensor, shift: Tensor, epsilon: number) {
  const moved = sub(x, shift);
  const about = mean(moved, 0, true);
  const variance = maximum(sub(mean(mul(moved, moved), 0, true), mul(about, about)), 0);
  return { moved, about, variance, scale: div(1, sqrt(add(variance, epsilon))) };
}

/**
 * Subtracts each column's mean over the rows, divides by sqrt(variance + epsilon), scales by gamma and adds beta.
 * @param x [n, c]
 * @param gamma [1, c]
 * @param beta [1, c]
 * @param shift [1, c] A guess of the means, running ones as a rule: the nearer, the less is lost to rounding.
 * @returns The result [n, c]; the means and the variances [1, c] (divided by n) for running statistics, to be used
 * without gradients.
 * Source: Ioffe, Szegedy (2015), arXiv:1502.03167, algorithm 1.
 */
export function normaliseColumns(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  shift: Tensor,
  epsilon: number,
): { readonly values: Tensor; readonly mean: Tensor; readonly variance: Tensor } {
  needFloat("normaliseColumns", x);
  needRank("normaliseColumns", x, 2);
  const { moved, about, variance, scale } = moments(x, shift, epsilon);
  const steep = mul(gamma, scale);
  const plain = add(mul(moved, steep), sub(beta, mul(about, steep)));
  return {
    values: apply(normaliseOp, [plain, x, gamma, beta, shift], { epsilon }),
    mean: add(about, shift),
    variance,
  };
}
