/** @file Losses between a prediction and what it should be; each the mean over rows and columns. */
import { ConfigError } from "../../util/errors.js";
import { abs, add, div, exp, mean, minimum, mul, sub } from "../graph/ops/index.js";
import type { Tensor } from "../graph/tensor.js";

/** Mean squared difference. */
export function mse(prediction: Tensor, target: Tensor): Tensor {
  const gap = sub(prediction, target);
  return mean(mul(gap, gap));
}

/** Mean absolute difference. */
export const mae = (prediction: Tensor, target: Tensor): Tensor => mean(abs(sub(prediction, target)));

/**
 * Half the squared difference up to `width` (default 1), beyond it a straight line: Huber (1964), "Robust estimation of a
 * location parameter". Equals PyTorch's huber_loss.
 */
export function huber(prediction: Tensor, target: Tensor, width = 1): Tensor {
  if (!(width > 0)) throw new ConfigError(`huber: width out of range; expected a number above 0, got ${width}.`);
  const size = abs(sub(prediction, target));
  const inner = minimum(size, width);
  // Inside, inner is the size itself: size^2 / 2; outside, width * (size - width / 2).
  return mean(mul(inner, sub(size, mul(inner, 0.5))));
}

/** Negative log-likelihood of normal numbers, without its constant: (gap^2 / variance + log variance) / 2. */
export function gaussianNll(prediction: Tensor, logVariance: Tensor, target: Tensor): Tensor {
  const gap = sub(prediction, target);
  return mean(mul(add(div(mul(gap, gap), exp(logVariance)), logVariance), 0.5));
}
