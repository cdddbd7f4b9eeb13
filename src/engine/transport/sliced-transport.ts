/** @file The sliced Wasserstein distance as an op of the graph. */
import { ConfigError } from "../../util/errors.js";
import { applyAll, defineOp } from "../graph/op.js";
import { mul } from "../graph/ops/index.js";
import { describe, fixedDim, needRank, sameType } from "../graph/shape.js";
import type { Tensor } from "../graph/tensor.js";
import type { DirectionKind } from "./directions.js";

export interface SlicedWassersteinOptions {
  /** Number of directions (default 1000). */
  readonly slices?: number;
  /** Power p of the distance: mean of W_1, or of W_2 squared (default 2). */
  readonly power?: 1 | 2;
  /** How directions are drawn, anew at each step (default "gaussian"). */
  readonly directions?: DirectionKind;
  /** Which rows of the source take part, [m, 1], above 0.5 (default all): the truncated form. */
  readonly keptSource?: Tensor;
  /** Which rows of the target take part, [n, 1], above 0.5 (default all). */
  readonly keptTarget?: Tensor;
}

const op = defineOp({
  name: "slicedTransport",
  infer([source]) {
    return [
      { dtype: source.dtype, shape: source.shape },
      { dtype: source.dtype, shape: [] },
    ];
  },
  host: { kernel: "slicedTransport", rowOutputs: 1 },
  // The matched targets are held fixed: by the envelope theorem the gradient is exact.
  vjp: ({ outputs: [gradient] }, [, g]) => [g && mul(gradient, g)],
});

/**
 * Sliced Wasserstein distance between two samples, by the power p: the mean over random directions of the transport cost
 * between the projected samples, exact in each direction. Gradients flow to the source; the target is held fixed.
 * @param source [m, d] float32
 * @param target [n, d] float32
 * @returns Scalar, in units of the columns to the power p.
 * Source: Rabin, Peyre, Delon, Bernot (2011), "Wasserstein barycenter and its application to texture mixing"; Deshpande,
 * Zhang, Schwing (2018), arXiv:1803.11188; as the latent loss of OTUS: Howard et al. (2021), arXiv:2101.08944, equation 4.
 */
export function slicedWasserstein(source: Tensor, target: Tensor, options: SlicedWassersteinOptions = {}): Tensor {
  const { slices = 1000, power = 2, directions: kind = "gaussian", keptSource, keptTarget } = options;
  needRank("slicedWasserstein", source, 2);
  needRank("slicedWasserstein", target, 2);
  if (sameType("slicedWasserstein", [source, target]) !== "float32") {
    throw new ConfigError(`slicedWasserstein: wrong type; expected float32, got ${source.dtype}.`);
  }
  if (fixedDim("slicedWasserstein", source, 1) !== fixedDim("slicedWasserstein", target, 1)) {
    throw new ConfigError(
      `slicedWasserstein: samples have different columns; expected as many in both, got ${describe(source)} and ${describe(target)}.`,
    );
  }
  if (!Number.isInteger(slices) || slices < 1) {
    throw new ConfigError(
      `slicedWasserstein: number of slices out of range; expected a positive integer, got ${slices}.`,
    );
  }
  const kept = [keptSource, keptTarget].filter((x): x is Tensor => x !== undefined);
  return applyAll(op, [source, target, ...kept], {
    slices,
    power,
    kind,
    keptSource: keptSource !== undefined,
    keptTarget: keptTarget !== undefined,
  })[1];
}
