/** @file Anchors: terms that hold a map near a guess while it is still free to turn the other way. */
import { add, div, mean, mul, sqrt, sub, sum } from "../graph/ops/index.js";
import type { Tensor } from "../graph/tensor.js";

/**
 * Mean over rows of 1 - cos of the angle between two vectors, 3-momenta as a rule, in [0, 2]: the anchor loss of OTUS,
 * Howard et al. (2021), arXiv:2101.08944.
 * @param a [n, d]
 * @param b [n, d]
 */
export function cosineAnchor(a: Tensor, b: Tensor): Tensor {
  const along = sum(mul(a, b), 1);
  // A vector of no length has no direction; the tiny number keeps its gradient finite.
  const lengths = sqrt(add(mul(sum(mul(a, a), 1), sum(mul(b, b), 1)), 1e-16));
  return mean(sub(1, div(along, lengths)));
}
