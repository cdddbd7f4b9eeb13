import { type Evaluation, type Headline, metrics, type Share } from "../metrics/index.js";
import { metricChips, plotCard, sampleTable } from "./card.js";
import { efficiencyPlot } from "./efficiency-plot.js";
import { histogramPlot } from "./histogram-plot.js";
import { html, idOf, type Markup } from "./markup.js";
import type { Labels, Plot } from "./plot.js";
import { profilePlot } from "./profile-plot.js";
import { axisTitle, count, metricText, number, standing, withError } from "./words.js";

/** A part of the report that the table of contents names. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
  readonly plots: readonly Plot[];
  /** Number of comparisons in it that stand clearly beyond the noise. */
  readonly clear?: number;
}

/** Id of the plot of something that was compared. */
export function plotId(kind: Headline["kind"], name: string, against?: string): string {
  return [kind, idOf(name), ...(against === undefined ? [] : [idOf(against)])].join(":");
}

/** One section a group, in the order in which the evaluation names them first. */
export function groupSections(evaluation: Evaluation, labels: Labels): Section[] {
  const { variables, responses, acceptances } = evaluation;
  const groups = new Set([...variables, ...responses, ...acceptances].map(({ group }) => group));
  return [...groups].map((group) => {
    const isHere = (thing: { readonly group: string }) => thing.group === group;
    const cards: Markup[] = [];
    const plots: Plot[] = [];
    const add = (plot: Plot, title: string, details: readonly Markup[]) => {
      plots.push(plot);
      cards.push(plotCard(plot, title, details));
    };
    for (const result of variables.filter(isHere)) {
      const plot = histogramPlot(plotId("variable", result.name), result, evaluation, labels);
      add(plot, axisTitle(result.title, result.unit), [metricChips(result.metrics), sampleTable(result, labels)]);
    }
    for (const result of responses.filter(isHere)) {
      const plot = histogramPlot(plotId("response", result.name), result, evaluation, labels);
      const shapes = result.metrics.filter((m) => m.metric !== "median" && m.metric !== "width");
      const profiles = result.metrics.filter((m) => m.metric === "median" || m.metric === "width");
      add(plot, axisTitle(result.title, result.unit), [metricChips(shapes), sampleTable(result, labels)]);
      add(
        profilePlot(plotId("response", result.name, result.profile.against), result, labels),
        `${result.title} against ${result.profile.title}`,
        [
          metricChips(profiles),
          html`<p class="note">Pulls: difference over its error; filled median, open width; band ±1 σ.</p>`,
        ],
      );
    }
    for (const result of acceptances.filter(isHere)) {
      for (const curve of result.curves) {
        add(
          efficiencyPlot(plotId("acceptance", result.name, curve.against), result, curve, labels),
          `Efficiency of ${result.title} against ${curve.title}`,
          [metricChips([...result.metrics, ...curve.metrics])],
        );
      }
    }
    return {
      id: `group:${idOf(group)}`,
      title: group === "" ? "Variables" : group,
      body: html`<div class="cards">${cards}</div>`,
      plots,
      clear: evaluation.headlines.filter(
        (line) => line.group === group && line.kind !== "yield" && standing(line) === "clear",
      ).length,
    };
  });
}

/** The yields table, or nothing where none was asked for. */
export function yieldSection({ yields, acceptances, reference, candidate }: Evaluation, labels: Labels): Section[] {
  if (yields.length + acceptances.length === 0) return [];
  const rows = [
    ...acceptances.map(({ title, reference: a, candidate: b, metrics: [ratio] }) => ({
      title: `${title} accepted`,
      a: percentText(a),
      b: percentText(b),
      ratio,
    })),
    ...yields.map(({ title, reference: a, candidate: b, metrics: [ratio] }) => ({
      title,
      a: `${withError(a.value, a.error)}`,
      b: `${withError(b.value, b.error)}`,
      ratio,
    })),
  ];
  const body = html`<div class="scroll"><table><caption>Efficiencies, weighted numbers of events, and their ratio per event generated (${labels.reference}: ${count(reference.events)}, ${labels.candidate}: ${count(candidate.events)} events).</caption>
<thead><tr><th scope="col">Selection</th><th scope="col" class="n">${labels.reference}</th><th scope="col" class="n">${labels.candidate}</th><th scope="col" class="n">Ratio</th><th scope="col" class="n">p-value</th></tr></thead>
<tbody>${rows.map((r) => html`<tr><th scope="row">${r.title}</th><td class="n">${r.a}</td><td class="n">${r.b}</td><td class="n">${metricText(r.ratio)}</td><td class="n ${standing(r.ratio)}">${number(r.ratio.pValue, 2)}</td></tr>`)}</tbody></table></div>`;
  return [{ id: "yields", title: "Efficiencies and yields", body, plots: [] }];
}

/** A share in percent, with half its interval as the error. */
function percentText({ value, low, high }: Share): string {
  return `${withError(100 * value, 50 * (high - low))} %`;
}

/** What the sample size can and cannot show. */
export function powerSection({ power }: Evaluation): Section {
  const body = html`<p>Differences inside the 95 % band of the statistical noise cannot be seen, whatever the metric:</p><ul>${power.map(({ words }) => html`<li>${words}</li>`)}</ul>`;
  return { id: "power", title: "What this sample can tell", body, plots: [] };
}

/** What the spec asked for and could not be had. */
export function skippedSection({ skipped }: Evaluation): Section[] {
  if (skipped.length === 0) return [];
  const body = html`<ul>${skipped.map(({ name, reason }) => html`<li><b>${name}</b>: ${reason}</li>`)}</ul>`;
  return [{ id: "skipped", title: "Not compared", body, plots: [] }];
}

/** Definitions of the metrics that the evaluation uses. */
export function methodSection({ headlines }: Evaluation): Section {
  const used = metrics.filter(({ name }) => headlines.some((line) => line.metric === name));
  const body = html`<dl>${used.map(({ title, description, reference }) => html`<dt>${title}</dt><dd>${description} <span class="note">${reference}</span></dd>`)}</dl>`;
  return { id: "methods", title: "Metrics", body, plots: [] };
}
