/** @file Pieces of `metrics.json` that several results share. */
import type { MetricValue } from "./metric.js";

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

/** A single share with its interval. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A weighted number of events. */
export interface Count {
  readonly value: number;
  readonly error: number;
}

/** A number with its standard error. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}
