import type { EventTable } from "../data/event-table.js";
import type { ClassifierResult } from "./evaluation.js";
import type { JointSpec } from "./spec.js";

/** Gives the features of a classifier the words of their columns: `p(π⁺)`, `p(π⁺) − truth`, `true p(π⁺)`. */
export function withFeatureWords(
  results: readonly ClassifierResult[],
  table: EventTable,
  spec: JointSpec,
): ClassifierResult[] {
  const words = featureWords(table, spec);
  const say = (feature: string) => words.get(feature) ?? feature;
  return results.map((result) => ({
    ...result,
    features: result.features.map(say),
    importance: result.importance.map((one) => ({ ...one, feature: say(one.feature) })),
  }));
}

function featureWords(table: EventTable, { columns, residuals = [], conditions = [] }: JointSpec): Map<string, string> {
  const title = (name: string) => table.column(name).field.title ?? name;
  const words = new Map<string, string>();
  for (const name of columns) words.set(name, title(name));
  for (const { reco, truth } of residuals) words.set(`${reco} − ${truth}`, `${title(reco)} − truth`);
  for (const name of conditions) words.set(name, title(name) === name ? name : `true ${title(name)}`);
  // Words that mean two things would be worse than names.
  return new Set(words.values()).size === words.size ? words : new Map();
}
