/** @file Numbers and sentences as a physicist writes them. */
import type { Evaluation, Headline, MetricValue } from "../metrics/index.js";

/** Beyond this many standard deviations of the noise, a difference is called one. */
const CLEAR = 3;

const MINUS = "\u2212";

/** Formats a number to some significant digits, with a true minus sign and no trailing noise. */
export function number(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return "\u2013";
  const size = Math.abs(x);
  const text =
    size !== 0 && (size >= 1e6 || size < 1e-4)
      ? x.toExponential(digits - 1).replace("e+", "e")
      : String(Number(x.toPrecision(digits)));
  return text.replace("-", MINUS).replace("e-", `e${MINUS}`);
}

/** Formats a value to the digit that its error's second significant digit allows: `0.0123 +- 0.0005`. */
export function withError(value: number, error: number): string {
  if (!(error > 0) || !Number.isFinite(error)) return number(value);
  const places = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(error))));
  if (Math.abs(value) >= 1e6 || places > 6) return `${number(value)} ± ${number(error, 2)}`;
  return `${value.toFixed(places).replace("-", MINUS)} ± ${error.toFixed(places)}`;
}

export function count(x: number): string {
  return Number.isInteger(x) ? x.toLocaleString("en-US") : number(x, 6);
}

/** `title [unit]`. */
export function axisTitle(title: string, unit: string): string {
  return unit === "" ? title : `${title} [${unit}]`;
}

/** How a difference stands to the noise. */
export type Standing = "noise" | "hint" | "clear";

export function standing(metric: MetricValue): Standing {
  if (metric.excess > CLEAR) return "clear";
  return metric.excess > 2 ? "hint" : "noise";
}

/** A metric's value with its unit of measure. */
export function metricText(metric: MetricValue): string {
  const unit = metric.metric === "w1" ? " σ" : "";
  return `${withError(metric.value, metric.error)}${unit}`;
}

/** What a headline is about: `p of the proton vs truth p`. */
export function subjectText(line: Headline): string {
  return line.against === undefined ? line.title : `${line.title} vs ${line.against}`;
}

/** Says in one or two plain sentences what the comparison shows. */
export function verdict(evaluation: Evaluation, reference: string, candidate: string): { text: string; good: boolean } {
  const { headlines } = evaluation;
  const clear = headlines.filter((line) => standing(line) === "clear");
  const n = headlines.length;
  if (clear.length === 0) {
    return {
      good: true,
      text: `${candidate} cannot be told from ${reference}: none of ${n} comparisons goes beyond statistical noise.`,
    };
  }
  const worst = clear[0];
  const w1 = headlines.filter((line) => line.metric === "w1").sort((a, b) => b.value - a.value)[0];
  const size =
    w1 === undefined
      ? ""
      : ` The largest shift is ${number(100 * w1.value, 2)} % of a standard deviation (${w1.title}).`;
  return {
    good: false,
    text: `${candidate} differs from ${reference} in ${clear.length} of ${n} comparisons beyond statistical noise; most in ${subjectText(worst)} (${number(worst.score, 2)} times the noise).${size}`,
  };
}
