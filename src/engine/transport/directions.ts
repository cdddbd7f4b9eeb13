/** @file Directions on which samples are projected. */
import { fillNormal } from "../../util/fill-random.js";
import { STREAMS } from "../../util/streams.js";

/** "gaussian": independent, the published form. "orthogonal": at right angles by groups, which tell more together. */
export type DirectionKind = "gaussian" | "orthogonal";

/**
 * Draws unit directions, [count, dims], a function of seed, stream and index alone.
 * Orthogonal directions come in groups of `dims`, each the orthonormalised rows of a Gaussian matrix: uniform as the
 * independent ones are (Rowland et al. 2019, arXiv:1903.03784), but with less spread of their mean.
 */
export function drawDirections(
  count: number,
  dims: number,
  kind: DirectionKind,
  seed: number | bigint,
  stream: number,
  index: number,
): Float32Array {
  const directions = new Float32Array(count * dims);
  fillNormal(directions, seed, STREAMS.fit + 0x300 + stream, index);
  for (let l = 0; l < count; l++) {
    const own = directions.subarray(l * dims, (l + 1) * dims);
    if (kind === "orthogonal") {
      for (let other = l - (l % dims); other < l; other++) {
        const before = directions.subarray(other * dims, (other + 1) * dims);
        const along = dot(own, before);
        for (let k = 0; k < dims; k++) own[k] -= along * before[k];
      }
    }
    const norm = Math.sqrt(dot(own, own));
    for (let k = 0; k < dims; k++) own[k] /= norm;
  }
  return directions;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
