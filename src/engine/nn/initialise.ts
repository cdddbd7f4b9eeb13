/** @file Starting values of parameters. Shapes of weights are [inputs, outputs]. */
import type { Random } from "../../util/random.js";

export type Initialiser = (shape: readonly number[], random: Random) => Float32Array;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function fill(shape: readonly number[], draw: () => number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, draw);
}

export const filled =
  (value: number): Initialiser =>
  (shape) =>
    fill(shape, () => value);

export const zeros = filled(0);
export const ones = filled(1);

/** Normal numbers of the given standard deviation. */
export const normal =
  (deviation: number): Initialiser =>
  (shape, random) =>
    fill(shape, () => deviation * random.normal());

/** Uniform in (-limit, limit). */
export const uniform =
  (limit: number): Initialiser =>
  (shape, random) =>
    fill(shape, () => limit * (2 * random.uniform() - 1));

/** He, Zhang, Ren, Sun (2015), arXiv:1502.01852, equation 10: normal, variance 2 / inputs; for rectifiers. */
export const he: Initialiser = (shape, random) => normal(Math.sqrt(2 / shape[0]))(shape, random);

/** Glorot, Bengio (2010), AISTATS, equation 16: uniform, variance 2 / (inputs + outputs). */
export const glorot: Initialiser = (shape, random) =>
  uniform(Math.sqrt(6 / (shape[0] + (shape[1] ?? shape[0]))))(shape, random);

/** What PyTorch's Linear starts from, weights and bias alike: uniform in +-1 / sqrt(inputs). */
export const torch =
  (inputs: number): Initialiser =>
  (shape, random) =>
    uniform(1 / Math.sqrt(inputs))(shape, random);
