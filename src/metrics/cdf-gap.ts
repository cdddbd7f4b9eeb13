import type { Sample } from "./sample.js";

/** What one walk along two sorted samples tells about F (reference) and G (candidate). */
export interface CdfGap {
  /** sup |F - G|. */
  readonly largest: number;
  /** F and G where |F - G| is largest. */
  readonly atLargest: readonly [number, number];
  /** Integral of |F - G|. */
  readonly area: number;
  /** Variance of h(x) under F and under G, h(x) the integral of sign(F - G) up to x: the area's influence function. */
  readonly influenceVariance: readonly [number, number];
}

/** Sums of weights in different orders differ by rounding; no sample is so large that one entry weighs this little. */
const ROUNDING = 1e-12;

/** Walks along both samples once; O(n + m). */
export function cdfGap(reference: Sample, candidate: Sample): CdfGap {
  const x = reference.values;
  const y = candidate.values;
  const u = reference.weights;
  const v = candidate.weights;
  const scaleF = 1 / reference.sumOfWeights;
  const scaleG = 1 / candidate.sumOfWeights;
  let i = 0;
  let j = 0;
  let sumF = 0;
  let sumG = 0;
  let gap = 0;
  let largest = 0;
  let fAt = 0;
  let gAt = 0;
  let area = 0;
  let h = 0;
  let meanF = 0;
  let meanG = 0;
  let squareF = 0;
  let squareG = 0;
  let previous = Math.min(x[0], y[0]);
  while (i < x.length || j < y.length) {
    const at = j >= y.length || (i < x.length && x[i] <= y[j]) ? x[i] : y[j];
    const step = at - previous;
    area += Math.abs(gap) * step;
    h += Math.sign(gap) * step;
    while (i < x.length && x[i] === at) {
      const w = u === undefined ? 1 : u[i];
      sumF += w;
      meanF += w * h;
      squareF += w * h * h;
      i++;
    }
    while (j < y.length && y[j] === at) {
      const w = v === undefined ? 1 : v[j];
      sumG += w;
      meanG += w * h;
      squareG += w * h * h;
      j++;
    }
    const f = sumF * scaleF;
    const g = sumG * scaleG;
    gap = Math.abs(f - g) < ROUNDING ? 0 : f - g;
    if (Math.abs(gap) > largest) {
      largest = Math.abs(gap);
      fAt = f;
      gAt = g;
    }
    previous = at;
  }
  meanF *= scaleF;
  meanG *= scaleG;
  return {
    largest,
    atLargest: [fAt, gAt],
    area,
    influenceVariance: [Math.max(0, squareF * scaleF - meanF * meanF), Math.max(0, squareG * scaleG - meanG * meanG)],
  };
}
