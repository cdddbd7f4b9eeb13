/** @file What a comparison found, in a few lines for a terminal and for the head of the report. */
import type { Evaluation, Headline, PowerNote } from "../metrics/evaluation.js";
import { metricNamed } from "../metrics/registry.js";
import { differences, metricText, placedText, verdict, withError } from "../report/words.js";

export interface Labels {
  readonly reference: string;
  readonly candidate: string;
}

/** The outcome of a comparison in sentences. */
export interface Summary {
  readonly verdict: string;
  /** Yields, chi-squares and the worst differences. */
  readonly findings: readonly string[];
  /** What the sample size cannot show. */
  readonly limits: readonly string[];
}

export function summarise(evaluation: Evaluation, labels: Labels): Summary {
  const lines: string[] = [];
  for (const { title, metrics } of evaluation.yields) {
    const ratio = metrics[0];
    if (ratio !== undefined) lines.push(`yield of ${title}: ratio ${withError(ratio.value, ratio.error)}`);
  }
  const chi2 = evaluation.variables.flatMap((v) => v.metrics.filter((m) => m.metric === "chi2").map((m) => m.value));
  if (chi2.length > 0) {
    const sorted = chi2.toSorted((a, b) => a - b);
    lines.push(
      `chi2/ndf of ${chi2.length} variables: median ${sorted[chi2.length >> 1].toFixed(2)}, largest ${sorted[chi2.length - 1].toFixed(2)}`,
    );
  }
  for (const { title, metrics } of evaluation.joints) {
    const found = (["auc-trees", "auc-network"] as const).flatMap((name) => metrics.filter((m) => m.metric === name));
    if (found.length === 0) continue;
    const words = found.map(
      (m) => `${withError(m.value, m.error)} (${m.metric === "auc-trees" ? "trees" : "network"})`,
    );
    lines.push(`classifier test of ${title}: AUC ${words.join(", ")}; 0.5 is indistinguishable`);
  }
  for (const { title, metrics } of evaluation.memorisations) {
    const copies = metrics.find((m) => m.metric === "copies");
    if (copies === undefined) continue;
    const share = withError(100 * copies.value, 100 * copies.error);
    lines.push(`${title}: ${share} % lie closer to training events than to others; 50 % is right`);
  }
  for (const { title, metrics } of evaluation.downstreams) {
    const [loss] = metrics;
    if (loss !== undefined)
      lines.push(`${title}: training on the candidate loses ${withError(loss.value, loss.error)} AUC`);
  }
  const worst = differences(evaluation).slice(0, 3);
  for (const line of worst) lines.push(describeHeadline(line));
  return {
    verdict: verdict(evaluation, labels.reference, labels.candidate).text,
    findings: lines,
    limits: limits(evaluation),
  };
}

/** For each kind of quantity, the sentence about the one that the sample tells least of. */
function limits({ power }: Evaluation): string[] {
  const weakest = new Map<string, PowerNote>();
  for (const note of power) {
    const known = weakest.get(note.quantity);
    if (known === undefined || note.detectable > known.detectable) weakest.set(note.quantity, note);
  }
  return [...weakest.values()].filter(({ quantity }) => quantity !== "median").map(({ words }) => words);
}

function describeHeadline(line: Headline): string {
  const title = metricNamed(line.metric).title;
  return `differs: ${placedText(line)}: ${title} ${metricText(line)}, ${line.score.toFixed(1)} times what noise gives`;
}
