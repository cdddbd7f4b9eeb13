import type { Compared, EvaluationParts, Headline, HeadlineKind } from "./evaluation.js";
import { metricNamed } from "./registry.js";

/** All metrics of an evaluation as one list, worst first. */
export function headlinesOf(parts: EvaluationParts): Headline[] {
  const lines: Headline[] = [];
  const add = (kind: HeadlineKind, { name, title, group, metrics }: Compared) => {
    for (const metric of metrics) lines.push({ kind, subject: name, title, group, ...metric });
  };
  for (const result of parts.variables) add("variable", result);
  for (const { name, title, group, metrics, profile } of parts.responses) {
    for (const metric of metrics) {
      const isProfile = metricNamed(metric.metric).scope === "response";
      const against = isProfile ? { against: profile.against, againstTitle: profile.title } : {};
      lines.push({ kind: "response", subject: name, title, group, ...against, ...metric });
    }
  }
  for (const result of parts.acceptances) {
    add("acceptance", result);
    for (const { against, title: againstTitle, metrics } of result.curves) {
      const { name, title, group } = result;
      for (const metric of metrics) {
        lines.push({ kind: "acceptance", subject: name, title, group, against, againstTitle, ...metric });
      }
    }
  }
  for (const result of parts.categories) add("category", result);
  for (const result of parts.yields) add("yield", result);
  for (const result of parts.reliabilities) add("reliability", result);
  for (const result of parts.draws) add("draws", result);
  for (const result of parts.joints) add("joint", result);
  for (const result of parts.memorisations) add("memorisation", result);
  for (const result of parts.downstreams) add("downstream", result);
  return lines.sort((a, b) => b.score - a.score);
}
