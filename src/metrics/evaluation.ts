/** @file The published `metrics.json`: plain data, complete enough to draw the report from. */
import type { MetricValue } from "./metric.js";

/** Version of the JSON's shape; it changes only when a reader would have to. */
export const EVALUATION_VERSION = 1;

/** One of the two tables. */
export interface TableSummary {
  readonly events: number;
  readonly sumOfWeights: number;
  readonly effectiveEvents: number;
  /** Name of the weight column, where there is one. */
  readonly weights?: string;
}

/** One sample of a variable. */
export interface SampleSummary {
  readonly entries: number;
  readonly sumOfWeights: number;
  readonly effectiveEntries: number;
  readonly mean: number;
  readonly deviation: number;
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** Bin contents in the table's own weights; the first entry is the underflow, the last the overflow. */
export interface BinContents {
  readonly sums: readonly number[];
  readonly errors: readonly number[];
}

export interface HistogramPair {
  /** Length bins + 1. */
  readonly edges: readonly number[];
  /** Length bins + 2. */
  readonly reference: BinContents;
  readonly candidate: BinContents;
}

/** What every compared thing has. */
interface Compared {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly group: string;
  readonly metrics: readonly MetricValue[];
}

export interface VariableResult extends Compared {
  readonly column: string;
  readonly when?: string;
  readonly reference: SampleSummary;
  readonly candidate: SampleSummary;
  readonly histogram: HistogramPair;
}

/** A value and error in each bin; null where a bin holds too few entries. */
export interface Points {
  readonly values: readonly (number | null)[];
  readonly errors: readonly (number | null)[];
}

/** A share and its interval in each bin; null where a bin holds nothing. */
export interface Shares {
  readonly values: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  /** null also where nothing bounds a ratio from above. */
  readonly high: readonly (number | null)[];
}

export interface ProfilePair {
  readonly reference: Points;
  readonly candidate: Points;
  /** (candidate - reference) / error of the difference. */
  readonly pulls: readonly (number | null)[];
}

export interface ResponseResult extends Compared {
  readonly kind: "difference" | "ratio";
  readonly when: string;
  readonly reference: SampleSummary;
  readonly candidate: SampleSummary;
  readonly histogram: HistogramPair;
  readonly profile: {
    readonly against: string;
    readonly title: string;
    readonly unit: string;
    readonly edges: readonly number[];
    readonly median: ProfilePair;
    /** Half of the central 68.27 % interval. */
    readonly width: ProfilePair;
  };
}

export interface EfficiencyCurve {
  readonly against: string;
  readonly title: string;
  readonly unit: string;
  readonly edges: readonly number[];
  readonly reference: Shares;
  readonly candidate: Shares;
  /** Candidate over reference. */
  readonly ratio: Shares;
  readonly metrics: readonly MetricValue[];
}

/** A single share with its interval. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface AcceptanceResult extends Compared {
  readonly accepted: string;
  readonly reference: Share;
  readonly candidate: Share;
  readonly curves: readonly EfficiencyCurve[];
}

/** A weighted number of events. */
export interface Count {
  readonly value: number;
  readonly error: number;
}

export interface YieldResult extends Compared {
  readonly all: readonly string[];
  readonly reference: Count;
  readonly candidate: Count;
}

/** One line of the headline table. */
export interface Headline extends MetricValue {
  readonly kind: "variable" | "response" | "acceptance" | "yield";
  /** Name of the variable, response, acceptance or yield. */
  readonly subject: string;
  readonly title: string;
  readonly group: string;
  /** Truth column of a profile, and words for it. */
  readonly against?: string;
  readonly againstTitle?: string;
}

/** What the sample size can and cannot show. */
export interface PowerNote {
  readonly quantity: "mean" | "median" | "width" | "efficiency" | "yield";
  /** Smallest relative difference outside the 95 % band of the noise: of the deviation, of the width, or of the efficiency. */
  readonly detectable: number;
  readonly words: string;
}

/** Something in the spec that could not be compared. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface Evaluation {
  readonly version: typeof EVALUATION_VERSION;
  readonly reference: TableSummary;
  readonly candidate: TableSummary;
  readonly variables: readonly VariableResult[];
  readonly responses: readonly ResponseResult[];
  readonly acceptances: readonly AcceptanceResult[];
  readonly yields: readonly YieldResult[];
  /** Worst first, by `score`. */
  readonly headlines: readonly Headline[];
  readonly power: readonly PowerNote[];
  readonly skipped: readonly Skipped[];
}
