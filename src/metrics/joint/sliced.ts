import { sharedArray } from "../../util/pool.js";
import { Random } from "../../util/random.js";
import type { JointJudge } from "../joint-metric.js";
import { type MetricInfo, metricValue } from "../metric.js";
import type { Points } from "../points.js";
import type { Tools } from "../tools.js";
import { columnsOf, probabilities, varianceOfMean } from "./layout.js";
import { inShares } from "./shares.js";
import { compareSlices, drawSlicedNull, type SlicedSide, type SliceResult } from "./sliced-task.js";

const infos: readonly MetricInfo[] = [
  {
    name: "sliced-w1",
    title: "Sliced Wasserstein-1",
    description: "Mean Wasserstein-1 distance of projections on 100 random directions, in reference deviations.",
    reference: "Rabin et al. (2012), LNCS 6667, 435; Grossi, Letizia, Torre (2024), arXiv:2409.16336",
    scope: "joint",
    symmetric: true,
  },
  {
    name: "sliced-w2-squared",
    title: "Sliced Wasserstein-2 squared",
    description:
      "Mean squared Wasserstein-2 distance of projections on 100 random directions, over the reference's variance.",
    reference: "Rabin et al. (2012), LNCS 6667, 435; Howard et al. (2022), arXiv:2101.08944 train with it",
    scope: "joint",
    symmetric: true,
  },
  {
    name: "sliced-ks",
    title: "Sliced Kolmogorov-Smirnov",
    description: "Mean Kolmogorov-Smirnov distance of projections on 100 random directions.",
    reference: "Grossi, Letizia, Torre (2024), arXiv:2409.16336",
    scope: "joint",
    symmetric: true,
  },
];

const SLICES = 100;
/** Pairs of samples that the null is made of, and the most different events in them. */
const PAIRS = 32;
const NULL_EVENTS = 20_000;
/** A candidate so many times larger than the reference has no noise of its own to speak of. */
const MOST_DRAWS = 30;

/** Distances of one-dimensional projections, averaged over directions. */
export const sliced: JointJudge = {
  metrics: infos,
  most: 100_000,
  async judge(reference, candidate, tools) {
    const d = reference.columns.length;
    const directions = randomDirections(SLICES, d, new Random(tools.seed, tools.stream + 1));
    const { means, variances, nulls } = await compareSliced(reference, candidate, directions, tools);
    return infos.map(({ name }, k) => {
      const [value, other] = nulls.map((own) =>
        metricValue({
          metric: name,
          value: means[k],
          error: Math.max(own[k].spread, Math.sqrt(variances[k])),
          null: own[k].mean,
          nullSpread: own[k].spread,
          nullMethod: "simulation",
        }),
      );
      // An event far out, in either sample alone, makes noise that the other knows nothing of.
      return { ...value, pValue: Math.max(value.pValue, other.pValue) };
    });
  },
};

export interface SlicedComparison {
  /** W1, W2 squared and KS of each slice, shape [slices, 3]. */
  readonly distances: Float64Array;
  /** Of the three, over slices. */
  readonly means: readonly number[];
  /** Variance of each mean if both samples were drawn afresh, the directions kept. */
  readonly variances: readonly number[];
  /** Of pairs of samples drawn from the reference, and from the candidate. Half of the slices are drawn: that tells the spread of
   * the mean of all to 4 % in ten dimensions, better in fewer. */
  readonly nulls: readonly (readonly { readonly mean: number; readonly spread: number }[])[];
}

/** Directions uniform on the sphere, shape [slices, d]; in one dimension there is only one. */
export function randomDirections(slices: number, d: number, random: Random): Float64Array {
  if (d === 1) return sharedArray(Float64Array, 1).fill(1);
  const out = sharedArray(Float64Array, slices * d);
  for (let s = 0; s < slices; s++) {
    let square = 0;
    for (let k = 0; k < d; k++) {
      out[s * d + k] = random.normal();
      square += out[s * d + k] ** 2;
    }
    for (let k = 0; k < d; k++) out[s * d + k] /= Math.sqrt(square);
  }
  return out;
}

/** Compares along given directions, shape [slices, d] on shared memory. */
export async function compareSliced(
  reference: Points,
  candidate: Points,
  directions: Float64Array,
  tools: Tools,
): Promise<SlicedComparison> {
  const d = reference.columns.length;
  const slices = directions.length / d;
  const sides = [reference, candidate].map((points, k) =>
    sideOf(points, Math.ceil(slices / 2), new Random(tools.seed, tools.stream + 2).at(k)),
  );
  const [x, y] = sides.map(({ side }) => side);
  const parts = await inShares(slices, (from, to) => tools.pool.run(compareSlices, { x, y, d, directions, from, to }));
  tools.signal?.throwIfAborted();
  const distances = joined(parts.map((part) => part.distances));
  const drawn = await Promise.all(
    sides.map(async ({ side: { order, values }, weights, effectiveSize }, k) => {
      const mean = (points: Points) => Math.min(MOST_DRAWS, points.effectiveSize / effectiveSize);
      const draws = [mean(reference), mean(candidate)] as const;
      const job = { order, values, weights, draws, seed: tools.seed, stream: tools.stream + 3 };
      return joined(
        await inShares(PAIRS, (from, to) =>
          tools.pool.run(drawSlicedNull, { ...job, from: PAIRS * k + from, to: PAIRS * k + to }),
        ),
      );
    }),
  );
  const each = [0, 1, 2];
  return {
    distances,
    means: each.map((k) => momentsOfEvery(distances, k).mean),
    variances: each.map(
      (k) => (influenceVariance(parts, "x", k, x.p) + influenceVariance(parts, "y", k, y.p)) / (slices * slices),
    ),
    nulls: drawn.map((triples) => each.map((k) => momentsOfEvery(triples, k))),
  };
}

/**
 * What threads see of a sample, with a choice of events to draw a null from: enough to know the distribution, not so many
 * that drawing takes long.
 */
function sideOf(points: Points, kept: number, random: Random) {
  const n = points.length;
  const chosen = sharedArray(Int32Array, n).fill(-1);
  const size = Math.min(n, NULL_EVENTS);
  const rows = size === n ? undefined : random.permutation(n);
  const weights = sharedArray(Float64Array, size);
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const i = rows === undefined ? k : rows[k];
    chosen[i] = k;
    weights[k] = points.weights === undefined ? 1 : points.weights[i];
    sum += weights[k];
  }
  // Signed weights may leave a choice of them without anything; then all count alike.
  if (!(sum > 0)) sum = weights.fill(1).length;
  let squares = 0;
  for (let k = 0; k < size; k++) {
    weights[k] *= size / sum;
    squares += weights[k] ** 2;
  }
  const side: SlicedSide = {
    columns: columnsOf(points),
    p: probabilities(points),
    chosen,
    order: sharedArray(Uint32Array, kept * size),
    values: sharedArray(Float64Array, kept * size),
  };
  return { side, weights, effectiveSize: (size * size) / squares };
}

function influenceVariance(parts: readonly SliceResult[], side: "x" | "y", k: number, p: Float64Array): number {
  const n = p.length;
  const sum = new Float64Array(n);
  for (const part of parts) {
    const influence = part[side];
    for (let i = 0; i < n; i++) sum[i] += influence[3 * i + k];
  }
  return varianceOfMean(p, sum);
}

function momentsOfEvery(triples: Float64Array, k: number): { mean: number; spread: number } {
  const n = triples.length / 3;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += triples[3 * i + k];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (triples[3 * i + k] - mean) ** 2;
  return { mean, spread: Math.sqrt(squares / Math.max(1, n - 1)) };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
