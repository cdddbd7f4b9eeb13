import { Random } from "../../util/random.js";
import type { JointJudge } from "../joint-metric.js";
import type { MetricInfo } from "../metric.js";
import type { Points } from "../points.js";
import { concentration, deal, probabilities, rowsOf, varianceOfMean } from "./layout.js";
import { freedom, type Moments, momentsOf } from "./moments.js";
import { excessOf, type Traces, tracesOf } from "./quadratic-null.js";
import { eigenOf, multiply, rootOf, traceOf } from "./symmetric.js";

const info: MetricInfo = {
  name: "frechet",
  title: "Fréchet distance (FPD)",
  description:
    "Squared distance of two normal distributions with the samples' means and covariances, freed of its bias in 1/N.",
  reference:
    "Dowson, Landau (1982), J. Multivar. Anal. 12, 450; Kansal et al. (2023), Phys. Rev. D 107, 076017, arXiv:2211.10295 call it FPD",
  scope: "joint",
  symmetric: true,
};

/** The Frechet distance of means and covariances, of standardised variables. */
export const frechet: JointJudge = {
  metrics: [info],
  most: 1_000_000,
  async judge(reference, candidate, tools) {
    const { value, variance } = frechetDistance(reference, candidate);
    const random = new Random(tools.seed, tools.stream + 1);
    const [p, q] = [probabilities(reference), probabilities(candidate)];
    const own = [nullTraces(reference, p, random), nullTraces(candidate, q, random)] as const;
    const noise = concentration(p) + concentration(q);
    return [excessOf({ metric: "frechet", value, error: Math.sqrt(variance) }, own, noise)];
  },
};

export interface FrechetDistance {
  /** Extrapolated to infinite samples: `finite` less its bias of first order in 1/n and 1/m. May be negative. */
  readonly value: number;
  /** |mean difference|^2 + Tr(S1 + S2 - 2 (S1^(1/2) S2 S1^(1/2))^(1/2)) of these samples. */
  readonly finite: number;
  /** Variance of the value to first order (influence function). */
  readonly variance: number;
}

/** The distance in the units of the points, whatever they are. */
export function frechetDistance(x: Points, y: Points): FrechetDistance {
  const d = x.columns.length;
  const [rowsX, rowsY] = [rowsOf(x), rowsOf(y)];
  const [p, q] = [probabilities(x), probabilities(y)];
  const [a, b] = [momentsOf(rowsX, p, d), momentsOf(rowsY, q, d)];
  const sideX = sideOf(rowsX, p, d, a, b);
  const sideY = sideOf(rowsY, q, d, b, a);
  let shift = 0;
  for (let k = 0; k < d; k++) shift += (a.mean[k] - b.mean[k]) ** 2;
  const finite = shift + traceOf(a.covariance, d) + traceOf(b.covariance, d) - 2 * sideX.overlap;
  return { value: finite - sideX.bias - sideY.bias, finite, variance: sideX.variance + sideY.variance };
}

/**
 * One sample's part in bias and variance, the other's moments held fixed. In the eigenbasis of M = S2^(1/2) S1 S2^(1/2), a
 * change H of M changes -2 Tr M^(1/2) by -sum H_ii / m_i + 1/2 sum H_ij^2 / (m_i m_j (m_i + m_j)), m^2 the eigenvalues.
 */
function sideOf(rows: Float64Array, p: Float64Array, d: number, own: Moments, other: Moments) {
  const root = rootOf(other.covariance, d);
  const { values, vectors } = eigenOf(multiply(multiply(root, own.covariance, d), root, d), d);
  const largest = Math.max(0, ...values);
  // Directions in which a sample has no extent have no noise either.
  const m = values.map((x) => (x > 1e-14 * largest ? Math.sqrt(x) : 0));
  const toBasis = multiply(root, vectors, d);
  const h = new Float64Array(p.length);
  const fourth = new Float64Array(d * d);
  const z = new Float64Array(d);
  const squares = new Float64Array(d);
  let noise = 0;
  let spread = 0;
  for (let i = 0; i < p.length; i++) {
    let linear = 0;
    let norm = 0;
    for (let k = 0; k < d; k++) {
      z[k] = rows[i * d + k] - own.mean[k];
      norm += z[k] * z[k];
      linear += 2 * (own.mean[k] - other.mean[k]) * z[k];
    }
    const pp = p[i] * p[i];
    for (let k = 0; k < d; k++) {
      let s = 0;
      for (let j = 0; j < d; j++) s += z[j] * toBasis[j * d + k];
      squares[k] = s * s;
      if (m[k] > 0) linear -= squares[k] / m[k];
    }
    for (let k = 0; k < d; k++) {
      const s = pp * squares[k];
      for (let j = 0; j <= k; j++) fourth[k * d + j] += s * squares[j];
    }
    h[i] = linear + norm;
    noise += pp;
    spread += pp * norm;
  }
  let curvature = 0;
  for (let k = 0; k < d; k++) {
    if (m[k] === 0) continue;
    for (let j = 0; j <= k; j++) {
      if (m[j] === 0) continue;
      const excess = fourth[k * d + j] - (j === k ? noise * values[k] ** 2 : 0);
      curvature += ((j === k ? 0.5 : 1) * excess) / (m[k] * m[j] * (m[k] + m[j]));
    }
  }
  return {
    overlap: m.reduce((sum, x) => sum + x, 0),
    bias: spread / freedom(p) + curvature,
    variance: varianceOfMean(p, h),
  };
}

/**
 * Near the null the distance is |mean difference|^2 + 1/2 sum D_ij^2 / (l_i + l_j), D the difference of the covariances in
 * the eigenbasis of the covariance with eigenvalues l: a squared distance of means of products of variables.
 */
function nullTraces(points: Points, p: Float64Array, random: Random): Traces {
  const d = points.columns.length;
  const rows = rowsOf(points);
  const { mean, covariance } = momentsOf(rows, p, d);
  const { values, vectors } = eigenOf(covariance, d);
  const largest = Math.max(0, ...values);
  const features = d + (d * (d + 1)) / 2;
  const { order, starts, groups } = deal(p.length, features, random);
  const means = new Float64Array(groups * features);
  const z = new Float64Array(d);
  for (let g = 0; g < groups; g++) {
    let weight = 0;
    for (let r = starts[g]; r < starts[g + 1]; r++) {
      const i = order[r];
      weight += p[i];
      z.fill(0);
      for (let j = 0; j < d; j++) {
        const away = rows[i * d + j] - mean[j];
        for (let k = 0; k < d; k++) z[k] += away * vectors[j * d + k];
      }
      let at = g * features;
      for (let k = 0; k < d; k++) means[at++] += p[i] * z[k];
      for (let k = 0; k < d; k++) {
        const a = p[i] * z[k];
        for (let j = 0; j <= k; j++) means[at++] += a * z[j];
      }
    }
    const scale = weight > 0 ? 1 / weight : 0;
    for (let f = 0; f < features; f++) means[g * features + f] *= scale;
    let at = g * features + d;
    for (let k = 0; k < d; k++) {
      for (let j = 0; j <= k; j++) {
        const sum = values[k] + values[j];
        means[at++] *= sum > 1e-14 * largest ? Math.sqrt((j === k ? 0.5 : 1) / sum) : 0;
      }
    }
  }
  return tracesOf(means, groups, 1 / (concentration(p) * groups));
}
