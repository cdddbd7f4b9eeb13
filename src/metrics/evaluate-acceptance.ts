import type { EventTable } from "../data/event-table.js";
import type { Random } from "../util/random.js";
import { profileEdges } from "./binning.js";
import { Comparison } from "./comparison.js";
import { efficiency, type Interval, passesOf, ratioInterval } from "./efficiency.js";
import { type Entries, gather } from "./entries.js";
import type { AcceptanceResult, EfficiencyCurve, Shares, Skipped } from "./evaluation.js";
import { metricsOf } from "./registry.js";
import { type Sample, sampleOf } from "./sample.js";
import { sliceComparisons } from "./slices.js";
import type { AcceptanceSpec } from "./spec.js";
import { tooFew } from "./summary.js";

/** Compares the share of accepted events, overall and in bins of truth variables. */
export function evaluateAcceptance(
  reference: EventTable,
  candidate: EventTable,
  spec: AcceptanceSpec,
  random: Random,
): AcceptanceResult | Skipped {
  const { name, accepted } = spec;
  const names = [accepted, ...spec.against];
  const a = gather(reference, names, undefined, "reference");
  const b = gather(candidate, names, undefined, "candidate");
  const reason = tooFew(a.columns[0].length, b.columns[0].length);
  if (reason !== undefined) return { name, reason };
  const sampleA = passSample(a.columns[0], a.weights, `"${accepted}" of the reference`);
  const sampleB = passSample(b.columns[0], b.weights, `"${accepted}" of the candidate`);
  const comparison = new Comparison(sampleA, sampleB, { random });
  return {
    name,
    accepted,
    title: spec.title ?? name,
    unit: "",
    group: spec.group ?? "",
    metrics: metricsOf("acceptance").map((metric) => metric.compute(comparison)),
    reference: efficiency(passesOf(sampleA)),
    candidate: efficiency(passesOf(sampleB)),
    curves: spec.against.map((_, k) => efficiencyCurve(reference, spec, k, [a, b], [sampleA, sampleB], random)),
  };
}

function passSample(values: Float64Array, weights: Float64Array | undefined, label: string): Sample {
  return sampleOf(
    values.map((x) => (x === 0 ? 0 : 1)),
    weights,
    label,
  );
}

function efficiencyCurve(
  table: EventTable,
  spec: AcceptanceSpec,
  k: number,
  [a, b]: readonly [Entries, Entries],
  [sampleA, sampleB]: readonly [Sample, Sample],
  random: Random,
): EfficiencyCurve {
  const against = spec.against[k];
  const field = table.column(against).field;
  const edges = profileEdges(sampleOf(a.columns[k + 1], a.weights, `"${against}" of the reference`));
  const binned = ({ columns, weights }: Entries) => ({ values: columns[0], against: columns[k + 1], weights });
  const slices = sliceComparisons(binned(a), binned(b), edges, random);
  const comparison = new Comparison(sampleA, sampleB, { slices: slices.filter((s) => s !== undefined), random });
  const bins = slices.map((slice) => {
    if (slice === undefined) return undefined;
    const reference = efficiency(passesOf(slice.reference));
    const candidate = efficiency(passesOf(slice.candidate));
    const ratio = reference.value > 0 ? ratioInterval(candidate, reference) : undefined;
    return { reference, candidate, ratio };
  });
  return {
    against,
    title: spec.againstTitles?.[k] ?? field.title ?? against,
    unit: spec.againstUnits?.[k] ?? field.unit ?? "",
    edges,
    reference: shares(bins.map((bin) => bin?.reference)),
    candidate: shares(bins.map((bin) => bin?.candidate)),
    ratio: shares(bins.map((bin) => bin?.ratio)),
    metrics: metricsOf("acceptance-profile").map((metric) => metric.compute(comparison)),
  };
}

function shares(intervals: readonly (Interval | undefined)[]): Shares {
  return {
    values: intervals.map((x) => x?.value ?? null),
    low: intervals.map((x) => x?.low ?? null),
    high: intervals.map((x) => (x !== undefined && Number.isFinite(x.high) ? x.high : null)),
  };
}
