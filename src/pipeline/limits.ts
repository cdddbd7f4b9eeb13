/** @file Limits that make a comparison a gate for scripts. */
import type { Evaluation, Headline } from "../metrics/evaluation.js";
import { metricNamed } from "../metrics/registry.js";
import { placedText } from "../report/words.js";
import { ConfigError } from "../util/errors.js";

/** What of a headline is held to a limit: the metric's distance from perfect agreement, or how far beyond noise it is. */
type Quantity = "distance" | "score";

export interface Limit {
  /** As it was written: `ks=0.02`, `ks.score=3`, `score=5`. */
  readonly text: string;
  /** Name of the metric; undefined for all. */
  readonly metric: string | undefined;
  readonly quantity: Quantity;
  readonly most: number;
}

/** A headline beyond a limit. */
export interface OverLimit {
  readonly limit: string;
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly words: string;
}

/**
 * Reads `metric=value` (the metric's distance from perfect agreement: its value, or |ratio - 1|), `metric.score=value`
 * (times the noise), or `score=value` (of any metric).
 * @throws ConfigError for anything else, naming the nearest metric.
 */
export function parseLimit(text: string): Limit {
  const [name, value, ...rest] = text.split("=");
  const most = Number(value);
  if (value === undefined || rest.length > 0 || value.trim() === "" || !Number.isFinite(most) || most < 0) {
    throw new ConfigError(
      `--fail-above: not usable; expected metric=value, metric.score=value or score=value with a value >= 0, got "${text}".`,
    );
  }
  if (name === "score") return { text, metric: undefined, quantity: "score", most };
  const isScore = name.endsWith(".score");
  const metric = metricNamed(isScore ? name.slice(0, -".score".length) : name).name;
  return { text, metric, quantity: isScore ? "score" : "distance", most };
}

/**
 * The headlines beyond any of the limits, worst first.
 * @throws ConfigError where a limit's metric was not computed: a gate that looks at nothing must not open.
 */
export function overLimits({ headlines }: Evaluation, limits: readonly Limit[]): OverLimit[] {
  return limits.flatMap(({ text, metric, quantity, most }) => {
    const lines = headlines.filter((line) => metric === undefined || line.metric === metric);
    if (lines.length === 0) {
      throw new ConfigError(
        `--fail-above ${text}: "${metric}" was not computed in this comparison; expected one of ${[...new Set(headlines.map((line) => line.metric))].join(", ")}.`,
      );
    }
    return lines
      .filter((line) => line[quantity] > most)
      .map((line) => ({
        limit: text,
        subject: line.subject,
        metric: line.metric,
        value: line[quantity],
        words: describe(line, quantity, most),
      }));
  });
}

function describe(line: Headline, quantity: Quantity, most: number): string {
  const what = quantity === "score" ? `${line.metric} times the noise` : line.metric;
  return `beyond the limit: ${placedText(line)}: ${what}; expected at most ${most}, got ${Number(line[quantity].toPrecision(4))}.`;
}
