/** @file What to compare. Plain data: it stands in run specs and in `metrics.json`. */

/** One column, compared as a distribution. */
export interface VariableSpec {
  /** Distinct among the variables. */
  readonly name: string;
  /** Flat, wide or jagged; every entry counts, with the weight of its event. */
  readonly column: string;
  /** Words for axes (default the column's own title, or its name). */
  readonly title?: string;
  /** Default the column's own unit. */
  readonly unit?: string;
  /** A column that is non-zero where the value counts: entry by entry, or event by event. */
  readonly when?: string;
  /** Number of bins (default 100, fewer for small samples). */
  readonly bins?: number;
  /** Lower and upper edge (default: nearly all of the reference). */
  readonly range?: readonly [number, number];
  /** Section of the report, such as "pip" or "reaction". */
  readonly group?: string;
}

/** How far reconstruction moves a value, as a distribution and in bins of a truth variable. */
export interface ResponseSpec {
  readonly name: string;
  readonly truth: string;
  readonly reco: string;
  /** A column that is non-zero where both values count. */
  readonly when: string;
  /** reco - truth, or reco / truth. */
  readonly kind: "difference" | "ratio";
  /** Period to which a difference is wrapped, such as 2 pi: [-period / 2, period / 2). */
  readonly period?: number;
  /** Truth column of the profile. */
  readonly against: string;
  /** Bin edges of the profile (default: equal bins over nearly all of the reference). */
  readonly edges?: readonly number[];
  readonly title?: string;
  readonly unit?: string;
  readonly againstTitle?: string;
  readonly againstUnit?: string;
  /** Range of the histogram (default: nearly all of the reference). */
  readonly range?: readonly [number, number];
  readonly group?: string;
}

/** The share of events that are accepted, overall and in bins of truth variables. */
export interface AcceptanceSpec {
  readonly name: string;
  /** A column that is non-zero where the object is accepted. */
  readonly accepted: string;
  /** Truth columns, one profile each. */
  readonly against: readonly string[];
  readonly title?: string;
  /** Words and units for `against`, in its order (default the columns' own). */
  readonly againstTitles?: readonly string[];
  readonly againstUnits?: readonly string[];
  readonly group?: string;
}

/** What objects are taken for: a column of whole numbers, for each true category where there is one. */
export interface CategorySpec {
  readonly name: string;
  readonly reco: string;
  readonly truth?: string;
  /** A column that is non-zero where an entry counts. */
  readonly when?: string;
  readonly title?: string;
  readonly group?: string;
}

/** The number of events in which all of several columns are accepted. */
export interface YieldSpec {
  readonly name: string;
  readonly all: readonly string[];
  readonly title?: string;
}

/** A predicted acceptance of the candidate, row by row beside the reference's flag for the same truth event. */
export interface ReliabilitySpec {
  readonly name: string;
  /** Column of the candidate: probability that the object is accepted. */
  readonly predicted: string;
  /** Column of the reference: non-zero where it was. */
  readonly accepted: string;
  readonly title?: string;
  readonly group?: string;
}

/** Reconstructed columns of which the candidate holds several draws in a row for each event of the reference. */
export interface DrawsSpec {
  readonly name: string;
  readonly columns: readonly string[];
  /** A column that is non-zero where an event counts, in both tables. */
  readonly when?: string;
  readonly title?: string;
  readonly group?: string;
}

/** Several variables, one value an event each, compared together. */
export interface JointSpec {
  readonly name: string;
  readonly columns: readonly string[];
  /** Truth columns that a classifier sees besides, so that it judges the conditional distribution. */
  readonly conditions?: readonly string[];
  /** Pairs of columns whose difference a classifier sees besides; `period` wraps it. */
  readonly residuals?: readonly { readonly reco: string; readonly truth: string; readonly period?: number }[];
  /** Whether classifiers are trained (default true). */
  readonly classifier?: boolean;
  readonly when?: string;
  readonly title?: string;
  readonly group?: string;
}

/** Columns in whose space a candidate event may lie too close to one that it was trained on. */
export interface MemorisationSpec {
  readonly name: string;
  readonly columns: readonly string[];
  readonly when?: string;
  readonly title?: string;
  readonly group?: string;
}

/** A classification that an analysis would train on the candidate. */
export interface DownstreamSpec {
  readonly name: string;
  /** Column that is non-zero for the signal. */
  readonly label: string;
  readonly features: readonly string[];
  readonly when?: string;
  readonly title?: string;
  readonly group?: string;
}

/** Everything to compare between two tables. */
export interface EvaluationSpec {
  readonly variables: readonly VariableSpec[];
  readonly responses?: readonly ResponseSpec[];
  readonly acceptances?: readonly AcceptanceSpec[];
  readonly categories?: readonly CategorySpec[];
  readonly yields?: readonly YieldSpec[];
  readonly reliabilities?: readonly ReliabilitySpec[];
  readonly draws?: readonly DrawsSpec[];
  readonly joints?: readonly JointSpec[];
  readonly memorisations?: readonly MemorisationSpec[];
  readonly downstreams?: readonly DownstreamSpec[];
}
