import type { Evaluation, Headline } from "../metrics/index.js";
import { type CardSize, plotCard } from "./card.js";
import { html, idOf, type Markup } from "./markup.js";
import type { Plot } from "./plot.js";
import { standing } from "./words.js";

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
export function plotId(kind: Headline["kind"], name: string, part?: string): string {
  return [kind, idOf(name), ...(part === undefined ? [] : [idOf(part)])].join(":");
}

/** Where a headline's numbers are drawn. */
export function headlineTarget({ kind, subject, against, metric }: Headline): string {
  if (kind === "yield" || (kind === "acceptance" && against === undefined)) return "yields";
  if (kind === "category") return `category:${idOf(subject)}`;
  if (kind === "joint") return `joint:${idOf(subject)}`;
  const part = kind === "response" && (metric === "pit" || metric === "plan") ? metric : against;
  return `card-${plotId(kind, subject, part)}`;
}

/** Sizes that leave no hole at the end of n cards: halves, but thirds for the last three of an odd number. */
export function evenly(n: number, i: number): CardSize {
  return n % 2 === 1 && n >= 3 && i >= n - 3 ? "third" : "half";
}

/** Gathers cards in rows and their plots in a list. */
export class Cards {
  readonly plots: Plot[] = [];
  readonly #cards: Markup[] = [];

  add(plot: Plot, title: string, details: readonly (Markup | false)[], size?: CardSize): void {
    this.plots.push(plot);
    this.#cards.push(
      plotCard(
        plot,
        title,
        details.filter((part) => part !== false),
        size,
      ),
    );
  }

  /** The cards so far as a grid of their own, which the next ones do not share. */
  take(): Markup | false {
    const cards = this.#cards.splice(0);
    return cards.length > 0 && html`<div class="cards">${cards}</div>`;
  }
}

/** Number of headlines that stand clearly beyond the noise. */
export function clearCount({ headlines }: Evaluation, isHere: (line: Headline) => boolean): number {
  return headlines.filter((line) => isHere(line) && standing(line) === "clear").length;
}
