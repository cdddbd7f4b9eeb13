import { perDegree } from "./chi-square.js";
import type { Comparison } from "./comparison.js";
import type { Metric } from "./metric.js";
import { type Estimate, halfWidth, median } from "./quantile.js";
import type { Sample } from "./sample.js";

/** Fewest effective entries of a bin in which a median and a width are worth quoting. */
export const PROFILE_ENTRIES = 20;

const REFERENCE = "David, Nagaraja (2003), Order Statistics, 3rd ed., section 7.1";

/** Chi-square of the response's median in bins of a truth variable: the scale. */
export const medianProfile: Metric = {
  name: "median",
  title: "Response median",
  description: "Chi-square per degree of freedom of the response's medians in bins of a truth variable.",
  reference: REFERENCE,
  scope: "response",
  symmetric: true,
  compute: ({ slices }) => profile("median", slices, median),
};

/** Chi-square of half the 68 % interval of the response in bins of a truth variable: the resolution. */
export const widthProfile: Metric = {
  name: "width",
  title: "Response width",
  description:
    "Chi-square per degree of freedom of half the response's central 68 % intervals in bins of a truth variable.",
  reference: REFERENCE,
  scope: "response",
  symmetric: true,
  compute: ({ slices }) => profile("width", slices, halfWidth),
};

/** Whether a slice holds enough entries on both sides for the error of its quantiles to mean something. */
export function isPopulated({ reference, candidate }: Comparison): boolean {
  return Math.min(reference.effectiveSize, candidate.effectiveSize) >= PROFILE_ENTRIES;
}

function profile(metric: string, slices: readonly Comparison[], estimate: (sample: Sample) => Estimate) {
  let chiSquare = 0;
  let degrees = 0;
  for (const slice of slices) {
    if (!isPopulated(slice)) continue;
    const a = estimate(slice.reference);
    const b = estimate(slice.candidate);
    const variance = a.error ** 2 + b.error ** 2;
    if (variance === 0 && a.value === b.value) continue;
    chiSquare += (a.value - b.value) ** 2 / Math.max(variance, Number.MIN_VALUE);
    degrees++;
  }
  return perDegree(metric, Math.min(chiSquare, 1e12), degrees);
}
