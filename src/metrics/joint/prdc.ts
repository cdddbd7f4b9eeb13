import { sharedArray } from "../../util/pool.js";
import { Random } from "../../util/random.js";
import { normalCdf } from "../../util/special.js";
import type { JointJudge } from "../joint-metric.js";
import { type MetricInfo, metricValue } from "../metric.js";
import { type Points, subsample, takePoints } from "../points.js";
import type { Tools } from "../tools.js";
import { rowsOf } from "./layout.js";
import { type Manifold, manifoldOf, type Pooled } from "./manifold.js";
import { findNeighbours } from "./neighbours.js";
import { inShares } from "./shares.js";

const NAEEM = "Naeem et al. (2020), ICML, arXiv:2002.09797";

type Kind = "precision" | "recall" | "density" | "coverage";

const infos: readonly (MetricInfo & { readonly name: Kind })[] = [
  {
    name: "precision",
    title: "Precision",
    description: "Share of candidate events in the ball of some reference event, which reaches to its fifth neighbour.",
    reference: `Kynkaanniemi et al. (2019), NeurIPS 32, arXiv:1904.06991; ${NAEEM}`,
    scope: "joint",
    symmetric: false,
  },
  {
    name: "recall",
    title: "Recall",
    description: "Share of reference events in the ball of some candidate event, which reaches to its fifth neighbour.",
    reference: `Kynkaanniemi et al. (2019), NeurIPS 32, arXiv:1904.06991; ${NAEEM}`,
    scope: "joint",
    symmetric: false,
  },
  {
    name: "density",
    title: "Density",
    description: "Mean number of reference balls that hold a candidate event, over the number that is expected, five.",
    reference: NAEEM,
    scope: "joint",
    symmetric: false,
  },
  {
    name: "coverage",
    title: "Coverage",
    description: "Share of reference events whose ball holds a candidate event.",
    reference: NAEEM,
    scope: "joint",
    symmetric: false,
  },
];

const NEIGHBOURS = 5;
const MOST = 5000;
const PERMUTATIONS = 200;
/** Thinning by weight must leave this many events, or the weights are left out of account. */
const LEAST = 50;

/** What balls around events hold: whether the candidate stays where the reference is, and whether it fills it. */
export const prdc: JointJudge = {
  metrics: infos,
  most: 100_000,
  async judge(reference, candidate, tools) {
    const random = new Random(tools.seed, tools.stream + 1);
    const x = thinned(reference, random);
    const y = thinned(candidate, random);
    const { value, nulls } = await compareManifolds(x, y, NEIGHBOURS, tools);
    return infos.map(({ name }) => {
      const draws = nulls.map((one) => one[name]);
      const mean = meanOf(draws);
      const sigma = deviationOf(draws, mean);
      // Few events near the reference are a fault, many are not; a density is wrong either way.
      const away = (v: number) => (name === "density" ? Math.abs(v - mean) : Math.max(0, mean - v));
      const distances = draws.map(away);
      const centre = meanOf(distances);
      const size = name === "precision" ? y.length : x.length;
      const share = value[name];
      const variance = name === "density" ? value.densityVariance : Math.max(0, share * (1 - share)) / size;
      return metricValue({
        metric: name,
        value: share,
        error: Math.max(sigma, Math.sqrt(variance)),
        distance: away(share),
        null: centre,
        nullSpread: deviationOf(distances, centre),
        nullMethod: "permutation",
        pValue: tailOf(name === "density" ? -away(share) : share - mean, sigma, name === "density" ? 2 : 1),
      });
    });
  },
};

/** The four numbers, and those of 200 labellings dealt out at random. Weights count for nothing here. */
export async function compareManifolds(
  x: Points,
  y: Points,
  k: number,
  tools: Tools,
): Promise<{ readonly value: Manifold; readonly nulls: readonly Manifold[] }> {
  const pooled = await poolOf(x, y, tools);
  const labels = new Uint8Array(x.length + y.length).fill(1, x.length);
  const value = manifoldOf(pooled, labels, k);
  const random = new Random(tools.seed, tools.stream + 2);
  const dealt = new Uint8Array(labels.length);
  const nulls = Array.from({ length: PERMUTATIONS }, (_, r) => {
    const order = random.at(r).permutation(labels.length);
    for (let i = 0; i < order.length; i++) dealt[i] = labels[order[i]];
    return manifoldOf(pooled, dealt, k);
  });
  return { value, nulls };
}

async function poolOf(x: Points, y: Points, tools: Tools): Promise<Pooled> {
  const d = x.columns.length;
  const n = x.length + y.length;
  const rows = sharedArray(Float64Array, n * d);
  rows.set(rowsOf(x));
  rows.set(rowsOf(y), x.length * d);
  // Long enough to hold five neighbours of the rarer label in all but one of 10^8 lists.
  const share = Math.min(x.length, y.length) / n;
  const count = Math.min(n - 1, Math.ceil(24 / share));
  const pooled = {
    rows,
    d,
    count,
    squares: sharedArray(Float64Array, n * count),
    indices: sharedArray(Uint32Array, n * count),
  };
  await inShares(n, (from, to) => tools.pool.run(findNeighbours, { ...pooled, from, to }));
  return pooled;
}

/**
 * At most 5000 events without weights: an event of weight w stays with a chance of w over the largest weights. Negative weights
 * count as 0.
 */
function thinned(points: Points, random: Random): Points {
  const { weights, length } = points;
  if (weights === undefined) return subsample(points, MOST, random);
  const positive = weights.map((w) => Math.max(0, w));
  const chance = chancePerWeight(positive);
  const draws = new Random(random.seed, random.stream);
  const rows = Uint32Array.from({ length }, (_, i) => i).filter((i) => draws.at(i).uniform() < chance * positive[i]);
  const kept =
    rows.length < LEAST ? subsample(points, MOST, random) : subsample(takePoints(points, rows), MOST, random);
  return { ...kept, weights: undefined, effectiveSize: kept.length };
}

/** Chance of an event to be kept, per weight: so that some 5000 are, and that at most 1 % of the weight would ask for more than 1. */
function chancePerWeight(weights: Float64Array): number {
  const sorted = weights.slice().sort();
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) sum += sorted[i];
  let above = 0;
  let last = sorted.length - 1;
  while (last > 0 && above + sorted[last] <= 0.01 * sum) above += sorted[last--];
  return Math.min(MOST / sum, 1 / sorted[last]);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function deviationOf(values: readonly number[], mean: number): number {
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length - 1));
}

/** The normal tail below a difference; shares of thousands of events are nearly normal. */
function tailOf(difference: number, sigma: number, sides: number): number {
  if (sigma > 0) return Math.min(1, sides * normalCdf(difference / sigma));
  return difference < 0 ? 0 : 1;
}
