/** @file All ops. */

export { elu, erf, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from "./activation.js";
export { abs, add, clip, div, floor, maximum, minimum, mul, neg, sign, square, sub } from "./arithmetic.js";
export { and, cast, equal, greater, less, not, step, where } from "./compare.js";
export { exp, log, pow, sqrt } from "./exponential.js";
export { type GemmOptions, gemm, rowProduct } from "./gemm.js";
export { concat, expand, pad, reshape, slice, split, transpose, zerosLike } from "./layout.js";
export { normaliseColumns } from "./normalise-columns.js";
export { count, max, mean, sum } from "./reduce.js";
export { gatherRows, pick, put, scatterRows } from "./rows.js";
export { logSoftmax, softmax } from "./softmax.js";
export { sort } from "./sort.js";
export { stopGradient } from "./stop.js";
export { type EnsembleTree, type TreeEnsemble, treeEnsemble } from "./tree-ensemble.js";
export { atan2, cos, sin } from "./trigonometry.js";
