import { DataError } from "../util/errors.js";
import { magicOf } from "./bytes.js";
import { decodeKdTree, KD_TREE_MAGIC } from "./kd-tree.js";
import { decodeRandomTrees, RANDOM_TREES_MAGIC } from "./random-trees.js";

/**
 * Finds, for a query point, a training row whose residuals are borrowed: a draw from the conditional distribution of
 * whatever belongs to the training rows, given the features, without any model of its shape.
 */
export interface DonorSampler {
  readonly kind: "random-trees" | "kd-tree";
  /** Number of feature columns of a query. */
  readonly featureCount: number;
  /** Number of training rows; drawn donors are below it. */
  readonly rows: number;
  /**
   * Draws one donor for each query row i in [start, stop).
   * @param features One column a feature, scaled as in training; finite.
   * @param words Two random 32-bit words a row, at 2 i and 2 i + 1: the only randomness used.
   * @param out Receives the donor's row index at i.
   * @param start First row (default 0).
   * @param stop One past the last row (default: the length of `out`).
   */
  sample(features: readonly Float32Array[], words: Uint32Array, out: Uint32Array, start?: number, stop?: number): void;
  /** Returns the sampler in binary form, for `decodeDonorSampler`. */
  encode(): Uint8Array;
}

/**
 * Reads a sampler of either kind.
 * @throws DataError where the bytes are truncated or not a sampler.
 */
export function decodeDonorSampler(bytes: Uint8Array): DonorSampler {
  const magic = magicOf(bytes);
  if (magic === RANDOM_TREES_MAGIC) return decodeRandomTrees(bytes);
  if (magic === KD_TREE_MAGIC) return decodeKdTree(bytes);
  throw new DataError(
    `donor sampler: unknown format; expected the letters "${RANDOM_TREES_MAGIC}" or "${KD_TREE_MAGIC}", got "${magic}".`,
  );
}
