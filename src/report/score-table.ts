/** @file Pieces of tables of metrics. */
import type { MetricValue } from "../metrics/index.js";
import { html, type Markup } from "./markup.js";
import { metricTitle } from "./metric-words.js";
import { metricText, multiple, noiseText, number, standing } from "./words.js";

/** Metrics with value, null and score. */
export function metricTable(metrics: readonly MetricValue[], caption: string): Markup | false {
  if (metrics.length === 0) return false;
  const sorted = metrics.toSorted((a, b) => b.score - a.score);
  const longest = Math.max(4, Math.min(20, sorted[0].score));
  return html`<div class="scroll"><table class="sortable"><caption>${caption}</caption><thead><tr>${sortable("Metric")}${sortable("Value", "n")}${sortable("Noise alone", "n wide")}${sortable("p-value", "n wide")}${sortable("Distance / noise", "", "descending")}</tr></thead><tbody>${sorted.map(
    (metric) =>
      html`<tr><th scope="row" data-value="${metricTitle(metric.metric)}">${metricTitle(metric.metric)}</th><td class="n" data-value="${metric.value}">${metricText(metric)}</td><td class="n wide" data-value="${metric.null}">${noiseText(metric)}</td><td class="n wide" data-value="${metric.pValue}">${number(metric.pValue, 2)}</td>${scoreCell(metric, longest)}</tr>`,
  )}</tbody></table></div>`;
}

/** A score with its bar. */
export function scoreCell(metric: MetricValue, longest: number): Markup {
  const width = (Math.max(0, Math.min(metric.score, longest)) / longest) * 70;
  return html`<td class="bar ${standing(metric)}" data-value="${metric.score}"><div><i style="width:${width.toFixed(1)}%"></i><b>${multiple(metric.score)}</b></div></td>`;
}

/** Head of a column by which the page's script sorts. */
export function sortable(title: string, kind = "", sorted: "ascending" | "descending" | "none" = "none"): Markup {
  return html`<th scope="col"${kind !== "" && html` class="${kind}"`} aria-sort="${sorted}"><button type="button" class="sort">${title}</button></th>`;
}

/** Gathers things by a key, in the order in which the keys come first. */
export function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group === undefined) groups.set(keyOf(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}
