import { Random } from "../util/random.js";
import { defaultEdges } from "./binning.js";
import { type CdfGap, cdfGap } from "./cdf-gap.js";
import { type Histogram, histogramOf } from "./histogram.js";
import type { Sample } from "./sample.js";

/** How to bin a comparison, and how to draw where a null needs simulation. */
export interface ComparisonOptions {
  /** Ascending bin edges, at least two (default: chosen from the reference). */
  readonly edges?: readonly number[];
  /** The same comparison in bins of another variable, for metrics that look at profiles (default: none). */
  readonly slices?: readonly Comparison[];
  /** Random numbers for nulls without a formula (default: seed 0). */
  readonly random?: Random;
}

/** Two samples of one variable. What several metrics need is computed once, when first asked for. */
export class Comparison {
  readonly reference: Sample;
  readonly candidate: Sample;
  readonly random: Random;
  /** Bins of another variable; a comparison without any is its own only slice. */
  readonly slices: readonly Comparison[];
  #edges: readonly number[] | undefined;
  #gap: CdfGap | undefined;
  #histograms: { readonly reference: Histogram; readonly candidate: Histogram } | undefined;

  constructor(reference: Sample, candidate: Sample, options: ComparisonOptions = {}) {
    this.reference = reference;
    this.candidate = candidate;
    this.random = options.random ?? new Random(0);
    this.slices = options.slices ?? [this];
    this.#edges = options.edges;
  }

  /** Effective number of events of a two-sample test: n m / (n + m) of the effective sizes. */
  get pooledSize(): number {
    const n = this.reference.effectiveSize;
    const m = this.candidate.effectiveSize;
    return (n * m) / (n + m);
  }

  get edges(): readonly number[] {
    this.#edges ??= defaultEdges(this.reference);
    return this.#edges;
  }

  get histograms(): { readonly reference: Histogram; readonly candidate: Histogram } {
    this.#histograms ??= {
      reference: histogramOf(this.reference, this.edges),
      candidate: histogramOf(this.candidate, this.edges),
    };
    return this.#histograms;
  }

  /** Largest and integrated distance of the two cumulative distributions. */
  get gap(): CdfGap {
    this.#gap ??= cdfGap(this.reference, this.candidate);
    return this.#gap;
  }
}
