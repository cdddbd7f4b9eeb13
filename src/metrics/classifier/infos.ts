/** @file What the classifiers measure; apart from the rest, so that a list of metrics loads no engine. */
import type { MetricInfo } from "../metric.js";

const AUC_REFERENCE =
  "Friedman (2003), PHYSTAT, SLAC-PUB-10325; Lopez-Paz, Oquab (2017), arXiv:1610.06545; DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837";
const JSD_REFERENCE = "Lin (1991), IEEE Trans. Inf. Theory 37, 145; Krause, Shih (2021), arXiv:2106.05285";

const auc = (kind: string, who: string): MetricInfo => ({
  name: `auc-${kind}`,
  title: `Separation by ${who}`,
  description: `Area under the ROC curve of ${who} trained to tell candidate from reference; 0.5 where it cannot.`,
  reference: AUC_REFERENCE,
  scope: "classifier",
  symmetric: true,
});

const jsd = (kind: string, who: string): MetricInfo => ({
  name: `jsd-${kind}`,
  title: `Divergence seen by ${who}`,
  description: `Jensen-Shannon divergence in units of ln 2 that ${who} finds, calibrated: a lower bound of the true one.`,
  reference: JSD_REFERENCE,
  scope: "classifier",
  symmetric: true,
});

/** Metrics of the classifiers that look at whole events, in the order in which `classifierTest` returns them. */
export const classifierInfos: readonly MetricInfo[] = [
  auc("trees", "boosted trees"),
  jsd("trees", "boosted trees"),
  auc("network", "a network"),
  jsd("network", "a network"),
];

/** What an analysis loses that trains on the candidate. */
export const downstreamInfo: MetricInfo = {
  name: "downstream",
  title: "Downstream closure",
  description:
    "How much lower the AUC of a classifier on reference events is when it was trained on the candidate instead of the reference.",
  reference:
    "Esteban, Hyland, Rätsch (2017), arXiv:1706.02633 (train on synthetic, test on real); DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837",
  scope: "downstream",
  symmetric: false,
};
