import { normalQuantile } from "../../util/special.js";
import { mapEdges } from "../binning.js";
import type { MapPair, PairResult } from "../evaluation.js";
import { binsOf, compareBinned, type MapComparison } from "../map.js";
import { type MetricInfo, type MetricValue, metricValue } from "../metric.js";
import type { Points } from "../points.js";
import { sampleOf } from "../sample.js";

export const pairsInfo: MetricInfo = {
  name: "pairs",
  title: "Worst pair of variables",
  description:
    "Chi-square per degree of freedom of the pair of variables whose two-dimensional histograms agree least.",
  reference:
    "Gagunashvili (2010), Nucl. Instrum. Meth. A 614, 287, arXiv:0905.4221; many looks: Sidak (1967), J. Am. Stat. Assoc. 62, 626",
  scope: "joint",
  symmetric: false,
};

/** Bins of a variable: at most 20, and fewer where a pair's cells would hold less than 20 events of the smaller sample. */
const BINS = { most: 20, fewest: 4, events: 20 } as const;
/** Variables that are looked at in pairs; 30 make 435 pairs. */
const MOST_COLUMNS = 30;
const SHOWN = 6;
const SHOWN_AT_LEAST = 3;
/** Above this a pair is shown only where there would be too few to look at. */
const NOTABLE = 0.05;

interface Pair {
  readonly x: number;
  readonly y: number;
  readonly comparison: MapComparison;
}

/**
 * Compares all pairs of variables, in their own units, over at most 20 by 20 cells with edges from the reference.
 * @returns No metric where there is only one variable.
 */
export function comparePairs(
  reference: Points,
  candidate: Points,
): { readonly metric: MetricValue | undefined; readonly pairs: PairResult[] } {
  const columns = Math.min(MOST_COLUMNS, reference.columns.length);
  if (columns < 2) return { metric: undefined, pairs: [] };
  const smaller = Math.min(reference.effectiveSize, candidate.effectiveSize);
  const bins = Math.max(BINS.fewest, Math.min(BINS.most, Math.floor(Math.sqrt(smaller / BINS.events))));
  const edges = Array.from({ length: columns }, (_, k) =>
    mapEdges(sampleOf(reference.columns[k], reference.weights, reference.names[k]), bins),
  );
  const bin = (points: Points) => edges.map((own, k) => binsOf(points.columns[k], own));
  const [a, b] = [bin(reference), bin(candidate)];
  const pairs: Pair[] = [];
  for (let x = 0; x < columns; x++) {
    for (let y = x + 1; y < columns; y++) {
      const plane = (bins: readonly Int16Array[], { weights, effectiveSize }: Points) => ({
        x: bins[x],
        y: bins[y],
        weights,
        effectiveSize,
      });
      const found = compareBinned(plane(a, reference), plane(b, candidate), edges[x], edges[y]);
      pairs.push({ x, y, comparison: found });
    }
  }
  const perDegree = ({ chiSquare, degrees }: MapComparison) => chiSquare / Math.max(1, degrees);
  pairs.sort((p, q) => p.comparison.pValue - q.comparison.pValue || perDegree(q.comparison) - perDegree(p.comparison));
  const notable = pairs.filter(({ comparison }) => comparison.pValue < NOTABLE).length;
  return {
    metric: worstOf(pairs[0].comparison, pairs.length),
    pairs: pairs.slice(0, Math.min(SHOWN, Math.max(SHOWN_AT_LEAST, notable))).map(({ x, y, comparison }) => ({
      x: reference.names[x],
      y: reference.names[y],
      chi2: round(comparison.chiSquare),
      degrees: comparison.degrees,
      pValue: comparison.pValue,
      ...slim(comparison.map),
    })),
  };
}

/** The worst of many chi-squares: what the worst of as many independent ones would be. */
function worstOf({ chiSquare, degrees, pValue }: MapComparison, looks: number): MetricValue {
  const ndf = Math.max(1, degrees);
  const beyond = Math.max(0, chiSquare - ndf);
  const { mean, spread } = largestNormal(looks);
  // Wilson and Hilferty (1931): the cube root of a chi-square per degree of freedom is nearly normal.
  const step = Math.sqrt(2 / (9 * ndf));
  const atNormal = (z: number) => Math.max(0, 1 - 2 / (9 * ndf) + z * step) ** 3;
  return metricValue({
    metric: "pairs",
    value: chiSquare / ndf,
    error: Math.sqrt(2 * (ndf + 2 * beyond)) / ndf,
    null: atNormal(mean),
    nullSpread: (atNormal(mean + spread) - atNormal(mean - spread)) / 2,
    // As 1 - (1 - p)^looks, of which nothing is left by rounding where p is small.
    pValue: -Math.expm1(looks * Math.log1p(-Math.min(pValue, 1 - 1e-16))),
    degrees,
  });
}

/** Mean and standard deviation of the largest of `count` normal numbers, from its quantiles. */
function largestNormal(count: number): { readonly mean: number; readonly spread: number } {
  const points = 200;
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < points; k++) {
    const z = normalQuantile(((k + 0.5) / points) ** (1 / count));
    sum += z;
    squares += z * z;
  }
  const mean = sum / points;
  return { mean, spread: Math.sqrt(squares / points - mean * mean) };
}

/** Maps of many cells stand in JSON: five digits are more than a picture shows. */
function slim(map: MapPair): MapPair {
  return {
    ...map,
    reference: map.reference.map(round),
    candidate: map.candidate.map(round),
    pulls: map.pulls.map((pull) => (pull === null ? null : round(pull))),
  };
}

function round(x: number): number {
  return Number(x.toPrecision(5));
}
