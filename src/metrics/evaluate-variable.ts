import type { EventTable } from "../data/event-table.js";
import type { Random } from "../util/random.js";
import { defaultEdges } from "./binning.js";
import { Comparison } from "./comparison.js";
import { gather } from "./entries.js";
import type { Skipped, VariableResult } from "./evaluation.js";
import { metricsOf } from "./registry.js";
import { sampleOf } from "./sample.js";
import type { VariableSpec } from "./spec.js";
import { histogramPair, quantileDifferences, summariseSample, tooFew } from "./summary.js";

/** Compares one column as a distribution. */
export function evaluateVariable(
  reference: EventTable,
  candidate: EventTable,
  spec: VariableSpec,
  random: Random,
): VariableResult | Skipped {
  const { name, column, when } = spec;
  const a = gather(reference, [column], when, "reference");
  const b = gather(candidate, [column], when, "candidate");
  const reason = tooFew(a.columns[0].length, b.columns[0].length);
  if (reason !== undefined) return { name, reason };
  const sampleA = sampleOf(a.columns[0], a.weights, `"${column}" of the reference`);
  const sampleB = sampleOf(b.columns[0], b.weights, `"${column}" of the candidate`);
  const edges = defaultEdges(sampleA, spec.bins, spec.range);
  const comparison = new Comparison(sampleA, sampleB, { edges, random });
  const field = reference.column(column).field;
  return {
    name,
    column,
    when,
    title: spec.title ?? field.title ?? name,
    unit: spec.unit ?? field.unit ?? "",
    group: spec.group ?? "",
    metrics: metricsOf("distribution").map((metric) => metric.compute(comparison)),
    reference: summariseSample(sampleA),
    candidate: summariseSample(sampleB),
    histogram: histogramPair(comparison),
    quantiles: quantileDifferences(comparison),
  };
}
