import { ConfigError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";
import { chi2 } from "./chi-square.js";
import { ks } from "./ks.js";
import type { Metric, MetricScope } from "./metric.js";
import { medianProfile, widthProfile } from "./profile.js";
import { efficiencyProfile, efficiencyRatio, yieldRatio } from "./ratio.js";
import { w1 } from "./wasserstein.js";

/** All metrics, in the order of the report's tables. */
export const metrics: readonly Metric[] = [
  w1,
  ks,
  chi2,
  medianProfile,
  widthProfile,
  efficiencyRatio,
  efficiencyProfile,
  yieldRatio,
];

/** Returns the metrics that look at one kind of thing. */
export function metricsOf(scope: MetricScope): readonly Metric[] {
  return metrics.filter((metric) => metric.scope === scope);
}

/** Returns a metric by name. @throws ConfigError naming the nearest metric. */
export function metricNamed(name: string): Metric {
  const found = metrics.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = metrics.map((metric) => metric.name);
  throw new ConfigError(
    `metrics: no metric "${name}"; expected one of ${names.join(", ")}.${didYouMean(name, names) || " List them with `peregrine metrics`."}`,
  );
}
