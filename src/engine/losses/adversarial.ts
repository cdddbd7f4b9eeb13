/** @file Losses of a generator and of what judges it. Scores are [n, 1] logits, high for real. */
import { gradients } from "../graph/gradients.js";
import { add, mean, mul, neg, softplus, sqrt, sub, sum } from "../graph/ops/index.js";
import type { Tensor } from "../graph/tensor.js";

/** Losses to minimise, from the scores of real and of generated rows. */
export interface AdversarialLoss {
  /** What the judge minimises. */
  critic(real: Tensor, fake: Tensor): Tensor;
  /** What the generator minimises. */
  generator(fake: Tensor): Tensor;
}

/** Non-saturating: Goodfellow et al. (2014), arXiv:1406.2661, section 3. */
export const nonSaturating: AdversarialLoss = {
  critic: (real, fake) => add(mean(softplus(neg(real))), mean(softplus(fake))),
  generator: (fake) => mean(softplus(neg(fake))),
};

/** Least squares with labels 0 and 1: Mao et al. (2016), arXiv:1611.04076, equation 9. */
export const leastSquares: AdversarialLoss = {
  critic: (real, fake) => mul(add(squared(sub(real, 1)), squared(fake)), 0.5),
  generator: (fake) => mul(squared(sub(fake, 1)), 0.5),
};

/** Wasserstein: Arjovsky, Chintala, Bottou (2017), arXiv:1701.07875; needs `gradientPenalty` beside it. */
export const wasserstein: AdversarialLoss = {
  critic: (real, fake) => sub(mean(fake), mean(real)),
  generator: (fake) => neg(mean(fake)),
};

const squared = (x: Tensor): Tensor => mean(mul(x, x));

/**
 * Mean squared distance from 1 of the norm of the judge's gradient, between real and generated rows: Gulrajani et al.
 * (2017), arXiv:1704.00028, equation 3 without its factor (10 there).
 * @param judge The critic, as a function of rows; it must not look across rows (no batch normalisation).
 * @param share Uniform numbers [n, 1] that say where between real and generated.
 */
export function gradientPenalty(judge: (rows: Tensor) => Tensor, real: Tensor, fake: Tensor, share: Tensor): Tensor {
  const between = add(fake, mul(share, sub(real, fake)));
  const [slope] = gradients(sum(judge(between)), [between]);
  const norm = sqrt(add(sum(mul(slope, slope), 1), 1e-12));
  return squared(sub(norm, 1));
}
