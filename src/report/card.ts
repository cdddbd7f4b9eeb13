import type {
  BinContents,
  MetricValue,
  QuantileDifference,
  ResponseResult,
  SampleSummary,
  VariableResult,
} from "../metrics/index.js";
import { html, type Markup } from "./markup.js";
import { metricShort, metricTitle } from "./metric-words.js";
import type { Labels, Plot } from "./plot.js";
import { axisTitle, count, metricText, multiple, number, standing, withError } from "./words.js";

/** Share of a row that a card takes where there is room; `beside` is a whole row with the words beside the plot. */
export type CardSize = "half" | "third" | "two-thirds" | "whole" | "beside";

/** A plot with its heading, tools and numbers. */
export function plotCard(plot: Plot, title: string, details: readonly Markup[], size: CardSize = "half"): Markup {
  const canZoom = (plot.specs.linear as { params?: readonly { name: string }[] }).params?.some((p) => p.name === "x0");
  const log =
    plot.specs.log !== undefined &&
    html`<button type="button" data-scale="${plot.id}" aria-pressed="false" aria-label="Logarithmic axis for ${title}">log</button>`;
  const zoom =
    canZoom === true &&
    html`<button type="button" data-zoom="${plot.id}" aria-pressed="false" aria-label="Zoom ${title}" title="Drag to move, turn the wheel to zoom, double-click to reset; or + − ← → and Escape">zoom</button>`;
  return html`<figure class="card ${size}" id="card-${plot.id}"><header><h3>${title}</h3><div class="tools">${log}${zoom}<button type="button" data-save="${plot.id}" aria-label="Save the plot of ${title} as SVG">SVG</button></div></header>
<div class="plot" id="${plot.id}" role="img" aria-label="${plot.label}"></div>
<figcaption>${details}</figcaption></figure>
`;
}

/** Metrics as a line of chips, coloured by how they stand to the noise. */
export function metricChips(values: readonly MetricValue[]): Markup | false {
  if (values.length === 0) return false;
  return html`<ul class="chips metrics">${values.map(
    (metric) =>
      html`<li class="${standing(metric)}" title="${metricTitle(metric.metric)}: ${multiple(metric.score)} times the noise"><span>${metricShort(metric.metric)}</span> <b>${metricText(metric)}</b> <i>${multiple(metric.score)}×</i></li>`,
  )}</ul>`;
}

/** Moments of both samples, and what lies outside the plot. */
export function sampleTable(result: VariableResult | ResponseResult, labels: Labels): Markup {
  const { reference, candidate, histogram, unit } = result;
  const outside = ({ sums }: BinContents) => `${number(sums[0], 3)} + ${number(sums[sums.length - 1], 3)}`;
  const row = (title: string, a: string, b: string) =>
    html`<tr><th scope="row">${title}</th><td class="n">${a}</td><td class="n">${b}</td></tr>`;
  const mean = (s: SampleSummary) => withError(s.mean, s.deviation / Math.sqrt(s.effectiveEntries));
  return html`<div class="scroll"><table class="stats"><caption class="hidden">Moments, and entries below and above the plot</caption><thead><tr><td></td><th scope="col" class="n">${labels.reference}</th><th scope="col" class="n">${labels.candidate}</th></tr></thead><tbody>${row("Entries", count(reference.entries), count(candidate.entries))}${row(axisTitle("Mean", unit), mean(reference), mean(candidate))}${row(axisTitle("Std. dev.", unit), number(reference.deviation, 4), number(candidate.deviation, 4))}${row("Below + above", outside(histogram.reference), outside(histogram.candidate))}</tbody></table></div>`;
}

/** Quantiles of both samples, folded away. */
export function quantileTable(quantiles: readonly QuantileDifference[], unit: string, labels: Labels): Markup | false {
  if (quantiles.length === 0) return false;
  const row = ({ probability, reference, candidate, difference, error }: QuantileDifference) => {
    const pull = error > 0 ? difference / error : 0;
    const stands = Math.abs(pull) > 3.29 ? "clear" : Math.abs(pull) > 1.96 ? "hint" : "noise";
    return html`<tr><th scope="row" class="n">${number(100 * probability, 4)} %</th><td class="n">${number(reference, 5)}</td><td class="n">${number(candidate, 5)}</td><td class="n">${withError(difference, error)}</td><td class="n ${stands}">${pull.toFixed(1).replace("-", "\u2212")} σ</td></tr>`;
  };
  return html`<details><summary>Quantiles</summary><div class="scroll"><table class="stats"><caption class="hidden">Quantiles and their differences</caption><thead><tr><th scope="col" class="n">Share below</th><th scope="col" class="n">${axisTitle(labels.reference, unit)}</th><th scope="col" class="n">${axisTitle(labels.candidate, unit)}</th><th scope="col" class="n">Difference</th><th scope="col" class="n">Pull</th></tr></thead><tbody>${quantiles.map(row)}</tbody></table></div></details>`;
}
