import type { CategoryResult, Evaluation } from "../metrics/index.js";
import { metricChips } from "./card.js";
import { html, idOf, type Markup } from "./markup.js";
import type { Labels } from "./plot.js";
import { clearCount, type Section } from "./section.js";
import { number, type Standing } from "./words.js";

/** What objects are taken for: a table each, reference and candidate side by side. */
export function categorySections(evaluation: Evaluation, labels: Labels): Section[] {
  const { categories } = evaluation;
  if (categories.length === 0) return [];
  const body = html`<p class="note">Shares in percent of what accepted objects are taken for: ${labels.reference} / ${labels.candidate}. Colours as in the overview, by the difference over its error.</p>${categories.map((one) => table(one, labels))}`;
  return [
    {
      id: "categories",
      title: "Categories",
      body,
      plots: [],
      clear: clearCount(evaluation, ({ kind }) => kind === "category"),
    },
  ];
}

function table(result: CategoryResult, labels: Labels): Markup {
  const { name, title, codes, trueCodes, entries, reference, candidate, errors, metrics } = result;
  const head = codes.map((code) => html`<th scope="col" class="n">${codeText(code)}</th>`);
  const rows = trueCodes.map((code, r) => {
    const cells = codes.map((_, c) => {
      const [p, q] = [reference[r][c], candidate[r][c]];
      const pull = errors[r][c] > 0 ? (q - p) / errors[r][c] : 0;
      const about = `difference ${number(100 * (q - p), 2)} %, ${pull.toFixed(1)} standard errors`;
      return html`<td class="n ${standingOf(pull)}" title="${about}">${percent(p)} / ${percent(q)}</td>`;
    });
    const label = code === null ? "all" : codeText(code);
    const numbers = `${number(entries.reference[r], 6)} / ${number(entries.candidate[r], 6)}`;
    return html`<tr><th scope="row">${label}</th>${cells}<td class="n">${numbers}</td></tr>`;
  });
  const known = result.truth !== undefined;
  const caption = known ? "true (rows) against reconstructed (columns)" : "reconstructed as";
  return html`<div id="category:${idOf(name)}" class="scroll"><table><caption>${title}: ${caption}, ${labels.reference} / ${labels.candidate}</caption><thead><tr><th scope="col">${known ? "True" : "Objects"}</th>${head}<th scope="col" class="n">Number</th></tr></thead><tbody>${rows}</tbody></table>${metricChips(metrics)}</div>`;
}

function codeText(code: number): string {
  return number(code, 9);
}

function percent(share: number): string {
  return (100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1);
}

/** The same steps as for other pulls in tables. */
function standingOf(pull: number): Standing {
  if (Math.abs(pull) > 3.29) return "clear";
  return Math.abs(pull) > 1.96 ? "hint" : "noise";
}
