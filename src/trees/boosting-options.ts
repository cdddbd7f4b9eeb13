import { checkInteger, checkNumber } from "./checks.js";

/** How `fitBoosting` grows its forest; every field has a default. */
export interface BoostingOptions {
  /** Most trees (default 100). */
  readonly trees?: number;
  /** Most tests between root and leaf, 1 to 16 (default 8). */
  readonly maxDepth?: number;
  /** Factor on each tree's contribution (default 0.2). */
  readonly learningRate?: number;
  /** Most bins a feature, 2 to 65536 (default 1024): sharp edges want fine bins. */
  readonly maxBins?: number;
  /** Least sum of second derivatives in a leaf (default 1); for squared loss, the least weight. */
  readonly minChildWeight?: number;
  /** Strength of the quadratic penalty on leaf values (default 1). */
  readonly l2?: number;
  /** Fraction of the rows held out to choose the number of trees; 0 (default) keeps them all and trains on all rows. */
  readonly heldOut?: number;
  /** With held-out rows, stop after so many trees without a lower loss (default 10). */
  readonly patience?: number;
}

export type ResolvedBoostingOptions = Required<BoostingOptions>;

/**
 * Fills in the defaults.
 * @throws ConfigError where an option is out of range.
 */
export function resolveBoostingOptions(options: BoostingOptions): ResolvedBoostingOptions {
  const resolved = {
    trees: options.trees ?? 100,
    maxDepth: options.maxDepth ?? 8,
    learningRate: options.learningRate ?? 0.2,
    maxBins: options.maxBins ?? 1024,
    minChildWeight: options.minChildWeight ?? 1,
    l2: options.l2 ?? 1,
    heldOut: options.heldOut ?? 0,
    patience: options.patience ?? 10,
  };
  checkInteger(resolved.trees, 1, 100_000, "boosting.trees");
  checkInteger(resolved.maxDepth, 1, 16, "boosting.maxDepth");
  checkNumber(resolved.learningRate, 1e-6, 1, "boosting.learningRate");
  checkInteger(resolved.maxBins, 2, 65_536, "boosting.maxBins");
  checkNumber(resolved.minChildWeight, 0, Number.MAX_VALUE, "boosting.minChildWeight");
  checkNumber(resolved.l2, 0, Number.MAX_VALUE, "boosting.l2");
  checkNumber(resolved.heldOut, 0, 0.9, "boosting.heldOut");
  checkInteger(resolved.patience, 1, 100_000, "boosting.patience");
  return resolved;
}
