/** @file Losses, as functions that build scalars. The sliced Wasserstein distance is in `transport/`. */
export { type AdversarialLoss, gradientPenalty, leastSquares, nonSaturating, wasserstein } from "./adversarial.js";
export { cosineAnchor } from "./anchor.js";
export { bernoulli, klToStandardNormal } from "./probability.js";
export { gaussianNll, huber, mae, mse } from "./regression.js";
