/** @file Layers, as plain functions over named parameters. Tables are [rows, columns]. */
import { ConfigError } from "../../util/errors.js";
import { add, count, div, gemm, mul, normaliseColumns, relu, sqrt, sub } from "../graph/ops/index.js";
import { fixedDim, needRank } from "../graph/shape.js";
import type { Tensor } from "../graph/tensor.js";
import { type Initialiser, ones, torch, zeros } from "./initialise.js";
import type { Scope } from "./scope.js";

export interface LinearOptions {
  /** Starting weights (default PyTorch's). */
  readonly weight?: Initialiser;
  /** Starting bias (default PyTorch's). */
  readonly bias?: Initialiser | false;
}

/** x W + b. @param x [n, inputs] @returns [n, outputs] */
export function linear(scope: Scope, x: Tensor, outputs: number, options: LinearOptions = {}): Tensor {
  needRank("linear", x, 2);
  if (!Number.isInteger(outputs) || outputs < 1) {
    throw new ConfigError(`linear: number of outputs out of range; expected a positive integer, got ${outputs}.`);
  }
  const inputs = fixedDim("linear", x, 1);
  const weight = scope.get("weight", [inputs, outputs], options.weight ?? torch(inputs));
  if (options.bias === false) return gemm(x, weight);
  return gemm(x, weight, scope.get("bias", [outputs], options.bias ?? torch(inputs)));
}

export interface MlpOptions extends LinearOptions {
  /** Between the layers, not after the last (default relu). */
  readonly activation?: (x: Tensor) => Tensor;
  /** Options of the last layer where they differ. */
  readonly last?: LinearOptions;
}

/**
 * A multilayer perceptron.
 * @param widths Columns after each layer; the last is the output.
 */
export function mlp(scope: Scope, x: Tensor, widths: readonly number[], options: MlpOptions = {}): Tensor {
  if (widths.length === 0) throw new ConfigError("mlp: no layers; expected at least one width, got [].");
  const activation = options.activation ?? relu;
  return widths.reduce((y, width, k) => {
    const last = k === widths.length - 1;
    const z = linear(scope.in(k), y, width, last ? (options.last ?? options) : options);
    return last ? z : activation(z);
  }, x);
}

export interface BatchNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly epsilon?: number;
  /** Share of each new batch in the running statistics (default 0.1). */
  readonly momentum?: number;
}

/**
 * Batch normalisation: standardises each column by the batch in training, by running statistics afterwards; then scales
 * and shifts. The running variance takes the unbiased estimate, as PyTorch's does.
 * Source: Ioffe, Szegedy (2015), arXiv:1502.03167.
 */
export function batchNorm(scope: Scope, x: Tensor, options: BatchNormOptions = {}): Tensor {
  needRank("batchNorm", x, 2);
  const { epsilon = 1e-5, momentum = 0.1 } = options;
  const columns = fixedDim("batchNorm", x, 1);
  const gamma = scope.get("gamma", [1, columns], ones);
  const beta = scope.get("beta", [1, columns], zeros);
  const runningMean = scope.state("mean", [1, columns], zeros);
  const runningVariance = scope.state("variance", [1, columns], ones);
  if (!scope.training) {
    const scale = div(gamma, sqrt(add(runningVariance, epsilon)));
    return add(mul(x, scale), sub(beta, mul(runningMean, scale)));
  }
  const { values, mean, variance } = normaliseColumns(x, gamma, beta, runningMean, epsilon);
  const rows = count(x, [0]);
  const unbiased = mul(variance, div(rows, sub(rows, 1)));
  const blend = (old: Tensor, fresh: Tensor) => add(mul(old, 1 - momentum), mul(fresh, momentum));
  scope.update("mean", blend(runningMean, mean));
  scope.update("variance", blend(runningVariance, unbiased));
  return values;
}

/**
 * A pre-activation residual block: x + linear(act(norm(linear(act(norm(x)))))), of the width of x.
 * Source: He, Zhang, Ren, Sun (2016), arXiv:1603.05027.
 */
export function residualBlock(
  scope: Scope,
  x: Tensor,
  options: { readonly activation?: (x: Tensor) => Tensor; readonly norm?: boolean } = {},
): Tensor {
  const { activation = relu, norm = true } = options;
  const width = fixedDim("residualBlock", x, 1);
  let y = x;
  for (const k of [0, 1]) {
    const inner = scope.in(k);
    y = linear(inner, activation(norm ? batchNorm(inner.in("norm"), y) : y), width);
  }
  return add(x, y);
}
