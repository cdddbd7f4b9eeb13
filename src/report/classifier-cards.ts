import type { ClassifierResult, JointResult, MetricValue } from "../metrics/index.js";
import { metricChips } from "./card.js";
import { importancePlot } from "./importance-plot.js";
import { html, type Markup } from "./markup.js";
import { isAuc } from "./metric-words.js";
import type { Labels } from "./plot.js";
import { rocPlot } from "./roc-plot.js";
import { type Cards, plotId } from "./section.js";
import { stepsPlot } from "./steps-plot.js";
import { count, number, withError } from "./words.js";

const NAMES = { trees: "Boosted trees", network: "Neural network" } as const;
const HEADS = { trees: "Trees", network: "Network" } as const;

/** What a classifier found: how well it tells the two apart, the weights that it gives, and what it looks at. */
export function addClassifier(cards: Cards, joint: JointResult, result: ClassifierResult, labels: Labels): void {
  const { kind, events, accuracy, logLoss, roc, weights } = result;
  const name = NAMES[kind];
  const id = (part: string) => plotId("joint", joint.name, `${kind}:${part}`);
  const metrics = joint.metrics.filter(({ metric }) => metric.endsWith(`-${kind}`));
  const folds = events.folds > 1 ? `, ${events.folds} times over` : "";
  cards.add(
    rocPlot(id("roc"), rocLabel(name, metrics, labels), [{ name, ...roc }], {
      x: `${labels.candidate} taken for ${labels.reference}`,
      y: `${labels.reference} recognised`,
    }),
    `${HEADS[kind]}: separation`,
    [
      metricChips(metrics),
      html`<p class="note">Accuracy ${withError(accuracy.value, accuracy.error)}; cross-entropy ${number(logLoss, 4)} (ln 2 = 0.6931 where nothing is found). Trained on ${count(events.train)}, calibrated on ${count(events.calibrate)}, tested on ${count(events.test)} events${folds}.</p>`,
    ],
    "third",
  );
  cards.add(
    stepsPlot(
      id("weights"),
      {
        label: `Distribution of the likelihood ratio that the ${name.toLowerCase()} give, for ${labels.reference} and ${labels.candidate}.`,
        x: "log₁₀ of the weight",
        y: "Share of events",
      },
      weights.edges,
      [
        { name: labels.reference, shares: weights.reference },
        { name: labels.candidate, shares: weights.candidate },
      ],
      { side: 78, least: 170, most: 420 },
    ),
    `${HEADS[kind]}: weights`,
    [weightTable(weights, labels)],
    "third",
  );
  const titles = new Map(joint.columns.map((column) => [column.name, column.title]));
  const titleOf = (feature: string) => titles.get(feature) ?? feature;
  cards.add(
    importancePlot(id("importance"), result, titleOf),
    `${HEADS[kind]}: features`,
    [tailWords(result, titleOf, labels)],
    "third",
  );
}

function rocLabel(name: string, metrics: readonly MetricValue[], labels: Labels): string {
  const auc = metrics.find(({ metric }) => isAuc(metric));
  const value = auc === undefined ? "" : `: area under the curve ${withError(auc.value, auc.error)}`;
  return `Receiver operating characteristic of ${name.toLowerCase()} that tell ${labels.reference} from ${labels.candidate}${value}.`;
}

function weightTable(
  { mean, effectiveShare, belowHalf, aboveTwo }: ClassifierResult["weights"],
  labels: Labels,
): Markup {
  const percent = (share: number) => `${number(100 * share, 3)} %`;
  const rows = [
    ["Mean weight (1 if calibrated)", withError(mean.value, mean.error)],
    ["Effective share", percent(effectiveShare)],
    ["Twice too common (w < 0.5)", percent(belowHalf)],
    ["Twice too rare (w > 2)", percent(aboveTwo)],
  ];
  return html`<table class="stats"><caption>Weight: how much more likely an event is in ${labels.reference} than in ${labels.candidate}. Over ${labels.candidate}:</caption><tbody>${rows.map(([label, value]) => html`<tr><th scope="row">${label}</th><td class="n">${value}</td></tr>`)}</tbody></table>`;
}

/** Deviations from which a feature is named. */
const FAR = 0.4;
const NAMED = 4;

/** Says in which features the events of extreme weights stand out. */
function tailWords({ importance }: ClassifierResult, titleOf: (name: string) => string, labels: Labels): Markup {
  const words = (side: "low" | "high") =>
    importance
      .filter((one) => Math.abs(one[side]) >= FAR)
      .sort((a, b) => Math.abs(b[side]) - Math.abs(a[side]))
      .slice(0, NAMED)
      .map((one) => `${one[side] > 0 ? "high" : "low"} ${titleOf(one.feature)} (${signed(one[side])} σ)`)
      .join(", ");
  const line = (what: string, text: string) =>
    html`<li><b>${what}</b>: ${text === "" ? "no feature stands out" : text}.</li>`;
  return html`<ul class="plain">${line(`Too common in ${labels.candidate}`, words("low"))}${line(`Too rare in ${labels.candidate}`, words("high"))}</ul>`;
}

function signed(x: number): string {
  return `${x > 0 ? "+" : "\u2212"}${Math.abs(x).toFixed(1)}`;
}
