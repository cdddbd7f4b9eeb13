/** @file Results of looking at events as a whole, as they stand in `metrics.json`. */
import type { Compared, Estimate, MapPair } from "./evaluation-base.js";

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
