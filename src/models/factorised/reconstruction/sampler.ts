import type { ObjectSpec } from "../../../data/objects.js";
import type { Tensor } from "../../../engine/index.js";

/** Accepted training objects, as a sampler learns from them. */
export interface ResponseData {
  readonly spec: ObjectSpec;
  /** Truth variables, then conditions. */
  readonly features: readonly Float32Array[];
  /** Response of each object in units of its width, one column a variable. */
  readonly responses: readonly Float32Array[];
  /** Weight of each object; absent where all are equal. */
  readonly weight?: Float32Array;
}

/**
 * Draws responses (reco against truth, in units of their width, all variables together) given the features: what the
 * kinds of reconstruction have in common.
 */
export interface ResponseSampler {
  readonly kind: string;
  /** Uniform numbers that one draw takes. */
  readonly noises: number;
  /**
   * Draws one response a row.
   * @param noise Uniform numbers [rows, noises], as `RowNoise` gives them: the only randomness.
   * @returns One column a variable. A row depends on its own features and noise alone, to the bit.
   */
  sample(
    features: readonly Float32Array[],
    noise: Float32Array,
    rows: number,
  ): readonly Float32Array[] | Promise<readonly Float32Array[]>;
  encode(): Uint8Array;
  /**
   * The same as an ONNX graph.
   * @param features [n, features] @param noise [n, noises] @returns [n, variables]
   * @throws ConfigError where ONNX has no ops for it.
   */
  graph(features: Tensor, noise: Tensor): Tensor;
}
