import { type Headline, metricNamed } from "../metrics/index.js";
import { html, type Markup } from "./markup.js";
import { metricText, multiple, number, standing, subjectText, withError } from "./words.js";

/** Lines shown before the rest folds away. */
const SHOWN = 12;

/** The headlines, worst first: value, error, null, and their ratio with a bar. */
export function headlineTable(headlines: readonly Headline[], link: (line: Headline) => string): Markup {
  const longest = Math.max(4, Math.min(20, headlines[0]?.score ?? 0));
  const table = (lines: readonly Headline[], caption: string) => html`<div class="scroll"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Quantity</th><th scope="col" class="section">Section</th><th scope="col">Metric</th><th scope="col" class="n">Value</th><th scope="col" class="n">Noise alone</th><th scope="col">Distance / noise</th></tr></thead>
<tbody>${lines.map((line) => row(line, link(line), longest))}</tbody></table></div>`;
  const first = table(
    headlines.slice(0, SHOWN),
    "Worst first. The last column divides the distance from perfect agreement by what two independent samples of these sizes would show on average: about 1 where only noise is seen, and less where both samples stem from the same truth events. Green: p-value above 5 %; amber: down to 0.1 %; red: rarer still.",
  );
  if (headlines.length <= SHOWN) return first;
  return html`${first}<details><summary>The other ${headlines.length - SHOWN} comparisons</summary>${table(headlines.slice(SHOWN), "The remaining comparisons.")}</details>`;
}

function row(line: Headline, target: string, longest: number): Markup {
  const width = (Math.min(line.score, longest) / longest) * 70;
  const isRatio = line.distance !== line.value;
  const noise = isRatio ? `1 ± ${number(line.null, 2)}` : withError(line.null, line.nullSpread);
  return html`<tr><th scope="row"><a href="#${target}">${subjectText(line)}</a></th><td class="section">${line.group}</td><td class="metric">${metricNamed(line.metric).title}</td><td class="n">${metricText(line)}</td><td class="n">${noise}</td><td class="bar ${standing(line)}"><div><i style="width:${width.toFixed(1)}%"></i><b>${multiple(line.score)}</b></div></td></tr>
`;
}
