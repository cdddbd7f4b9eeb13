/** @file Which objects of an event are accepted, all together: one flag after the other, each given those before. */
import { linear, mlp, normal, ops, type Scope, type Tensor, zeros } from "../../engine/index.js";

const { concat, mul, relu, sigmoid, slice, softplus, step, sub, sum } = ops;

/** Logit of flag j, [n, 1]. */
function logit(scope: Scope, j: number, x: Tensor, before: readonly Tensor[], hidden: readonly number[]): Tensor {
  const own = scope.in(j);
  const last = relu(mlp(own, concat([x, ...before]), hidden, { activation: relu }));
  return linear(own.in("logit"), last, 1, { weight: normal(0.01), bias: zeros });
}

/**
 * Cross entropy of the flags of each row, [n].
 * @param x [n, c]
 * @param flags 1 or 0, [n, places]
 * @param present Which objects there are: the flags of the others are left out, [n, places].
 */
export function flagsLoss(scope: Scope, x: Tensor, flags: Tensor, present: Tensor, hidden: readonly number[]): Tensor {
  const places = flags.shape[1] as number;
  const logits = concat(
    Array.from({ length: places }, (_, j) => logit(scope, j, x, j === 0 ? [] : [slice(flags, 0, j)], hidden)),
  );
  return sum(mul(sub(softplus(logits), mul(logits, flags)), present), 1);
}

/**
 * Draws flags.
 * @param noise Uniform numbers [n, places]; zeros accept whatever has a chance.
 * @returns The flags, and of each its probability given the conditions and the flags before, [n, places].
 */
export function drawFlags(
  scope: Scope,
  x: Tensor,
  noise: Tensor,
  present: Tensor,
  hidden: readonly number[],
): { readonly flags: Tensor; readonly probability: Tensor } {
  const places = noise.shape[1] as number;
  const flags: Tensor[] = [];
  const probabilities: Tensor[] = [];
  for (let j = 0; j < places; j++) {
    const there = slice(present, j, j + 1);
    const probability = mul(sigmoid(logit(scope, j, x, flags, hidden)), there);
    probabilities.push(probability);
    flags.push(step(sub(probability, slice(noise, j, j + 1))));
  }
  return { flags: concat(flags), probability: concat(probabilities) };
}
