import type { Comparison } from "./comparison.js";
import type { BinContents, HistogramPair, SampleSummary } from "./evaluation.js";
import type { Histogram } from "./histogram.js";
import { quantile } from "./quantile.js";
import type { Sample } from "./sample.js";

/** Describes a sample in a few numbers. */
export function summariseSample(sample: Sample): SampleSummary {
  const { values } = sample;
  return {
    entries: values.length,
    sumOfWeights: sample.sumOfWeights,
    effectiveEntries: sample.effectiveSize,
    mean: sample.mean,
    deviation: sample.deviation,
    minimum: values[0],
    median: quantile(sample, 0.5),
    maximum: values[values.length - 1],
  };
}

/** Turns a comparison's histograms into plain data. */
export function histogramPair(comparison: Comparison): HistogramPair {
  const { reference, candidate } = comparison.histograms;
  return { edges: comparison.edges, reference: contents(reference), candidate: contents(candidate) };
}

function contents({ sums, variances }: Histogram): BinContents {
  return { sums: Array.from(sums), errors: Array.from(variances, Math.sqrt) };
}

/** Why two sets of entries cannot be compared, or undefined where they can. */
export function tooFew(reference: number, candidate: number): string | undefined {
  if (reference >= 2 && candidate >= 2) return undefined;
  const which = reference < 2 ? "reference" : "candidate";
  const count = Math.min(reference < 2 ? reference : candidate);
  return `too few entries in the ${which}; expected at least 2, got ${count}.`;
}
