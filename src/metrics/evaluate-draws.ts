import type { EventTable } from "../data/event-table.js";
import type { Random } from "../util/random.js";
import { perDegree } from "./chi-square.js";
import { energyScore } from "./energy-score.js";
import type { DrawsResult, Skipped } from "./evaluation.js";
import type { MetricInfo, MetricValue } from "./metric.js";
import type { DrawsSpec } from "./spec.js";
import { tooFew } from "./summary.js";

/** Chi-square of the ranks of reference events among the candidate's draws for the same truth. */
export const ranksInfo: MetricInfo = {
  name: "ranks",
  title: "Rank among draws",
  description:
    "Chi-square per degree of freedom of the reference's ranks among several draws for the same truth event.",
  reference:
    "Talagrand, Vautard, Strauss (1997), ECMWF Workshop on Predictability, 1; Gneiting, Raftery (2007), J. Am. Stat. Assoc. 102, 359",
  scope: "draws",
  symmetric: false,
};

/**
 * Compares several draws of the candidate for each truth event with the one event of the reference: row i of the
 * reference belongs to rows i K .. (i + 1) K - 1 of the candidate. Events count where the mask holds in the reference and
 * in all of its draws.
 */
export function evaluateDraws(
  reference: EventTable,
  candidate: EventTable,
  spec: DrawsSpec,
  random: Random,
): DrawsResult | Skipped {
  const { name, columns, when } = spec;
  const draws = candidate.length / reference.length;
  if (!Number.isInteger(draws) || draws < 2) {
    return {
      name,
      reason: `not several draws an event; expected 2, 3, ... times the reference's ${reference.length} rows, got ${candidate.length}.`,
    };
  }
  const rows = usableRows(reference, candidate, when, draws);
  const reason = tooFew(rows.length, rows.length);
  if (reason !== undefined) return { name, reason };
  const truth = columns.map((column) => reference.numbers(column));
  const drawn = columns.map((column) => candidate.numbers(column));
  const ranks = columns.map((_, k) => rankShares(truth[k], drawn[k], rows, draws, random));
  const n = rows.length;
  // Each column's ranks are multinomial under the null; columns of one event are not independent, so the worst stands.
  const chiSquares = ranks.map(
    (shares) => shares.reduce((sum, s) => sum + (s - 1 / shares.length) ** 2, 0) * shares.length * n,
  );
  const worst = chiSquares.reduce((a, b) => Math.max(a, b), 0);
  const single = perDegree("ranks", worst, draws);
  const pValue = -Math.expm1(columns.length * Math.log1p(-Math.min(single.pValue, 1 - 1e-16)));
  const metrics: MetricValue[] = [{ ...single, pValue }, energyScore(truth, drawn, rows, draws)];
  return {
    name,
    title: spec.title ?? name,
    unit: "",
    group: spec.group ?? "",
    metrics,
    columns,
    draws,
    events: n,
    ranks,
    rankError: Math.sqrt(((1 / (draws + 1)) * (1 - 1 / (draws + 1))) / n),
  };
}

/** Events of the reference whose mask holds there and in all their draws. */
function usableRows(
  reference: EventTable,
  candidate: EventTable,
  when: string | undefined,
  draws: number,
): Uint32Array {
  const all = Uint32Array.from({ length: reference.length }, (_, i) => i);
  if (when === undefined) return all;
  const a = reference.flat(when);
  const b = candidate.flat(when);
  return all.filter((i) => {
    if (a[i] === 0) return false;
    for (let k = 0; k < draws; k++) if (b[i * draws + k] === 0) return false;
    return true;
  });
}

/** Share of events at each rank 0 .. draws; among equal values the rank is drawn. */
function rankShares(
  truth: Float64Array,
  drawn: Float64Array,
  rows: Uint32Array,
  draws: number,
  random: Random,
): number[] {
  const counts = new Array<number>(draws + 1).fill(0);
  for (const row of rows) {
    let below = 0;
    let equal = 0;
    for (let k = 0; k < draws; k++) {
      const y = drawn[row * draws + k];
      if (y < truth[row]) below++;
      else if (y === truth[row]) equal++;
    }
    counts[below + (equal === 0 ? 0 : random.integer(equal + 1))]++;
  }
  return counts.map((c) => c / rows.length);
}
