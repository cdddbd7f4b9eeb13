/** @file The published `metrics.json`: plain data, complete enough to draw the report from. */
import type {
  Compared,
  Count,
  Estimate,
  HistogramPair,
  MapPair,
  ProfilePair,
  QuantileDifference,
  SampleSummary,
  Share,
  Shares,
  TableSummary,
} from "./evaluation-base.js";
import type { DownstreamResult, JointResult, MemorisationResult } from "./evaluation-whole.js";
import type { MetricValue } from "./metric.js";

export type * from "./evaluation-base.js";
export type * from "./evaluation-whole.js";

/** Version of the JSON's shape; it changes only when a reader would have to. */
export const EVALUATION_VERSION = 2;

export interface VariableResult extends Compared {
  readonly column: string;
  readonly when?: string;
  readonly reference: SampleSummary;
  readonly candidate: SampleSummary;
  readonly histogram: HistogramPair;
  readonly quantiles: readonly QuantileDifference[];
}

export interface ResponseResult extends Compared {
  readonly kind: "difference" | "ratio";
  readonly when: string;
  readonly reference: SampleSummary;
  readonly candidate: SampleSummary;
  readonly histogram: HistogramPair;
  readonly quantiles: readonly QuantileDifference[];
  readonly profile: {
    readonly against: string;
    readonly title: string;
    readonly unit: string;
    readonly edges: readonly number[];
    readonly median: ProfilePair;
    /** Half of the central 68.27 % interval. */
    readonly width: ProfilePair;
  };
  /** Where the reference's responses lie among the candidate's of the same bin of truth. */
  readonly transform: ProbabilityTransform;
  /** Truth against reconstruction, in bins of both. */
  readonly plan: PlanPair;
}

/**
 * The probability integral transform: the share of the candidate's responses, of equal truth, that lie below a reference
 * response. Uniform where the candidate's conditional distribution is right.
 */
export interface ProbabilityTransform {
  /** Share of reference responses in each of equal bins over [0, 1]; each is 1 / bins for a perfect candidate. */
  readonly shares: readonly number[];
  /** Standard error of a share under a perfect candidate. */
  readonly error: number;
  /** Share of reference responses inside the candidate's central interval of nominal content. */
  readonly coverage: readonly {
    readonly nominal: number;
    readonly value: number;
    readonly error: number;
  }[];
}

/** How truth (x) is carried to reconstruction (y). */
export interface PlanPair extends MapPair {
  readonly truth: string;
  readonly reco: string;
  /** Words for the axes, with units. */
  readonly xTitle: string;
  readonly yTitle: string;
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

export interface AcceptanceResult extends Compared {
  readonly accepted: string;
  readonly reference: Share;
  readonly candidate: Share;
  readonly curves: readonly EfficiencyCurve[];
}

/** What objects are taken for: shares of reconstructed codes, one row a true code. */
export interface CategoryResult extends Compared {
  readonly reco: string;
  readonly truth?: string;
  readonly when?: string;
  /** Reconstructed codes, one column each. */
  readonly codes: readonly number[];
  /** True codes, one row each; null for all objects, where the truth has none. */
  readonly trueCodes: readonly (number | null)[];
  /** Sum of weights of each row. */
  readonly entries: { readonly reference: readonly number[]; readonly candidate: readonly number[] };
  readonly reference: readonly (readonly number[])[];
  readonly candidate: readonly (readonly number[])[];
  /** Standard errors of the differences. */
  readonly errors: readonly (readonly number[])[];
}

export interface YieldResult extends Compared {
  readonly all: readonly string[];
  readonly reference: Count;
  readonly candidate: Count;
}

/** A predicted acceptance held against what happened to the same truth events in the reference. */
export interface ReliabilityResult extends Compared {
  /** Bins of predicted acceptance. */
  readonly edges: readonly number[];
  /** Mean prediction of each bin. */
  readonly predicted: readonly (number | null)[];
  /** Share that the reference accepted. */
  readonly observed: Shares;
  readonly entries: readonly number[];
  /** Mean squared difference of flag and prediction (Brier, 1950). */
  readonly brier: Estimate;
  /** What the predictions themselves would give if they were right: mean of p (1 - p). */
  readonly brierExpected: number;
}

/** Several draws of the candidate for each truth event of the reference. */
export interface DrawsResult extends Compared {
  readonly columns: readonly string[];
  /** Draws for each truth event. */
  readonly draws: number;
  readonly events: number;
  /** For each column, the share of reference events at each rank 0 .. draws among the draws; uniform where right. */
  readonly ranks: readonly (readonly number[])[];
  /** Standard error of a share under a perfect candidate. */
  readonly rankError: number;
}

export type HeadlineKind =
  | "variable"
  | "response"
  | "acceptance"
  | "category"
  | "yield"
  | "reliability"
  | "draws"
  | "joint"
  | "memorisation"
  | "downstream";

/** One line of the headline table. */
export interface Headline extends MetricValue {
  readonly kind: HeadlineKind;
  /** Name of what was compared. */
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

/** Everything that was compared, kind by kind, in the order of the spec. */
export interface EvaluationParts {
  readonly variables: readonly VariableResult[];
  readonly responses: readonly ResponseResult[];
  readonly acceptances: readonly AcceptanceResult[];
  readonly categories: readonly CategoryResult[];
  readonly yields: readonly YieldResult[];
  readonly reliabilities: readonly ReliabilityResult[];
  readonly draws: readonly DrawsResult[];
  readonly joints: readonly JointResult[];
  readonly memorisations: readonly MemorisationResult[];
  readonly downstreams: readonly DownstreamResult[];
}

export interface Evaluation extends EvaluationParts {
  readonly version: typeof EVALUATION_VERSION;
  readonly reference: TableSummary;
  readonly candidate: TableSummary;
  /** Worst first, by `score`. */
  readonly headlines: readonly Headline[];
  readonly power: readonly PowerNote[];
  readonly skipped: readonly Skipped[];
}
