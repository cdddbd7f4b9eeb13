import type { Headline } from "../metrics/index.js";
import { html, type Markup } from "./markup.js";
import { metricTitle } from "./metric-words.js";
import { grouped, scoreCell, sortable } from "./score-table.js";
import { metricText, multiple, noiseText, quantityText, standing } from "./words.js";

/** Quantities shown before the rest folds away. */
const SHOWN = 10;

/** The worst comparison of each quantity, worst first, and all comparisons folded away. */
export function headlineTable(headlines: readonly Headline[], link: (line: Headline) => string): Markup {
  const longest = Math.max(4, Math.min(20, headlines[0]?.score ?? 0));
  const subjects = grouped(headlines, (line) => JSON.stringify([line.kind, line.subject]));
  const worst = [...subjects.values()].slice(0, SHOWN);
  const rows = worst.map((lines) => {
    const clear = lines.filter((line) => standing(line) === "clear").length;
    return row(lines[0], link(lines[0]), longest, html`<td class="n wide">${clear} of ${lines.length}</td>`);
  });
  return html`<div class="scroll"><table>
<caption>The ${worst.length < subjects.size ? `${worst.length} worst of ${subjects.size}` : `${subjects.size}`} quantities, each with its worst metric. The last column divides the distance from perfect agreement by what two independent samples of these sizes would show on average: about 1 where only noise is seen. Plots give the same number behind each metric (3.1×). <span class="noise">Green</span>: p-value above 5 %; <span class="hint">amber</span>: down to 0.1 %; <span class="clear">red</span>: rarer still, counted under “Clear”.</caption>
<thead><tr><th scope="col">Quantity</th><th scope="col" class="section">Section</th><th scope="col">Worst metric</th><th scope="col" class="n wide">Value</th><th scope="col" class="n wide">Noise alone</th><th scope="col" class="n wide">Clear</th><th scope="col">Distance / noise</th></tr></thead>
<tbody>${rows}</tbody></table></div>
<details class="screen"><summary>All ${headlines.length} comparisons</summary><div class="scroll"><table class="sortable" id="all-headlines"><caption>Every comparison, worst first.</caption>
<thead><tr>${sortable("Quantity")}<th scope="col" class="section">Section</th>${sortable("Metric")}<th scope="col" class="n wide">Value</th><th scope="col" class="n wide">Noise alone</th>${sortable("Distance / noise", "", "descending")}</tr></thead>
<tbody>${headlines.map((line) => row(line, link(line), longest))}</tbody></table></div></details>`;
}

function row(line: Headline, target: string, longest: number, extra?: Markup): Markup {
  return html`<tr><th scope="row"><a href="#${target}">${quantityText(line)}</a></th><td class="section">${line.group}</td><td class="metric">${metricTitle(line.metric)}</td><td class="n wide">${metricText(line)}</td><td class="n wide">${noiseText(line)}</td>${extra}${scoreCell(line, longest)}</tr>
`;
}

/** A cell's words for those who do not see its colour. */
export function cellWords(line: Headline): string {
  const stands = { noise: "within the noise", hint: "a hint", clear: "clearly beyond the noise" }[standing(line)];
  return `${metricTitle(line.metric)} ${metricText(line)}, ${multiple(line.score)} times the noise: ${stands}`;
}
