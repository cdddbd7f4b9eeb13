/** @file What metrics are called, and how their numbers are written. */
import { allMetrics, type MetricValue } from "../metrics/index.js";

/** Names short enough for the head of a column. */
const SHORT: Record<string, string> = {
  w1: "W1",
  "w2-squared": "W2²",
  ks: "KS",
  chi2: "χ²",
  separation: "Sep.",
  tails: "Tails",
  median: "Median",
  width: "Width",
  pit: "PIT",
  plan: "Plan",
  efficiency: "Overall",
  "efficiency-profile": "Profile",
  categories: "χ²",
  "category-shift": "Largest",
  yield: "Yield",
  reliability: "Reliability",
  ranks: "Ranks",
  "energy-score": "Energy",
  "sliced-w1": "Sliced W1",
  "sliced-w2-squared": "Sliced W2²",
  "sliced-ks": "Sliced KS",
  frechet: "Fréchet",
  kernel: "Kernel",
  correlation: "Corr.",
  precision: "Precision",
  recall: "Recall",
  density: "Density",
  coverage: "Coverage",
  pairs: "Pairs",
  cells: "Cells",
  "auc-trees": "AUC trees",
  "auc-network": "AUC net",
  "jsd-trees": "JSD trees",
  "jsd-network": "JSD net",
  copies: "Copies",
  "nn-ratio": "Nearest",
  downstream: "Task AUC",
};

/** A metric's title; its name where an evaluation of another version knows more metrics than this one. */
export function metricTitle(name: string): string {
  return allMetrics.find((metric) => metric.name === name)?.title ?? name;
}

export function metricShort(name: string): string {
  return SHORT[name] ?? metricTitle(name);
}

/** The value of perfect agreement, where value and distance tell it. */
export function perfectValue({ value, distance }: MetricValue): number | undefined {
  for (const perfect of [0, 1, 0.5]) {
    if (Math.abs(Math.abs(value - perfect) - distance) <= 1e-9 * Math.max(1, distance)) return perfect;
  }
  return undefined;
}

/** Whether a metric is how well a classifier tells the samples apart. */
export function isAuc(name: string): boolean {
  return name.startsWith("auc-");
}
