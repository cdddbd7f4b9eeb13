import { ConfigError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";
import { chi2, planInfo } from "./chi-square.js";
import { classifierInfos, downstreamInfo } from "./classifier/infos.js";
import { energyInfo } from "./energy-score.js";
import { categoriesInfo, categoryShiftInfo } from "./evaluate-category.js";
import { ranksInfo } from "./evaluate-draws.js";
import { reliabilityInfo } from "./evaluate-reliability.js";
import { cellsInfo } from "./joint/cells.js";
import { correlationInfo } from "./joint/correlation.js";
import { frechet } from "./joint/frechet.js";
import { kernel } from "./joint/kernel.js";
import { pairsInfo } from "./joint/pairs.js";
import { prdc } from "./joint/prdc.js";
import { sliced } from "./joint/sliced.js";
import type { JointJudge } from "./joint-metric.js";
import { ks } from "./ks.js";
import { memorisationInfos } from "./memorisation.js";
import type { Metric, MetricInfo, MetricScope } from "./metric.js";
import { medianProfile, widthProfile } from "./profile.js";
import { efficiencyProfile, efficiencyRatio, yieldRatio } from "./ratio.js";
import { separation } from "./separation.js";
import { tails } from "./tails.js";
import { transformMetric } from "./transform.js";
import { w1 } from "./wasserstein.js";
import { w2 } from "./wasserstein-two.js";

/** Metrics of one variable, in the order of the report's tables. */
export const metrics: readonly Metric[] = [
  w1,
  w2,
  ks,
  chi2,
  separation,
  tails,
  medianProfile,
  widthProfile,
  transformMetric,
  efficiencyRatio,
  efficiencyProfile,
  yieldRatio,
];

/** Metrics of several variables together. */
export const jointJudges: readonly JointJudge[] = [sliced, frechet, kernel, prdc];

/** Everything that a headline can name. */
export const allMetrics: readonly MetricInfo[] = [
  ...metrics,
  planInfo,
  categoriesInfo,
  categoryShiftInfo,
  reliabilityInfo,
  ranksInfo,
  energyInfo,
  ...jointJudges.flatMap((judge) => judge.metrics),
  correlationInfo,
  pairsInfo,
  cellsInfo,
  ...classifierInfos,
  ...memorisationInfos,
  downstreamInfo,
];

/** Returns the metrics of one variable that look at one kind of thing. */
export function metricsOf(scope: MetricScope): readonly Metric[] {
  return metrics.filter((metric) => metric.scope === scope);
}

/** Returns a metric by name. @throws ConfigError naming the nearest metric. */
export function metricNamed(name: string): MetricInfo {
  const found = allMetrics.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = allMetrics.map((metric) => metric.name);
  throw new ConfigError(
    `metrics: no metric "${name}"; expected one of ${names.join(", ")}.${didYouMean(name, names) || " List them with `peregrine metrics`."}`,
  );
}
