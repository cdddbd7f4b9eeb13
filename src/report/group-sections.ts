import type { Evaluation, MetricValue, ResponseResult } from "../metrics/index.js";
import { metricChips, quantileTable, sampleTable } from "./card.js";
import { efficiencyPlot } from "./efficiency-plot.js";
import { histogramPlot } from "./histogram-plot.js";
import { MAPS, mapPlot } from "./map-plot.js";
import { html, idOf, type Markup } from "./markup.js";
import type { Labels } from "./plot.js";
import { profilePlot } from "./profile-plot.js";
import { Cards, clearCount, evenly, plotId, type Section } from "./section.js";
import { transformPlot } from "./shares-plot.js";
import { axisTitle, number, withError } from "./words.js";

/** Metrics of a response that cards other than its histogram show. */
const ELSEWHERE = ["median", "width", "pit", "plan"];

/** One section a group, in the order in which the evaluation names them first. */
export function groupSections(evaluation: Evaluation, labels: Labels): Section[] {
  const { variables, responses, acceptances } = evaluation;
  const groups = new Set([...variables, ...responses, ...acceptances].map(({ group }) => group));
  const kinds = ["variable", "response", "acceptance"];
  return [...groups].map((group) => {
    const isHere = (thing: { readonly group: string }) => thing.group === group;
    const cards = new Cards();
    const rows: (Markup | false)[] = [];
    const own = variables.filter(isHere);
    for (const [i, result] of own.entries()) {
      const plot = histogramPlot(plotId("variable", result.name), result, evaluation, labels);
      cards.add(
        plot,
        axisTitle(result.title, result.unit),
        [
          metricChips(result.metrics),
          sampleTable(result, labels),
          quantileTable(result.quantiles, result.unit, labels),
        ],
        evenly(own.length, i),
      );
    }
    rows.push(cards.take());
    for (const result of responses.filter(isHere)) {
      addDistribution(cards, result, evaluation, labels);
      rows.push(cards.take());
      addConditional(cards, result, labels);
      rows.push(cards.take());
    }
    for (const result of acceptances.filter(isHere)) {
      for (const [i, curve] of result.curves.entries()) {
        cards.add(
          efficiencyPlot(plotId("acceptance", result.name, curve.against), result, curve, labels),
          `Efficiency of ${result.title} against ${curve.title}`,
          [metricChips([...result.metrics, ...curve.metrics])],
          evenly(result.curves.length, i),
        );
      }
      rows.push(cards.take());
    }
    return {
      id: `group:${idOf(group)}`,
      title: group === "" ? "Variables" : group,
      body: html`${rows}`,
      plots: cards.plots,
      clear: clearCount(evaluation, (line) => line.group === group && kinds.includes(line.kind)),
    };
  });
}

/** Distribution and profile side by side. */
function addDistribution(cards: Cards, result: ResponseResult, evaluation: Evaluation, labels: Labels): void {
  const { name, title, unit, metrics, profile } = result;
  cards.add(histogramPlot(plotId("response", name), result, evaluation, labels), axisTitle(title, unit), [
    metricChips(metrics.filter(({ metric }) => !ELSEWHERE.includes(metric))),
    sampleTable(result, labels),
    quantileTable(result.quantiles, unit, labels),
  ]);
  cards.add(
    profilePlot(plotId("response", name, profile.against), result, labels),
    `${title} against ${profile.title}`,
    [
      metricChips(named(metrics, "median", "width")),
      html`<p class="note">Pulls: difference over its error; filled median, open width; band ±1 σ.</p>`,
    ],
  );
}

/** What happens to equal truth: the transform beside the transport plan. */
function addConditional(cards: Cards, result: ResponseResult, labels: Labels): void {
  const { name, title, metrics, transform, plan } = result;
  if (transform.shares.length > 0) {
    const inside = transform.coverage.map(
      ({ nominal, value, error }) =>
        html`<li>${number(100 * nominal, 3)} % interval holds <b>${withError(100 * value, 100 * error)} %</b></li>`,
    );
    cards.add(
      transformPlot(plotId("response", name, "pit"), result, labels),
      `${title}: PIT`,
      [
        metricChips(named(metrics, "pit")),
        html`<ul class="chips">${inside}</ul>`,
        html`<p class="note">Flat at 1 where the response at equal truth is right. Slope: bias; hill: too wide; valley: too narrow. Bands ±1 and ±2 σ.</p>`,
      ],
      "third",
    );
  }
  if (plan.reference.length > 0) {
    cards.add(
      mapPlot(plotId("response", name, "plan"), plan, { x: plan.xTitle, y: plan.yTitle }, labels, {
        ...MAPS,
        aspect: 1.2,
      }),
      `${title}: from truth to reconstruction`,
      [metricChips(named(metrics, "plan"))],
      "two-thirds",
    );
  }
}

function named(metrics: readonly MetricValue[], ...names: string[]): MetricValue[] {
  return metrics.filter(({ metric }) => names.includes(metric));
}
