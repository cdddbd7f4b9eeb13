import type { Evaluation, JointResult } from "../metrics/index.js";
import { addClassifier } from "./classifier-cards.js";
import { correlationPlot } from "./correlation-plot.js";
import { equivalentPlot } from "./equivalent-plot.js";
import { mapPlot } from "./map-plot.js";
import { html, idOf, type Markup } from "./markup.js";
import type { Labels } from "./plot.js";
import { metricTable } from "./score-table.js";
import { Cards, clearCount, plotId, type Section } from "./section.js";
import { axisTitle, count, number } from "./words.js";

/** One section for each comparison of several variables together. */
export function jointSections(evaluation: Evaluation, labels: Labels): Section[] {
  const { joints } = evaluation;
  return joints.map((joint) => {
    const cards = new Cards();
    const only = joints.length === 1;
    const body = html`${introduction(joint, labels)}${metricTable(joint.metrics, "Whole-event metrics, worst first.")}${jointCards(cards, joint, labels)}`;
    return {
      id: `joint:${idOf(joint.name)}`,
      title: only ? "All variables together" : `Together: ${joint.title}`,
      body,
      plots: cards.plots,
      clear: clearCount(evaluation, ({ kind, subject }) => kind === "joint" && subject === joint.name),
    };
  });
}

function introduction({ title, columns, conditions, events }: JointResult, labels: Labels): Markup {
  const given = conditions.length > 0 ? `, given ${count(conditions.length)} of the truth` : "";
  return html`<p>${title}: ${columns.length} variables of an event as one point${given}; ${count(events.reference)} events of ${labels.reference}, ${count(events.candidate)} of ${labels.candidate}.</p>
<details><summary>The variables</summary><p class="note">${columns.map((column) => column.title).join(", ")}${conditions.length > 0 && `; given ${conditions.join(", ")}`}.</p></details>`;
}

function jointCards(cards: Cards, joint: JointResult, labels: Labels): Markup[] {
  const rows: (Markup | false)[] = [];
  const { name, correlations, pairs, equivalent, classifiers } = joint;
  for (const classifier of classifiers) {
    addClassifier(cards, joint, classifier, labels);
    rows.push(cards.take());
  }
  if (correlations.reference.length > 1) {
    cards.add(
      correlationPlot(plotId("joint", name, "correlations"), joint, labels),
      "Correlations",
      [
        html`<p class="note">Linear correlation coefficients; the right-hand map shows how they differ, in standard errors.</p>`,
      ],
      "whole",
    );
    rows.push(cards.take());
  }
  const titles = new Map(joint.columns.map((column) => [column.name, axisTitle(column.title, column.unit)]));
  const titleOf = (column: string) => titles.get(column) ?? column;
  for (const [k, pair] of pairs.entries()) {
    const words = { x: titleOf(pair.x), y: titleOf(pair.y) };
    const perDegree = pair.degrees > 0 ? pair.chi2 / pair.degrees : 0;
    cards.add(
      mapPlot(plotId("joint", name, `pair:${k}`), pair, words, labels),
      `${words.y} against ${words.x}`,
      [
        html`<ul class="chips"><li class="${pair.pValue < 0.001 ? "clear" : pair.pValue < 0.05 ? "hint" : "noise"}">χ² / ndf <b>${number(perDegree)}</b> (${number(pair.chi2, 4)} / ${pair.degrees})</li><li>p-value <b>${number(pair.pValue, 2)}</b></li></ul>`,
      ],
      "whole",
    );
  }
  rows.push(cards.take());
  if (equivalent.length > 0) {
    cards.add(
      equivalentPlot(plotId("joint", name, "equivalent"), joint, labels),
      "What the candidate is worth",
      [
        html`<p class="note">Space is cut into cells that hold equal shares of ${labels.reference}. The curve says how many independent events would scatter over the cells as the candidate's do, with a 68 % band; an arrow where ${labels.reference} sets no upper limit. Below the dashed line, more events would not help.</p>`,
      ],
      "beside",
    );
    rows.push(cards.take());
  }
  return rows.filter((row) => row !== false);
}
