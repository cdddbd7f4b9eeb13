/** @file Sections without plots: yields, power, what was left out, metrics, provenance. */
import { allMetrics, type Evaluation, type Share } from "../metrics/index.js";
import { html, type Markup } from "./markup.js";
import type { Labels } from "./plot.js";
import type { Section } from "./section.js";
import { count, metricText, number, standing, withError } from "./words.js";

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
  const used = allMetrics.filter(({ name }) => headlines.some((line) => line.metric === name));
  const body = html`<dl class="methods">${used.map(({ title, description, reference }) => html`<dt>${title}</dt><dd>${description} <span class="note">${reference}</span></dd>`)}</dl>`;
  return { id: "methods", title: "Metrics", body, plots: [] };
}

/** Where the numbers come from; what takes many lines is folded. */
export function provenanceSection(provenance: readonly (readonly [label: string, value: string])[] = []): Section[] {
  if (provenance.length === 0) return [];
  const isLong = (value: string) => value.length > 300 || value.includes("\n");
  const short = provenance.filter(([, value]) => !isLong(value));
  const long = provenance.filter(([, value]) => isLong(value));
  const line = ([label, value]: readonly [string, string]): Markup => html`<dt>${label}</dt><dd>${value}</dd>`;
  const body = html`<dl>${short.map(line)}</dl>${long.map(([label, value]) => html`<details><summary>${label}</summary><pre tabindex="0">${value}</pre></details>`)}`;
  return [{ id: "provenance", title: "Provenance", body, plots: [] }];
}
