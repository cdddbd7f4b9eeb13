import type { EventTable } from "../data/event-table.js";
import type { Random } from "../util/random.js";
import { perDegree } from "./chi-square.js";
import { type DrawnEvents, energyScore } from "./energy-score.js";
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
 * reference belongs to rows i K .. (i + 1) K - 1 of the candidate. Events count where the mask holds in the reference and in
 * at least two of the draws; it is these draws that they are compared with.
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
  const { rows, starts, chosen } = usableDraws(reference, candidate, when, draws);
  const reason = tooFew(rows.length, rows.length);
  if (reason !== undefined) return { name, reason };
  const truth = columns.map((column) => reference.numbers(column));
  const drawn = columns.map((column) => candidate.numbers(column));
  const events: DrawnEvents = { rows, starts, chosen };
  const ranks = columns.map((_, k) => rankShares(truth[k], drawn[k], events, draws, random));
  const n = rows.length;
  // Each column's ranks are multinomial under the null; columns of one event are not independent, so the worst stands.
  const chiSquares = ranks.map(
    (shares) => shares.reduce((sum, s) => sum + (s - 1 / shares.length) ** 2, 0) * shares.length * n,
  );
  const worst = chiSquares.reduce((a, b) => Math.max(a, b), 0);
  const single = perDegree("ranks", worst, draws);
  const pValue = -Math.expm1(columns.length * Math.log1p(-Math.min(single.pValue, 1 - 1e-16)));
  const metrics: MetricValue[] = [{ ...single, pValue }, energyScore(truth, drawn, events)];
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

/** Events of the reference with at least two usable draws, and which rows of the candidate these are. */
function usableDraws(
  reference: EventTable,
  candidate: EventTable,
  when: string | undefined,
  draws: number,
): DrawnEvents {
  const a = when === undefined ? undefined : reference.flat(when);
  const b = when === undefined ? undefined : candidate.flat(when);
  const rows: number[] = [];
  const starts = [0];
  const chosen: number[] = [];
  for (let i = 0; i < reference.length; i++) {
    if (a?.[i] === 0) continue;
    const before = chosen.length;
    for (let k = i * draws; k < (i + 1) * draws; k++) if (b === undefined || b[k] !== 0) chosen.push(k);
    if (chosen.length - before < 2) {
      chosen.length = before;
      continue;
    }
    rows.push(i);
    starts.push(chosen.length);
  }
  return { rows: Uint32Array.from(rows), starts: Uint32Array.from(starts), chosen: Uint32Array.from(chosen) };
}

/**
 * Share of events in draws + 1 bins of their rank. An event with fewer draws, or with some that are equal to it, has a
 * rank anywhere within what it allows, drawn at random: uniform where the candidate is right.
 */
function rankShares(
  truth: Float64Array,
  drawn: Float64Array,
  { rows, starts, chosen }: DrawnEvents,
  draws: number,
  random: Random,
): number[] {
  const counts = new Array<number>(draws + 1).fill(0);
  for (const [event, row] of rows.entries()) {
    let below = 0;
    let equal = 0;
    for (let c = starts[event]; c < starts[event + 1]; c++) {
      const y = drawn[chosen[c]];
      if (y < truth[row]) below++;
      else if (y === truth[row]) equal++;
    }
    const size = starts[event + 1] - starts[event];
    const rank = below + (equal === 0 ? 0 : random.integer(equal + 1));
    const bin = size === draws ? rank : Math.floor(((rank + random.uniform()) / (size + 1)) * (draws + 1));
    counts[bin]++;
  }
  return counts.map((c) => c / rows.length);
}
