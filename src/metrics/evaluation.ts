/** @file The published `metrics.json`: plain data, complete enough to draw the report from. */
import type { MetricValue } from "./metric.js";

/** Version of the JSON's shape; it changes only when a reader would have to. */
export const EVALUATION_VERSION = 2;

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
export interface Compared {
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
  readonly quantiles: readonly QuantileDifference[];
}

/** One quantile of both samples. */
export interface QuantileDifference {
  /** Share of the weight below it. */
  readonly probability: number;
  readonly reference: number;
  readonly candidate: number;
  /** candidate - reference. */
  readonly difference: number;
  /** Standard error of the difference. */
  readonly error: number;
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

/** Two two-dimensional histograms over the same bins. */
export interface MapPair {
  readonly xEdges: readonly number[];
  readonly yEdges: readonly number[];
  /** Shares of the total weight, row after row: index y * xBins + x. Entries out of range are left out. */
  readonly reference: readonly number[];
  readonly candidate: readonly number[];
  /** (candidate - reference) / error of the difference; null where both are empty. */
  readonly pulls: readonly (number | null)[];
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

/** A variable of a comparison of several. */
export interface JointColumn {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

/** Two variables, and how far their joint distributions are apart. */
export interface PairResult extends MapPair {
  readonly x: string;
  readonly y: string;
  readonly chi2: number;
  readonly degrees: number;
  readonly pValue: number;
}

/** How many independent events the candidate is worth at one number of cells of equal content. */
export interface EquivalentSize {
  readonly cells: number;
  /** Mean squared deviation of the candidate's shares from 1 / cells. */
  readonly meanSquare: number;
  /** Number of independent events with that deviation; low and high enclose 68 %. null: not bounded by this reference. */
  readonly events: number | null;
  readonly low: number;
  readonly high: number | null;
}

/** Several variables of an event, compared together. */
export interface JointResult extends Compared {
  readonly columns: readonly JointColumn[];
  readonly conditions: readonly string[];
  readonly when?: string;
  readonly events: { readonly reference: number; readonly candidate: number };
  /** Linear correlation coefficients, a row a variable. */
  readonly correlations: {
    readonly reference: readonly (readonly number[])[];
    readonly candidate: readonly (readonly number[])[];
    /** Standard error of each difference under the null. */
    readonly errors: readonly (readonly number[])[];
  };
  /** The pairs of variables whose joint distributions differ most, worst first. */
  readonly pairs: readonly PairResult[];
  readonly equivalent: readonly EquivalentSize[];
  readonly classifiers: readonly ClassifierResult[];
}

/** What a classifier found that was trained to tell the candidate from the reference. */
export interface ClassifierResult {
  readonly kind: "trees" | "network";
  /** What it looked at: variables, differences from truth, conditions. */
  readonly features: readonly string[];
  /** Events of each sample, and how often the classifier was trained on another part of them. */
  readonly events: {
    readonly train: number;
    readonly calibrate: number;
    readonly test: number;
    readonly folds: number;
  };
  readonly accuracy: Estimate;
  /** Mean cross-entropy of the calibrated classifier on test events; ln 2 where nothing is found. */
  readonly logLoss: number;
  readonly roc: { readonly falsePositive: readonly number[]; readonly truePositive: readonly number[] };
  /** Likelihood ratio of reference to candidate, as the calibrated classifier estimates it. */
  readonly weights: WeightDiagnostics;
  /** Worst first. */
  readonly importance: readonly FeatureImportance[];
}

export interface WeightDiagnostics {
  /** Edges in log10 of the weight; contents are shares of the test events, the outermost bins hold what lies beyond. */
  readonly edges: readonly number[];
  readonly reference: readonly number[];
  readonly candidate: readonly number[];
  /** Mean weight of candidate events: 1 for a calibrated classifier. */
  readonly mean: Estimate;
  /** (sum w)^2 / (n sum w^2) over candidate events. */
  readonly effectiveShare: number;
  /** Share of candidate events that are twice too common, or more. */
  readonly belowHalf: number;
  /** Share of candidate events that are half as common as they should be, or less. */
  readonly aboveTwo: number;
}

export interface FeatureImportance {
  readonly feature: string;
  /** How much the AUC falls when the feature is dealt out anew among the test events. */
  readonly drop: Estimate;
  /** Mean, in deviations from the candidate's mean, of candidate events of the lowest weights (too common). */
  readonly low: number;
  /** The same of the highest weights (too rare). */
  readonly high: number;
}

/** A number with its standard error. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** Whether the candidate holds copies of the events that it was trained on. */
export interface MemorisationResult extends Compared {
  readonly columns: readonly string[];
  readonly events: { readonly candidate: number; readonly training: number; readonly holdout: number };
  /** Share of candidate, and of hold-out, events that equal a training event in every column. */
  readonly duplicates: { readonly candidate: number; readonly holdout: number };
  /** Distances to the nearest training event, of candidate and of hold-out events, in reference deviations: shares in bins. */
  readonly distances: {
    readonly edges: readonly number[];
    readonly candidate: readonly number[];
    readonly holdout: readonly number[];
  };
}

/** A classifier for another task, trained on candidate and on reference events, tested on reference events. */
export interface DownstreamResult extends Compared {
  readonly label: string;
  readonly features: readonly string[];
  readonly events: { readonly train: number; readonly test: number };
  readonly trained: readonly {
    readonly on: "reference" | "candidate" | "both";
    readonly auc: Estimate;
    readonly roc: { readonly falsePositive: readonly number[]; readonly truePositive: readonly number[] };
  }[];
}

export type HeadlineKind =
  | "variable"
  | "response"
  | "acceptance"
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
