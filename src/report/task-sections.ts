/** @file Sections about what a simulation is used for: predicted acceptances, several draws, copies, training on it. */
import type {
  DownstreamResult,
  DrawsResult,
  Evaluation,
  MemorisationResult,
  ReliabilityResult,
} from "../metrics/index.js";
import { type CardSize, metricChips } from "./card.js";
import { html, type Markup } from "./markup.js";
import type { Labels } from "./plot.js";
import { reliabilityPlot } from "./reliability-plot.js";
import { rocPlot } from "./roc-plot.js";
import { Cards, clearCount, evenly, plotId, type Section } from "./section.js";
import { ranksPlot } from "./shares-plot.js";
import { stepsPlot } from "./steps-plot.js";
import { count, number, withError } from "./words.js";

/** One section for all of them: each is a card or two. */
export function taskSections(evaluation: Evaluation, labels: Labels): Section[] {
  const { reliabilities, draws, memorisations, downstreams } = evaluation;
  const cards = new Cards();
  for (const result of draws) addDraws(cards, result, evaluation, labels);
  const rows = [cards.take()];
  const adders = [
    ...reliabilities.map((result) => (size: CardSize) => addReliability(cards, result, labels, size)),
    ...memorisations.map((result) => (size: CardSize) => addMemorisation(cards, result, labels, size)),
    ...downstreams.map((result) => (size: CardSize) => addDownstream(cards, result, labels, size)),
  ];
  for (const [i, add] of adders.entries()) add(evenly(adders.length, i));
  rows.push(cards.take());
  if (cards.plots.length === 0) return [];
  const kinds = ["reliability", "draws", "memorisation", "downstream"];
  return [
    {
      id: "uses",
      title: "Uses and safeguards",
      body: html`${rows}`,
      plots: cards.plots,
      clear: clearCount(evaluation, ({ kind }) => kinds.includes(kind)),
    },
  ];
}

function addReliability(cards: Cards, result: ReliabilityResult, labels: Labels, size: CardSize): void {
  const { name, title, metrics, brier, brierExpected } = result;
  cards.add(
    reliabilityPlot(plotId("reliability", name), result, labels),
    title,
    [
      metricChips(metrics),
      html`<p class="note">Brier score ${withError(brier.value, brier.error)}; ${number(brierExpected, 4)} expected of right predictions.</p>`,
    ],
    size,
  );
}

function addDraws(cards: Cards, result: DrawsResult, evaluation: Evaluation, labels: Labels): void {
  const titles = result.columns.map((column) => evaluation.variables.find((v) => v.column === column)?.title ?? column);
  cards.add(
    ranksPlot(plotId("draws", result.name), result, titles, labels),
    result.title,
    [
      metricChips(result.metrics),
      html`<p class="note">Ranks of ${count(result.events)} events among ${result.draws} draws each. A valley means too narrow a response, a hill too wide a one, a slope a bias. Bands ±1 and ±2 σ.</p>`,
    ],
    "whole",
  );
}

function addMemorisation(cards: Cards, result: MemorisationResult, labels: Labels, size: CardSize): void {
  const { name, title, metrics, events, distances } = result;
  cards.add(
    stepsPlot(
      plotId("memorisation", name),
      {
        label: `Distances to the nearest training event, of ${labels.candidate} and of events held out from training in ${labels.reference}.`,
        x: "Distance to the nearest training event [σ]",
        y: "Share of events",
      },
      distances.edges,
      [
        { name: "Held out", shares: distances.holdout },
        { name: labels.candidate, shares: distances.candidate },
      ],
    ),
    title,
    [
      metricChips(metrics),
      html`<p class="note">${count(events.candidate)} events of ${labels.candidate} and ${count(events.holdout)} held out, against ${count(events.training)} training events. Copies would pile up at 0.</p>`,
    ],
    size,
  );
}

function addDownstream(cards: Cards, result: DownstreamResult, labels: Labels, size: CardSize): void {
  const { name, title, metrics, trained, events, features } = result;
  const words = { reference: labels.reference, candidate: labels.candidate, both: "both" };
  cards.add(
    rocPlot(
      plotId("downstream", name),
      `Receiver operating characteristics for ${title}, trained on ${trained.map(({ on }) => words[on]).join(", ")}, all tested on ${labels.reference}.`,
      trained.map(({ on, roc }) => ({ name: words[on], ...roc })),
      { x: "Background taken for signal", y: "Signal recognised" },
    ),
    title,
    [
      metricChips(metrics),
      aucTable(trained, words),
      html`<p class="note">${features.length} features; trained on ${count(events.train)}, tested on ${count(events.test)} events of ${labels.reference}.</p>`,
    ],
    size,
  );
}

function aucTable(trained: DownstreamResult["trained"], words: Record<string, string>): Markup {
  return html`<table class="stats"><caption class="hidden">Area under the curve</caption><thead><tr><th scope="col">Trained on</th><th scope="col" class="n">AUC</th></tr></thead><tbody>${trained.map(({ on, auc }) => html`<tr><th scope="row">${words[on]}</th><td class="n">${withError(auc.value, auc.error)}</td></tr>`)}</tbody></table>`;
}
