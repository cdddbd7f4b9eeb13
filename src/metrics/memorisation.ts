import { defineTask, type Pool, sharedArray } from "../util/pool.js";
import { normalCdf } from "../util/special.js";
import { type MetricInfo, type MetricValue, metricValue } from "./metric.js";

/** What tells copies of training events from events of their distribution. */
export const memorisationInfos: readonly MetricInfo[] = [
  {
    name: "copies",
    title: "Closer to training",
    description:
      "Share of candidate events that lie closer to a training event than to any of as many held-out events; 0.5 without copying.",
    reference:
      "Platzer, Reutterer (2021), Front. Big Data 4, 679939; Zhang et al. (2024), TabSyn, arXiv:2310.09656, section 4.4",
    scope: "memorisation",
    symmetric: false,
  },
  {
    name: "nn-ratio",
    title: "Nearest training event",
    description:
      "Mean distance of candidate events to the nearest training event, over that of held-out events; well below 1 where events are copied.",
    reference: "Meehan, Chaudhuri, Dasgupta (2020), AISTATS 108, 3546 (arXiv:2004.05675)",
    scope: "memorisation",
    symmetric: false,
  },
];

/** Nearest neighbours of some events, squared distances and numbers, on shared memory. */
export interface Nearest {
  readonly squares: Float64Array;
  readonly events: Uint32Array;
}

interface SearchJob extends Nearest {
  readonly queries: Float64Array;
  readonly points: Float64Array;
  readonly dimensions: number;
  readonly start: number;
  readonly stop: number;
}

/** Points that are compared with a block of queries while they are in the cache. */
const BLOCK = 256;

/** Searches the nearest of all points to queries start .. stop - 1. */
export const nearestTask = defineTask(import.meta.url, "nearestTask", (job: SearchJob): void => {
  const { queries, points, dimensions: d, squares, events, start, stop } = job;
  const n = points.length / d;
  squares.fill(Number.POSITIVE_INFINITY, start, stop);
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    for (let q = start; q < stop; q++) {
      let least = squares[q];
      let nearest = events[q];
      for (let p = from; p < to; p++) {
        let square = 0;
        // Most points are too far after a few coordinates.
        for (let k = 0; k < d && square < least; k++) {
          const difference = queries[q * d + k] - points[p * d + k];
          square += difference * difference;
        }
        if (square < least) {
          least = square;
          nearest = p;
        }
      }
      squares[q] = least;
      events[q] = nearest;
    }
  }
});

const QUERIES_A_TASK = 500;

/**
 * The nearest of `points` to each of `queries`, by brute force: in ten dimensions nothing is much faster.
 * @param queries, points Row after row, on shared memory; the first of equally near points is taken.
 */
export async function nearestOf(
  queries: Float64Array,
  points: Float64Array,
  dimensions: number,
  pool: Pool,
): Promise<Nearest> {
  const n = queries.length / dimensions;
  const found: Nearest = { squares: sharedArray(Float64Array, n), events: sharedArray(Uint32Array, n) };
  const starts = Array.from({ length: Math.ceil(n / QUERIES_A_TASK) }, (_, k) => k * QUERIES_A_TASK);
  await Promise.all(
    starts.map((start) =>
      pool.run(nearestTask, {
        ...found,
        queries,
        points,
        dimensions,
        start,
        stop: Math.min(n, start + QUERIES_A_TASK),
      }),
    ),
  );
  return found;
}

/**
 * Share of candidate events nearer to training than to hold-out. Where all three are of one distribution, which half of the
 * 2 N searched events were trained on is as good as dealt out: with k_i of m candidate events nearest to event i, the share
 * has the variance (sum k_i^2 - m^2 / 2N) / (4 m^2), which knows that one event may be the nearest of many. Only shares above
 * 1/2 count as distance.
 * @param size N, the number of training and of hold-out events that were searched.
 */
export function copiesValue(toTraining: Nearest, toHoldout: Nearest, size: number): MetricValue {
  const n = toTraining.squares.length;
  const hits = new Map<number, number>();
  let share = 0;
  let untied = 0;
  for (let i = 0; i < n; i++) {
    const [a, b] = [toTraining.squares[i], toHoldout.squares[i]];
    share += a < b ? 1 : a === b ? 0.5 : 0;
    if (a === b) continue;
    untied++;
    const nearest = a < b ? toTraining.events[i] : -1 - toHoldout.events[i];
    hits.set(nearest, (hits.get(nearest) ?? 0) + 1);
  }
  const value = share / n;
  const squares = [...hits.values()].reduce((sum, k) => sum + k * k, 0);
  const all = 2 * size;
  const deviation = Math.sqrt(((squares - untied ** 2 / all) * all) / (all - 1)) / (2 * n);
  return oneSided("copies", value, value - 0.5, deviation);
}

/** Ratio of mean distances; only ratios below 1 count as distance. Error: propagated from the spread of both distances. */
export function ratioValue(candidate: Float64Array, holdout: Float64Array): MetricValue {
  const [a, b] = [candidate, holdout].map((squares) => {
    const n = squares.length;
    const mean = squares.reduce((sum, s) => sum + Math.sqrt(s), 0) / n;
    const variance = squares.reduce((sum, s) => sum + (Math.sqrt(s) - mean) ** 2, 0) / (n - 1);
    return { mean, relative: variance / n / (mean * mean || 1) };
  });
  if (b.mean === 0) return oneSided("nn-ratio", 1, 0, 0);
  const ratio = a.mean / b.mean;
  // Under the null both means are alike, and so are their relative errors: those of the hold-out events stand for both.
  const deviation = Math.sqrt(b.relative * (1 + holdout.length / candidate.length));
  return oneSided("nn-ratio", ratio, 1 - ratio, deviation, ratio * Math.sqrt(a.relative + b.relative));
}

/** A metric whose distance is the larger of 0 and a normal deviate under the null. */
function oneSided(
  metric: string,
  value: number,
  difference: number,
  deviation: number,
  error = deviation,
): MetricValue {
  const distance = Math.max(0, difference);
  return metricValue({
    metric,
    value,
    error: Math.max(error, deviation),
    distance,
    null: deviation / Math.sqrt(2 * Math.PI),
    nullSpread: deviation * Math.sqrt(0.5 - 0.5 / Math.PI),
    pValue: distance === 0 ? 1 : normalCdf(-distance / deviation),
  });
}
