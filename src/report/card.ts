import { type MetricValue, metricNamed, type ResponseResult, type VariableResult } from "../metrics/index.js";
import { html, type Markup } from "./markup.js";
import type { Labels, Plot } from "./plot.js";
import { axisTitle, count, metricText, multiple, number, standing, withError } from "./words.js";

/** A plot with its heading, tools and numbers. */
export function plotCard(plot: Plot, title: string, details: readonly Markup[]): Markup {
  const log =
    plot.specs.log === undefined
      ? undefined
      : html`<button type="button" data-scale="${plot.id}" aria-pressed="false" aria-label="Logarithmic axis for ${title}">log</button>`;
  return html`<figure class="card" id="card-${plot.id}"><header><h3>${title}</h3><div class="tools">${log}<button type="button" data-save="${plot.id}" aria-label="Save the plot of ${title} as SVG">SVG</button></div></header>
<div class="plot" id="${plot.id}" role="img" aria-label="${plot.label}"></div>
<figcaption>${details}</figcaption></figure>
`;
}

/** Metrics as a line of chips, coloured by how they stand to the noise. */
export function metricChips(values: readonly MetricValue[]): Markup {
  return html`<ul class="chips">${values.map(
    (metric) =>
      html`<li class="${standing(metric)}">${metricNamed(metric.metric).title} <b>${metricText(metric)}</b> (${multiple(metric.score)} × noise)</li>`,
  )}</ul>`;
}

/** Moments of both samples, and what lies outside the plot. */
export function sampleTable(result: VariableResult | ResponseResult, labels: Labels): Markup {
  const { reference, candidate, histogram, unit } = result;
  const row = (label: string, s: typeof reference, sums: readonly number[]) =>
    html`<tr><th scope="row">${label}</th><td class="n">${count(s.entries)}</td><td class="n">${withError(s.mean, s.deviation / Math.sqrt(s.effectiveEntries))}</td><td class="n">${number(s.deviation, 4)}</td><td class="n">${number(sums[0], 4)}</td><td class="n">${number(sums[sums.length - 1], 4)}</td></tr>`;
  return html`<div class="scroll"><table class="stats"><thead><tr><td></td><th scope="col" class="n">Entries</th><th scope="col" class="n">${axisTitle("Mean", unit)}</th><th scope="col" class="n">${axisTitle("Std. dev.", unit)}</th><th scope="col" class="n">Below</th><th scope="col" class="n">Above</th></tr></thead><tbody>${row(labels.reference, reference, histogram.reference.sums)}${row(labels.candidate, candidate, histogram.candidate.sums)}</tbody></table></div>`;
}
