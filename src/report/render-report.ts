import type { Evaluation, TableSummary } from "../metrics/index.js";
import { categorySections } from "./category-section.js";
import { CLIENT } from "./client.js";
import { groupSections } from "./group-sections.js";
import { headlineTable } from "./headline-table.js";
import { jointSections } from "./joint-section.js";
import { html, type Markup, scriptCode, scriptJson } from "./markup.js";
import { overview } from "./overview.js";
import type { Labels } from "./plot.js";
import { headlineTarget, type Section } from "./section.js";
import { STYLE } from "./style.js";
import { methodSection, powerSection, provenanceSection, skippedSection, yieldSection } from "./tables.js";
import { taskSections } from "./task-sections.js";
import { CONFIG } from "./theme.js";
import type { TrainingCurves } from "./training-plot.js";
import { trainingSection } from "./training-section.js";
import { count, number, verdict } from "./words.js";

/** Words around the numbers. */
export interface ReportContext {
  readonly title: string;
  readonly subtitle?: string;
  /** Sentences under the verdict. */
  readonly summary?: readonly string[];
  /** Label and value of whatever says where the numbers come from: command, versions, seeds, digests, date. */
  readonly provenance?: readonly (readonly [label: string, value: string])[];
  /** Curves of the candidate's training. */
  readonly training?: readonly TrainingCurves[];
  /** What to call the reference in legends (default "Reference"). */
  readonly referenceLabel?: string;
  /** Default "Candidate". */
  readonly candidateLabel?: string;
}

/** Text of the minified browser builds that the report carries, so that it works offline. */
export interface ReportAssets {
  readonly vega: string;
  readonly vegaLite: string;
  readonly vegaEmbed: string;
}

/**
 * Renders an evaluation as one HTML page that needs nothing else: styles, scripts and data are inside, so it opens from a
 * `file:` address without a network. Light and dark follow the reader's system or choice; paper is always light.
 */
export function renderReport(evaluation: Evaluation, context: ReportContext, assets: ReportAssets): string {
  const labels: Labels = {
    reference: context.referenceLabel ?? "Reference",
    candidate: context.candidateLabel ?? "Candidate",
  };
  const sections: Section[] = [
    {
      id: "headlines",
      title: "Headlines",
      body: headlineTable(evaluation.headlines, headlineTarget),
      plots: [],
    },
    { id: "overview", title: "Overview", body: overview(evaluation.headlines, headlineTarget), plots: [] },
    ...jointSections(evaluation, labels),
    ...groupSections(evaluation, labels),
    ...categorySections(evaluation, labels),
    ...yieldSection(evaluation, labels),
    ...taskSections(evaluation, labels),
    ...trainingSection(context.training),
    powerSection(evaluation),
    ...skippedSection(evaluation),
    methodSection(evaluation),
    ...provenanceSection(context.provenance),
  ];
  const { text, good } = verdict(evaluation, labels.reference, labels.candidate);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${context.title}</title>
<style>${scriptCode(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<div class="page">
<nav aria-label="Contents"><p>Contents</p><ol>${sections.map(contentsLine)}</ol></nav>
<main id="main" tabindex="-1">
<header class="head"><div><h1>${context.title}</h1>
${context.subtitle !== undefined && html`<p class="subtitle">${context.subtitle}</p>`}</div>
<div class="themes" role="group" aria-label="Colours">${THEMES.map((theme, i) => html`<button type="button" data-choose="${theme}" aria-pressed="${i === 0 ? "true" : "false"}">${theme}</button>`)}</div></header>
<p class="verdict${good && " good"}">${text}</p>
${context.summary !== undefined && html`<ul class="summary">${context.summary.map((line) => html`<li>${line}</li>`)}</ul>`}
<p class="legend"><span><span class="key ref"></span>${labels.reference}, ${eventWords(evaluation.reference)}</span><span><span class="key cand"></span>${labels.candidate}, ${eventWords(evaluation.candidate)}</span>${scaleNote(evaluation, labels)}<button type="button" id="log-all" aria-pressed="false">log axes everywhere</button></p>
${sections.map(renderSection)}
</main>
</div>
<script type="application/json" id="plots">${scriptJson({ config: CONFIG, plots: sections.flatMap(({ plots }) => plots) })}</script>
<script>${scriptCode(assets.vega)}</script>
<script>${scriptCode(assets.vegaLite)}</script>
<script>${scriptCode(assets.vegaEmbed)}</script>
<script>${scriptCode(CLIENT)}</script>
</body>
</html>
`;
  return page.text;
}

const THEMES = ["auto", "light", "dark"];

/** `12,000 events`, and their effective number where weights differ. */
function eventWords({ events, effectiveEvents }: TableSummary): string {
  const all = `${count(events)} events`;
  return effectiveEvents === events ? all : `${all} (${count(Math.round(effectiveEvents))} effective)`;
}

/** Says how the candidate's histograms are scaled, where they are. */
function scaleNote({ reference, candidate }: Evaluation, labels: Labels): Markup | false {
  const scale = reference.sumOfWeights / candidate.sumOfWeights;
  if (Math.abs(scale - 1) < 1e-9) return false;
  return html`<span>${labels.candidate} is scaled by ${number(scale)} in histograms, to as many events as ${labels.reference}.</span>`;
}

function contentsLine({ id, title, clear = 0 }: Section): Markup {
  const badge = clear > 0 && html`<span class="badge" title="${clear} comparisons beyond the noise">${clear}</span>`;
  return html`<li><a href="#${id}">${title}${badge}</a></li>`;
}

function renderSection({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}</section>
`;
}
