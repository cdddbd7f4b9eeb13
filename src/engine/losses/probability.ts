/** @file Losses between distributions that networks parametrise. */
import { add, div, exp, mean, mul, softplus, sub, sum } from "../graph/ops/index.js";
import type { Operand, Tensor } from "../graph/tensor.js";

/**
 * Cross entropy of yes and no, from logits: mean of log(1 + exp(x)) - y x, which neither end overflows.
 * @param labels 0 or 1, or probabilities.
 * @param weights One for each number (default 1); the sum of the weighted terms is divided by that of the weights.
 */
export function bernoulli(logits: Tensor, labels: Operand, weights?: Tensor): Tensor {
  const terms = sub(softplus(logits), mul(logits, labels));
  if (weights === undefined) return mean(terms);
  return div(sum(mul(terms, weights)), sum(weights));
}

/**
 * Kullback-Leibler divergence from N(mean, variance) to N(0, 1), summed over columns, averaged over rows: Kingma, Welling
 * (2013), arXiv:1312.6114, appendix B.
 */
export function klToStandardNormal(means: Tensor, logVariance: Tensor): Tensor {
  const terms = sub(add(mul(means, means), exp(logVariance)), add(logVariance, 1));
  return mul(mean(sum(terms, 1)), 0.5);
}
