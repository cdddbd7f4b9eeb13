import type { Comparison } from "./comparison.js";
import type { BinContents, HistogramPair, QuantileDifference, SampleSummary } from "./evaluation.js";
import type { Histogram } from "./histogram.js";
import { quantile, quantileError } from "./quantile.js";
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

/** Quantiles from the 1st to the 99th percentile. */
const PROBABILITIES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** How far the quantiles of both samples are apart, with errors from order statistics. */
export function quantileDifferences({ reference, candidate }: Comparison): QuantileDifference[] {
  return PROBABILITIES.map((probability) => {
    const a = quantile(reference, probability);
    const b = quantile(candidate, probability);
    const error = Math.hypot(quantileError(reference, probability), quantileError(candidate, probability));
    return { probability, reference: a, candidate: b, difference: b - a, error };
  });
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
