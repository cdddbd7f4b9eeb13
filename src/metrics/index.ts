export { Comparison, type ComparisonOptions } from "./comparison.js";
export { efficiency, type Interval, type Passes, ratioInterval, wilson } from "./efficiency.js";
export { type EvaluateOptions, evaluate } from "./evaluate.js";
export type {
  AcceptanceResult,
  BinContents,
  Count,
  EfficiencyCurve,
  Evaluation,
  Headline,
  HistogramPair,
  Points,
  PowerNote,
  ProfilePair,
  ResponseResult,
  SampleSummary,
  Share,
  Shares,
  Skipped,
  TableSummary,
  VariableResult,
  YieldResult,
} from "./evaluation.js";
export { type Metric, type MetricScope, type MetricValue, metricValue } from "./metric.js";
export { metricNamed, metrics, metricsOf } from "./registry.js";
export { type Sample, sampleOf } from "./sample.js";
export type { AcceptanceSpec, EvaluationSpec, ResponseSpec, VariableSpec, YieldSpec } from "./spec.js";
