import { Random } from "../../util/random.js";
import { chiSquareTail, logGamma } from "../chi-square-tail.js";
import type { JointResult } from "../evaluation.js";
import { type MetricInfo, type MetricValue, metricValue } from "../metric.js";
import type { Points } from "../points.js";
import type { Tools } from "../tools.js";
import { concentration, deal, probabilities, rowsOf, varianceOfMean } from "./layout.js";
import { momentsOf } from "./moments.js";
import { tracesOf } from "./quadratic-null.js";

export const correlationInfo: MetricInfo = {
  name: "correlation",
  title: "Correlations",
  description: "Frobenius norm of the difference of the two matrices of linear correlation coefficients.",
  reference:
    "Grossi, Letizia, Torre (2024), arXiv:2409.16336; errors: Steiger, Hakstian (1982), Br. J. Math. Stat. Psychol. 35, 208",
  scope: "joint",
  symmetric: true,
};

/** What rounding alone leaves of a difference. */
const ROUNDING = 1e-12;

/** Compares linear correlations; the points may have any units. */
export function compareCorrelations(
  reference: Points,
  candidate: Points,
  tools: Tools,
): { readonly metric: MetricValue; readonly correlations: JointResult["correlations"] } {
  const d = reference.columns.length;
  const a = standardScores(reference);
  const b = standardScores(candidate);
  const difference = a.correlation.map((r, i) => b.correlation[i] - r);
  const norm = Math.sqrt(difference.reduce((sum, x) => sum + x * x, 0));
  const distance = norm < ROUNDING * d ? 0 : norm;
  const noise = concentration(a.p) + concentration(b.p);
  const direction = difference.map((x) => (distance > 0 ? x / distance : 0));
  const variance = varianceAlong(a, direction, d) + varianceAlong(b, direction, d);
  const random = new Random(tools.seed, tools.stream);
  const own = [nullOf(a, d, random), nullOf(b, d, random)];
  const { variances } = own[0];
  const { shape, unit } = gammaOf(own[0], noise);
  const mean = shape > 0 ? Math.sqrt(unit) * Math.exp(logGamma(shape + 0.5) - logGamma(shape)) : 0;
  const nullSpread = Math.sqrt(Math.max(0, shape * unit - mean * mean));
  // The larger one: an event far out, in either sample alone, makes noise that the other knows nothing of.
  const pValue = Math.max(...own.map((one) => tailOf(distance, gammaOf(one, noise))));
  const matrix = (of: Float64Array) =>
    Array.from({ length: d }, (_, j) => Array.from(of.subarray(j * d, (j + 1) * d), tidy));
  return {
    metric: metricValue({
      metric: "correlation",
      value: distance,
      error: Math.max(nullSpread, Math.sqrt(variance)),
      null: mean,
      nullSpread,
      pValue,
    }),
    correlations: {
      reference: matrix(a.correlation),
      candidate: matrix(b.correlation),
      errors: matrix(variances.map((v) => Math.sqrt(v * noise))),
    },
  };
}

/** The squared norm is a sum of chi-squares, close to a gamma distribution of the same mean and variance. */
function gammaOf({ variances, traces }: ReturnType<typeof nullOf>, noise: number) {
  const total = variances.reduce((sum, x) => sum + x, 0);
  if (!(total > 0 && traces.square > 0)) return { shape: 0, unit: 0 };
  return { shape: (total * total) / (2 * traces.square), unit: (noise * 2 * traces.square) / total };
}

function tailOf(distance: number, { shape, unit }: ReturnType<typeof gammaOf>): number {
  if (!(unit > 0)) return distance > 0 ? 0 : 1;
  return chiSquareTail((2 * distance * distance) / unit, 2 * shape);
}

interface Scores {
  /** Shape [n, d], of mean 0 and deviation 1; 0 where a variable is constant. */
  readonly rows: Float64Array;
  readonly p: Float64Array;
  /** Shape [d, d]; 1 on the diagonal, 0 with a constant. */
  readonly correlation: Float64Array;
}

function standardScores(points: Points): Scores {
  const d = points.columns.length;
  const rows = rowsOf(points);
  const p = probabilities(points);
  const { mean, covariance } = momentsOf(rows, p, d);
  const scale = mean.map((m, k) => {
    const variance = covariance[k * d + k];
    return variance > 1e-24 * m * m && Number.isFinite(variance) ? 1 / Math.sqrt(variance) : 0;
  });
  for (let i = 0, at = 0; i < p.length; i++) {
    for (let k = 0; k < d; k++, at++) rows[at] = (rows[at] - mean[k]) * scale[k];
  }
  const correlation = covariance.map((c, at) => {
    const [j, k] = [Math.floor(at / d), at % d];
    // Signed weights can give more than 1.
    return j === k ? 1 : Math.max(-1, Math.min(1, c * scale[j] * scale[k] || 0));
  });
  return { rows, p, correlation };
}

/** Variance of sum direction_jk r_jk; an event's part in r_jk is z_j z_k - r_jk (z_j^2 + z_k^2) / 2. */
function varianceAlong({ rows, p, correlation }: Scores, direction: Float64Array, d: number): number {
  // A quadratic form in the scores: direction off the diagonal, -sum_k direction_jk r_jk on it.
  const form = Float64Array.from(direction);
  for (let j = 0; j < d; j++) {
    let sum = 0;
    for (let k = 0; k < d; k++) if (k !== j) sum += direction[j * d + k] * correlation[j * d + k];
    form[j * d + j] = -sum;
  }
  const h = new Float64Array(p.length);
  for (let i = 0; i < p.length; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) {
      let along = 0;
      for (let k = 0; k < d; k++) along += form[j * d + k] * rows[i * d + k];
      sum += rows[i * d + j] * along;
    }
    h[i] = sum;
  }
  return varianceOfMean(p, h);
}

/** Variance of each coefficient for one effective event, and the traces of their covariance, both triangles counted. */
function nullOf({ rows, p, correlation }: Scores, d: number, random: Random) {
  const features = (d * (d - 1)) / 2;
  const variances = new Float64Array(d * d);
  if (features === 0) return { variances, traces: { square: 0, cube: 0 } };
  const { order, starts, groups } = deal(p.length, features, random);
  const means = new Float64Array(groups * features);
  const squares = new Float64Array(features);
  const coefficients = new Float64Array(features);
  for (let j = 0, f = 0; j < d; j++) for (let k = 0; k < j; k++) coefficients[f++] = correlation[j * d + k] / 2;
  let noise = 0;
  for (let g = 0; g < groups; g++) {
    let weight = 0;
    const from = g * features;
    for (let r = starts[g]; r < starts[g + 1]; r++) {
      const i = order[r];
      const pp = p[i] * p[i];
      weight += p[i];
      noise += pp;
      let f = 0;
      for (let j = 0; j < d; j++) {
        const zj = rows[i * d + j];
        for (let k = 0; k < j; k++, f++) {
          const zk = rows[i * d + k];
          const h = zj * zk - coefficients[f] * (zj * zj + zk * zk);
          means[from + f] += p[i] * h;
          squares[f] += pp * h * h;
        }
      }
    }
    // A difference stands in both triangles.
    const scale = weight > 0 ? Math.SQRT2 / weight : 0;
    for (let f = 0; f < features; f++) means[from + f] *= scale;
  }
  for (let j = 0, f = 0; j < d; j++) {
    for (let k = 0; k < j; k++, f++) {
      variances[j * d + k] = squares[f] / noise;
      variances[k * d + j] = variances[j * d + k];
    }
  }
  return { variances, traces: tracesOf(means, groups, 1 / (noise * groups)) };
}

function tidy(x: number): number {
  return Number(x.toPrecision(6));
}
