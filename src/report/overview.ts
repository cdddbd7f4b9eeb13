import { allMetrics, type Headline, type HeadlineKind } from "../metrics/index.js";
import { cellWords } from "./headline-table.js";
import { html, type Markup } from "./markup.js";
import { metricShort, metricTitle } from "./metric-words.js";
import { grouped, sortable } from "./score-table.js";
import { multipleShort, placedText, quantityText, standing } from "./words.js";

/** Kinds that share metrics share a matrix. */
const FAMILIES: readonly { readonly title: string; readonly kinds: readonly HeadlineKind[] }[] = [
  { title: "Whole events", kinds: ["joint"] },
  { title: "Variables and responses", kinds: ["variable", "response"] },
  { title: "Acceptances and yields", kinds: ["acceptance", "yield", "reliability"] },
  { title: "Categories", kinds: ["category"] },
  { title: "Draws, copies, training on it", kinds: ["draws", "memorisation", "downstream"] },
];

/** Every score at a glance: a row a quantity, a column a metric. */
export function overview(headlines: readonly Headline[], link: (line: Headline) => string): Markup {
  const families = FAMILIES.map(({ title, kinds }) =>
    matrix(
      title,
      headlines.filter(({ kind }) => kinds.includes(kind)),
      link,
    ),
  );
  return html`<p class="note">Distance / noise of every comparison: <span class="swatch noise">noise</span> <span class="swatch hint">hint</span> <span class="swatch clear">clear</span>. Each number leads to its plot; the heads of the columns sort.</p>${families}`;
}

function matrix(title: string, lines: readonly Headline[], link: (line: Headline) => string): Markup | false {
  if (lines.length === 0) return false;
  const columns = [...new Set(lines.map(({ metric }) => metric))].sort((a, b) => rank(a) - rank(b));
  const rows = grouped(lines, (line) => JSON.stringify([line.kind, line.subject]));
  const head = columns.map(
    (metric) =>
      html`<th scope="col" class="score" aria-sort="none" title="${metricTitle(metric)}"><button type="button" class="sort">${metricShort(metric)}</button></th>`,
  );
  const body = [...rows.values()].map((row) => {
    const cells = columns.map((metric) => {
      // Several profiles of one quantity share a column; the worst stands for them.
      const line = row.find((one) => one.metric === metric);
      if (line === undefined) return html`<td class="score"></td>`;
      return html`<td class="score ${standing(line)}" data-value="${line.score}"><a href="#${link(line)}" title="${cellWords(line)}">${multipleShort(line.score)}</a></td>`;
    });
    const name = nameOf(row[0]);
    return html`<tr><th scope="row" data-value="${name}" title="${name}">${name}</th>${cells}</tr>`;
  });
  return html`<div class="scroll matrix"><table class="sortable"><caption>${title}</caption><thead><tr>${sortable("Quantity")}${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Order of the registry; what it does not know comes last. */
function rank(name: string): number {
  const at = allMetrics.findIndex((metric) => metric.name === name);
  return at === -1 ? allMetrics.length : at;
}

function nameOf(line: Headline): string {
  const { againstTitle: _, ...whole } = line;
  return line.kind === "acceptance" ? quantityText(whole) : placedText(whole);
}
