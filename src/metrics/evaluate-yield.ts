import type { EventTable } from "../data/event-table.js";
import type { Random } from "../util/random.js";
import { Comparison } from "./comparison.js";
import { passesOf } from "./efficiency.js";
import { gather } from "./entries.js";
import type { Count, YieldResult } from "./evaluation.js";
import { metricsOf } from "./registry.js";
import { type Sample, sampleOf } from "./sample.js";
import type { YieldSpec } from "./spec.js";

/** Compares the number of events in which all named columns are non-zero, per event of the table. */
export function evaluateYield(
  reference: EventTable,
  candidate: EventTable,
  spec: YieldSpec,
  random: Random,
): YieldResult {
  const a = allAccepted(reference, spec.all, "reference");
  const b = allAccepted(candidate, spec.all, "candidate");
  const comparison = new Comparison(a, b, { random });
  return {
    name: spec.name,
    title: spec.title ?? spec.name,
    unit: "",
    group: "",
    all: spec.all,
    metrics: metricsOf("yield").map((metric) => metric.compute(comparison)),
    reference: countOf(a),
    candidate: countOf(b),
  };
}

function allAccepted(table: EventTable, names: readonly string[], which: string): Sample {
  for (const name of names) table.flat(name);
  const { columns, weights } = gather(table, names, undefined, which);
  const all = columns[0].map((_, i) => (columns.every((column) => column[i] !== 0) ? 1 : 0));
  return sampleOf(all, weights, `accepted events of the ${which}`);
}

function countOf(sample: Sample): Count {
  const { passed, passedSquares } = passesOf(sample);
  return { value: passed, error: Math.sqrt(passedSquares) };
}
