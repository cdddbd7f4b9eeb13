/** @file Normal numbers from uniform ones inside a graph, so that an exported model is fed what every language can draw. */
import { ops, type Tensor } from "../../engine/index.js";

const { clip, concat, cos, log, mul, sin, slice, sqrt } = ops;

/** Least uniform number that counts: NumPy's may be exactly 0, whose logarithm is infinite. Reaches 6.7 deviations. */
const LEAST = 2 ** -32;

/** Uniform numbers that make so many normal ones. */
export const uniformsFor = (normals: number): number => 2 * Math.ceil(normals / 2);

/**
 * Independent numbers of mean 0 and deviation 1 from uniform ones: Box, Muller (1958), "A note on the generation of random
 * normal deviates".
 * @param uniform [n, uniformsFor(normals)] in [0, 1].
 * @returns [n, normals]
 */
export function normalsFrom(uniform: Tensor, normals: number): Tensor {
  const half = uniformsFor(normals) / 2;
  const radius = sqrt(mul(log(clip(slice(uniform, 0, half), LEAST, 1)), -2));
  const angle = mul(slice(uniform, half, 2 * half), 2 * Math.PI);
  const all = concat([mul(radius, cos(angle)), mul(radius, sin(angle))]);
  return slice(all, 0, normals);
}
