import type { MetricInfo, MetricValue } from "./metric.js";
import type { Points } from "./points.js";
import type { Tools } from "./tools.js";

/** Metrics of several variables that share their work: one judgement gives the values of all of them. */
export interface JointJudge {
  /** What it measures, in the order of the values that `judge` returns. */
  readonly metrics: readonly MetricInfo[];
  /** The most events of each sample that it looks at; more are subsampled at random. */
  readonly most: number;
  /**
   * @param reference, candidate Standardised by the reference, at most `most` events each.
   * @returns One value for each of `metrics`, with a null from the reference or from both samples.
   */
  judge(reference: Points, candidate: Points, tools: Tools): Promise<MetricValue[]>;
}
