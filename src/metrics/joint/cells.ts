/** @file Cells of equal content: how many independent events a candidate's shares of them are worth. */
import { Random } from "../../util/random.js";
import { normalQuantile } from "../../util/special.js";
import { perDegree } from "../chi-square.js";
import type { EquivalentSize } from "../evaluation.js";
import type { MetricInfo, MetricValue } from "../metric.js";
import type { Points } from "../points.js";
import type { Tools } from "../tools.js";
import { concentration, probabilities } from "./layout.js";
import { type Membership, splitAll } from "./median-splits.js";

export const cellsInfo: MetricInfo = {
  name: "cells",
  title: "Cells of equal content",
  description: "Chi-square per degree of freedom in the finest cells of equal reference content over all variables.",
  reference: "Butter et al. (2021), SciPost Phys. 10, 139, arXiv:2008.06545",
  scope: "joint",
  symmetric: false,
};

/** Effective events of each sample that a cell holds on average. */
const EVENTS_PER_CELL = 20;

/** Compares shares of cells made by halving the reference at medians, one variable after another. */
export function compareCells(
  reference: Points,
  candidate: Points,
  tools: Tools,
): { readonly metric: MetricValue; readonly equivalent: EquivalentSize[] } {
  const smaller = Math.min(reference.effectiveSize, candidate.effectiveSize);
  // Powers of 4, but at least two cells, however few events there are.
  const levels = Math.max(1, 2 * Math.floor(Math.log2(Math.max(1, smaller / EVENTS_PER_CELL)) / 2));
  const random = new Random(tools.seed, tools.stream);
  const a = { p: probabilities(reference), cell: new Uint32Array(reference.length) };
  const b = { p: probabilities(candidate), cell: new Uint32Array(candidate.length) };
  const equivalent: EquivalentSize[] = [];
  for (let level = 1; level <= levels; level++) {
    splitAll(reference, a, candidate, b, level, random);
    if (level % 2 === 0 || level === levels) equivalent.push(equivalentSize(a, b, 2 ** level));
  }
  const { chiSquare, cells } = chiSquareOf(a, b, 2 ** levels, reference, candidate);
  return { metric: perDegree("cells", chiSquare, cells - 1), equivalent };
}

function sharesOf({ p, cell }: Membership, cells: number): { shares: Float64Array; squares: Float64Array } {
  const shares = new Float64Array(cells);
  const squares = new Float64Array(cells);
  for (let i = 0; i < p.length; i++) {
    shares[cell[i]] += p[i];
    squares[cell[i]] += p[i] * p[i];
  }
  return { shares, squares };
}

/**
 * Sum of squared differences of the shares over their variance. Cells at a sample's own medians have shares that do not
 * vary, but borders that do: to first order that gives the candidate's shares the variance that the reference's lack.
 */
function chiSquareOf(a: Membership, b: Membership, cells: number, reference: Points, candidate: Points) {
  const x = sharesOf(a, cells);
  const y = sharesOf(b, cells);
  const isWeighted = reference.weights !== undefined || candidate.weights !== undefined;
  const noise = concentration(a.p) + concentration(b.p);
  let chiSquare = 0;
  let used = 0;
  for (let c = 0; c < cells; c++) {
    const variance = isWeighted ? x.squares[c] + y.squares[c] : x.shares[c] * noise;
    if (!(variance > 0)) continue;
    chiSquare += (y.shares[c] - x.shares[c]) ** 2 / variance;
    used++;
  }
  return { chiSquare, cells: Math.max(1, used) };
}

/**
 * n independent events have shares with a mean square of (q - 1) / (q^2 n) about the truth; the reference's own n comes on
 * top of the candidate's. A mean square of q - 1 degrees of freedom gives the interval.
 */
function equivalentSize(a: Membership, b: Membership, cells: number): EquivalentSize {
  const x = sharesOf(a, cells).shares;
  const y = sharesOf(b, cells).shares;
  let meanSquare = 0;
  for (let c = 0; c < cells; c++) meanSquare += (y[c] - x[c]) ** 2 / cells;
  const own = concentration(a.p);
  const unit = (cells - 1) / cells ** 2;
  const events = (square: number) => (square / unit > own ? 1 / (square / unit - own) : null);
  const degree = (z: number) => Math.max(1e-3, 1 - 2 / (9 * (cells - 1)) + z * Math.sqrt(2 / (9 * (cells - 1)))) ** 3;
  const z = normalQuantile(0.841344746068543);
  return {
    cells,
    meanSquare,
    events: tidy(events(meanSquare)),
    // Shares closer than the reference's own noise say only that there are at least as many events as the reference has.
    low: tidy(events(meanSquare / degree(-z))) ?? tidy(1 / own) ?? 0,
    high: tidy(events(meanSquare / degree(z))),
  };
}

function tidy(x: number | null): number | null {
  return x === null ? null : Number(x.toPrecision(5));
}
