/** @file What other rooms use of the trees. */

export { fitBoosting, type LogisticData, type SquaredData } from "./boosting.js";
export type { BoostingOptions } from "./boosting-options.js";
export { type DonorSampler, decodeDonorSampler } from "./donor-sampler.js";
export type { FitContext } from "./fit-context.js";
export { decodeForest, Forest, type ForestLoss } from "./forest.js";
export { type ForestNodes, LEAF } from "./forest-nodes.js";
export { buildKdTree, KdTree, type KdTreeOptions } from "./kd-tree.js";
export { type DonorData, fitRandomTrees, RandomTrees, type RandomTreesOptions } from "./random-trees.js";
