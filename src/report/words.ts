/** @file Numbers and sentences as a physicist writes them. */
import type { Evaluation, Headline, MetricValue } from "../metrics/index.js";
import { isAuc, metricTitle, perfectValue } from "./metric-words.js";

/** Chance that noise alone is called a difference anywhere in a report. */
const FALSE_ALARM = 0.01;

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
  // Adding 0 keeps a value that rounds to nothing from being written as a negative nothing.
  const rounded = Number(value.toFixed(places)) + 0;
  return `${rounded.toFixed(places).replace("-", MINUS)} ± ${error.toFixed(places)}`;
}

/** Times the noise: two significant digits, whole from 10 on. */
export function multiple(score: number): string {
  if (score < 0.05) return "0.0";
  return score >= 9.95 ? count(Math.round(score)) : score.toFixed(score < 0.995 ? 2 : 1);
}

/** The same in at most four characters. */
export function multipleShort(score: number): string {
  if (score < 999.5) return score < 9.95 ? score.toFixed(1) : String(Math.round(score));
  if (score < 999_500) return score < 9950 ? `${(score / 1000).toFixed(1)}k` : `${Math.round(score / 1000)}k`;
  return "≥1M";
}

export function count(x: number): string {
  return Number.isInteger(x) ? x.toLocaleString("en-US") : number(x, 6);
}

/** `title [unit]`. */
export function axisTitle(title: string, unit: string): string {
  return unit === "" ? title : `${title} [${unit}]`;
}

/** How a difference stands to the noise: p >= 5 %, p >= 0.1 %, or rarer. */
export type Standing = "noise" | "hint" | "clear";

export function standing(metric: MetricValue): Standing {
  if (metric.pValue < 0.001) return "clear";
  return metric.pValue < 0.05 ? "hint" : "noise";
}

/** A metric's value with its unit of measure. */
export function metricText(metric: MetricValue): string {
  const unit = metric.metric === "w1" ? " σ" : "";
  return `${withError(metric.value, metric.error)}${unit}`;
}

/** What a metric would show if there were nothing but noise. */
export function noiseText(metric: MetricValue): string {
  const perfect = perfectValue(metric);
  if (perfect === 0) return withError(metric.null, metric.nullSpread);
  return `${perfect === undefined ? "" : `${perfect} `}± ${number(metric.null, 2)}`;
}

/** What a headline is about: `p of the proton against its true p`. */
export function subjectText(line: Headline): string {
  return line.againstTitle === undefined ? line.title : `${line.title} against ${line.againstTitle}`;
}

/** The same where no plot or section says what is compared: `Efficiency of e-`. */
export function quantityText(line: Headline): string {
  return line.kind === "acceptance" ? `Efficiency of ${subjectText(line)}` : subjectText(line);
}

/** What a headline is about, with its section where the words do not say it: `pim: phi reco - truth`. */
export function placedText(line: Headline): string {
  const text = subjectText(line);
  return line.group === "" || text.includes(line.group) ? text : `${line.group}: ${text}`;
}

/**
 * The comparisons that go beyond what noise explains, worst first. With n looks at the data chance alone must be n times
 * rarer, or a report of a hundred comparisons would cry wolf.
 */
export function differences({ headlines }: Evaluation): Headline[] {
  return headlines.filter((line) => line.pValue < FALSE_ALARM / headlines.length);
}

/**
 * How well a classifier that sees whole events tells the two apart; empty where none was trained.
 * @param good Whether nothing else does.
 */
export function wholeEventWords({ joints }: Evaluation, good: boolean): string {
  const judged = joints.flatMap((joint) =>
    joint.metrics.filter(({ metric }) => isAuc(metric)).map((metric) => ({ joint, metric })),
  );
  const [worst] = judged.sort((a, b) => b.metric.value - a.metric.value);
  if (worst === undefined) return "";
  const { joint, metric } = worst;
  const n = joint.columns.length;
  const given = `given ${n === 1 ? "1 variable" : `all ${n} variables`}${joint.conditions.length > 0 ? " and the truth" : ""}`;
  const auc = withError(metric.value, metric.error);
  if (standing(metric) === "noise")
    return ` A classifier ${given} does not tell them apart${good ? " either" : ""} (AUC ${auc}).`;
  return ` A classifier ${given} tells them apart with AUC ${auc} (0.5 would be guessing, 1 certainty).`;
}

/** Says in a few plain sentences what the comparison shows. */
export function verdict(
  evaluation: Evaluation,
  reference: string,
  candidate: string,
): { readonly text: string; readonly good: boolean } {
  const { headlines, power } = evaluation;
  const n = headlines.length;
  const clear = differences(evaluation);
  const [furthest] = headlines.filter((line) => line.metric === "w1").sort((a, b) => b.value - a.value);
  const whole = wholeEventWords(evaluation, clear.length === 0);
  const size =
    furthest === undefined
      ? ""
      : ` The largest Wasserstein distance is ${number(100 * furthest.value, 2)} % of a standard deviation (${placedText(furthest)}).`;
  const comparisons = n === 1 ? "1 comparison" : `${n} comparisons`;
  if (clear.length === 0) {
    return {
      good: true,
      text: `${candidate} cannot be told apart from ${reference}: none of ${comparisons} goes beyond what statistical noise explains.${whole}${size} ${power[0].words}`,
    };
  }
  const [worst] = clear;
  return {
    good: false,
    text: `${candidate} differs from ${reference} in ${clear.length} of ${comparisons}, beyond what statistical noise explains; most in ${placedText(worst)}, ${multiple(worst.score)} times the noise (${metricTitle(worst.metric)}).${whole}${size}`,
  };
}
