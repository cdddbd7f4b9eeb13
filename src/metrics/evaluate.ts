import type { EventTable } from "../data/event-table.js";
import { ConfigError, DataError } from "../util/errors.js";
import { Random } from "../util/random.js";
import { STREAMS } from "../util/streams.js";
import { evaluateAcceptance } from "./evaluate-acceptance.js";
import { evaluateResponse } from "./evaluate-response.js";
import { evaluateVariable } from "./evaluate-variable.js";
import { evaluateYield } from "./evaluate-yield.js";
import {
  type AcceptanceResult,
  EVALUATION_VERSION,
  type Evaluation,
  type Headline,
  type ResponseResult,
  type Skipped,
  type TableSummary,
  type VariableResult,
  type YieldResult,
} from "./evaluation.js";
import { powerNotes } from "./power.js";
import { metricNamed } from "./registry.js";
import type { EvaluationSpec } from "./spec.js";

export interface EvaluateOptions {
  /** Seed of the nulls that need simulation (default 0). */
  readonly seed?: number | bigint;
  /** Called before each thing that is compared. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly name: string }) => void;
}

/**
 * Compares two tables: distributions, responses, acceptances and yields, every number with its error and its null.
 * Event weights are those of the tables' columns of role "weight". What has fewer than two entries on a side is listed
 * under `skipped`.
 * @returns Plain data, the content of `metrics.json`.
 * @throws DataError where a table is empty, a value inside its mask is not finite, or nothing at all could be compared.
 * @throws SchemaError where a column is missing, or columns do not go together.
 * @throws ConfigError where two things of the spec share a name.
 */
export function evaluate(
  reference: EventTable,
  candidate: EventTable,
  spec: EvaluationSpec,
  options: EvaluateOptions = {},
): Evaluation {
  checkTable(reference, "reference");
  checkTable(candidate, "candidate");
  const { variables, responses = [], acceptances = [], yields = [] } = spec;
  for (const list of [variables, responses, acceptances, yields]) checkNames(list.map(({ name }) => name));
  const total = variables.length + responses.length + acceptances.length + yields.length;
  if (total === 0) {
    throw new ConfigError("evaluate: the spec names nothing to compare; expected at least one variable, got none.");
  }
  let done = 0;
  const skipped: Skipped[] = [];
  const seed = options.seed ?? 0;
  const run = <S extends { readonly name: string }, R>(
    specs: readonly S[],
    compare: (spec: S, random: Random) => R | Skipped,
  ): R[] => {
    const results: R[] = [];
    for (const one of specs) {
      options.onProgress?.({ done, total, name: one.name });
      const result = compare(one, new Random(seed, STREAMS.evaluate + done));
      if (isSkipped(result)) skipped.push(result);
      else results.push(result);
      done++;
    }
    return results;
  };
  const parts = {
    variables: run(variables, (s, random) => evaluateVariable(reference, candidate, s, random)),
    responses: run(responses, (s, random) => evaluateResponse(reference, candidate, s, random)),
    acceptances: run(acceptances, (s, random) => evaluateAcceptance(reference, candidate, s, random)),
    yields: run(yields, (s, random) => evaluateYield(reference, candidate, s, random)),
  };
  options.onProgress?.({ done, total, name: "" });
  if (skipped.length === total) {
    throw new DataError(`evaluate: nothing could be compared; ${skipped[0].name}: ${skipped[0].reason}`);
  }
  const a = summarise(reference);
  const b = summarise(candidate);
  const efficiencies = [
    ...parts.acceptances.map((r) => ({ kind: "efficiency" as const, title: r.title, share: r.reference.value })),
    ...parts.yields.map((r) => ({ kind: "yield" as const, title: r.title, share: r.reference.value / a.sumOfWeights })),
  ];
  return {
    version: EVALUATION_VERSION,
    reference: a,
    candidate: b,
    ...parts,
    headlines: headlinesOf(parts),
    power: powerNotes(a.effectiveEvents, b.effectiveEvents, efficiencies),
    skipped,
  };
}

function isSkipped(result: unknown): result is Skipped {
  return typeof (result as Skipped).reason === "string";
}

function checkTable(table: EventTable, which: string): void {
  if (table.length >= 2) return;
  const count = table.length === 0 ? "none" : "one";
  throw new DataError(
    `evaluate: the ${which} has too few events; expected at least 2, got ${count}. Give it more events.`,
  );
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ConfigError(`evaluate: the spec names "${twice}" twice; expected distinct names. Rename one of them.`);
}

function summarise(table: EventTable): TableSummary {
  const column = table.withRole("weight");
  if (column === undefined) return { events: table.length, sumOfWeights: table.length, effectiveEvents: table.length };
  const weights = table.numbers(column.field.name);
  let sum = 0;
  let squares = 0;
  for (const w of weights) {
    sum += w;
    squares += w * w;
  }
  return {
    events: table.length,
    sumOfWeights: sum,
    effectiveEvents: (sum * sum) / squares,
    weights: column.field.name,
  };
}

function headlinesOf(parts: {
  readonly variables: readonly VariableResult[];
  readonly responses: readonly ResponseResult[];
  readonly acceptances: readonly AcceptanceResult[];
  readonly yields: readonly YieldResult[];
}): Headline[] {
  const lines: Headline[] = [];
  const add = (kind: Headline["kind"], result: VariableResult | AcceptanceResult | YieldResult) => {
    const { name, title, group, metrics } = result;
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
  for (const result of parts.yields) add("yield", result);
  return lines.sort((a, b) => b.score - a.score);
}
