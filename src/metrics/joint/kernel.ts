import { type Pool, sharedArray } from "../../util/pool.js";
import { Random } from "../../util/random.js";
import type { JointJudge } from "../joint-metric.js";
import type { MetricInfo } from "../metric.js";
import { type Points, subsample } from "../points.js";
import { concentration, type Deal, deal, probabilities, rowsOf, varianceOfMean } from "./layout.js";
import { freedom } from "./moments.js";
import { featureCount, multiplicities, polynomialProducts, polynomialSums, selfKernel } from "./polynomial.js";
import { excessOf, type Traces, tracesOf } from "./quadratic-null.js";
import { inShares } from "./shares.js";

const info: MetricInfo = {
  name: "kernel",
  title: "Kernel distance (KPD)",
  description:
    "Unbiased squared maximum mean discrepancy with the kernel (x·y / d + 1)⁴: all moments up to the fourth.",
  reference:
    "Gretton et al. (2012), J. Mach. Learn. Res. 13, 723; Kansal et al. (2023), Phys. Rev. D 107, 076017, arXiv:2211.10295 call it KPD",
  scope: "joint",
  symmetric: true,
};

/** Events times features that each sample may cost, and the events that it has at least. */
const WORK = 200_000_000;
const LEAST = 1000;

/** The squared maximum mean discrepancy over all pairs of events, through the kernel's feature map. */
export const kernel: JointJudge = {
  metrics: [info],
  most: 200_000,
  async judge(reference, candidate, tools) {
    const most = Math.max(LEAST, Math.floor(WORK / featureCount(reference.columns.length)));
    const random = new Random(tools.seed, tools.stream + 1);
    const x = subsample(reference, most, random);
    const y = subsample(candidate, most, random);
    const { value, variance, traces, noise } = await kernelDistance(x, y, tools.pool, random);
    return [excessOf({ metric: "kernel", value, error: Math.sqrt(variance) }, traces, noise)];
  },
};

export interface KernelDistance {
  /** Sum over pairs of different events; may be negative. */
  readonly value: number;
  /** Variance of the value to first order. */
  readonly variance: number;
  /** Of the features of reference and candidate. */
  readonly traces: readonly [Traces, Traces];
  /** 1/n + 1/m. */
  readonly noise: number;
}

/** The distance in the units of the points, whatever they are. */
export async function kernelDistance(x: Points, y: Points, pool: Pool, random: Random): Promise<KernelDistance> {
  const d = x.columns.length;
  const weights = multiplicities(d);
  const a = await embed(x, weights, pool, random);
  const b = await embed(y, weights, pool, random);
  const difference = a.mean.map((sum, f) => sum - b.mean[f]);
  const along = sharedArray(Float64Array, weights.length);
  for (let f = 0; f < along.length; f++) along[f] = difference[f] * weights[f];
  let square = 0;
  for (let f = 0; f < along.length; f++) square += difference[f] * along[f];
  const h = await Promise.all([a, b].map((side) => productsOf(side, along, d, pool)));
  return {
    value: square + a.correction + b.correction,
    variance: 4 * (varianceOfMean(a.p, h[0]) + varianceOfMean(b.p, h[1])),
    traces: [a.traces, b.traces],
    noise: concentration(a.p) + concentration(b.p),
  };
}

interface Embedding {
  readonly rows: Float64Array;
  readonly p: Float64Array;
  readonly mean: Float64Array;
  /** What turns the squared mean into the sum over pairs of different events. */
  readonly correction: number;
  readonly traces: Traces;
}

async function embed(points: Points, weights: Float64Array, pool: Pool, random: Random): Promise<Embedding> {
  const d = points.columns.length;
  const features = weights.length;
  const rows = rowsOf(points);
  const p = probabilities(points);
  const dealt = deal(p.length, features, random);
  const sums = await groupSums(rows, p, d, dealt, pool);
  const mean = new Float64Array(features);
  for (let i = 0, f = 0; i < sums.length; i++, f = f + 1 === features ? 0 : f + 1) mean[f] += sums[i];
  let self = 0;
  for (let i = 0; i < p.length; i++) self += p[i] * p[i] * selfKernel(rows, i, d);
  let square = 0;
  for (let f = 0; f < features; f++) square += mean[f] * mean[f] * weights[f];
  const share = concentration(p);
  const { order, starts, groups } = dealt;
  for (let g = 0; g < groups; g++) {
    let weight = 0;
    for (let r = starts[g]; r < starts[g + 1]; r++) weight += p[order[r]];
    for (let f = 0; f < features; f++) sums[g * features + f] *= weight > 0 ? Math.sqrt(weights[f]) / weight : 0;
  }
  return {
    rows,
    p,
    mean,
    correction: (share * square - self) / freedom(p),
    traces: tracesOf(sums, groups, 1 / (share * groups)),
  };
}

async function groupSums(
  rows: Float64Array,
  p: Float64Array,
  d: number,
  dealt: Deal,
  pool: Pool,
): Promise<Float64Array> {
  const { order, starts, groups } = dealt;
  const features = featureCount(d);
  const sums = new Float64Array(groups * features);
  await inShares(groups, async (from, to) => {
    sums.set(await pool.run(polynomialSums, { rows, p, d, order, starts, from, to }), from * features);
  });
  return sums;
}

async function productsOf({ rows, p }: Embedding, along: Float64Array, d: number, pool: Pool): Promise<Float64Array> {
  const into = sharedArray(Float64Array, p.length);
  await inShares(p.length, (from, to) => pool.run(polynomialProducts, { rows, d, along, from, to, into }));
  return into;
}
