import type { EventTable } from "../data/event-table.js";
import { ConfigError, DataError } from "../util/errors.js";
import { inlinePool, type Pool } from "../util/pool.js";
import { STREAMS } from "../util/streams.js";
import { evaluatePartTask, jobOf, type Part, type PartResult } from "./evaluate-part.js";
import { evaluateWhole, type Whole } from "./evaluate-whole.js";
import {
  EVALUATION_VERSION,
  type Evaluation,
  type EvaluationParts,
  type Skipped,
  type TableSummary,
} from "./evaluation.js";
import { headlinesOf } from "./headlines.js";
import { powerNotes } from "./power.js";
import type { EvaluationSpec } from "./spec.js";
import type { Tools } from "./tools.js";

export interface EvaluateOptions {
  /** Seed of everything that is drawn: nulls by simulation, subsamples, splits (default 0). */
  readonly seed?: number | bigint;
  /** Threads (default: the calling one). Results do not depend on their number. */
  readonly pool?: Pool;
  /** The events that the candidate was trained on, for `spec.memorisations` and for amplification. */
  readonly training?: EventTable;
  /** Called whenever another part of the work is done. */
  readonly onProgress?: (progress: EvaluateProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far an evaluation is. */
export interface EvaluateProgress {
  /** What is being worked on, such as `comparing` or `classifier of all events`. */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** Streams of random numbers for one thing that is compared. */
const STREAMS_EACH = 64;

/**
 * Compares two tables: distributions, responses, acceptances and yields, and events as a whole; every number with its
 * error and its null. Event weights are those of the tables' columns of role "weight". What cannot be compared (fewer than
 * two entries on a side) is listed under `skipped`.
 * @returns Plain data, the content of `metrics.json`.
 * @throws DataError where a table is empty, a value inside its mask is not finite, or nothing at all could be compared.
 * @throws SchemaError where a column is missing, or columns do not go together.
 * @throws ConfigError where two things of the spec share a name.
 */
export async function evaluate(
  reference: EventTable,
  candidate: EventTable,
  spec: EvaluationSpec,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  checkTable(reference, "reference");
  checkTable(candidate, "candidate");
  for (const list of Object.values(spec) as (readonly { readonly name: string }[])[]) {
    checkNames(list.map(({ name }) => name));
  }
  const plan = planOf(spec);
  if (plan.parts.length + plan.wholes.length === 0) {
    throw new ConfigError("evaluate: the spec names nothing to compare; expected at least one variable, got none.");
  }
  const pool = options.pool ?? inlinePool();
  const skipped: Skipped[] = [];
  const found = new Map<string, unknown[]>();
  const keep = (kind: string, result: unknown) => {
    if (isSkipped(result)) skipped.push(result);
    else found.set(kind, [...(found.get(kind) ?? []), result]);
  };
  const stream = (index: number) => STREAMS.evaluate + STREAMS_EACH * index;
  const seed = options.seed ?? 0;
  for (const [i, result] of (await runParts(plan.parts, reference, candidate, pool, seed, stream, options)).entries()) {
    keep(plan.parts[i].kind, result);
  }
  for (const [i, whole] of plan.wholes.entries()) {
    options.signal?.throwIfAborted();
    const tools: Tools = {
      seed,
      stream: stream(plan.parts.length + i),
      pool,
      ...(options.signal && { signal: options.signal }),
      onProgress: (stage, done, total) => options.onProgress?.({ stage, done, total }),
    };
    keep(whole.kind, await evaluateWhole(whole, reference, candidate, options.training, tools));
  }
  if (found.size === 0) {
    throw new DataError(`evaluate: nothing could be compared; ${skipped[0].name}: ${skipped[0].reason}`);
  }
  const list = <R>(kind: string) => (found.get(kind) ?? []) as R[];
  const parts: EvaluationParts = {
    variables: list("variable"),
    responses: list("response"),
    acceptances: list("acceptance"),
    categories: list("category"),
    yields: list("yield"),
    reliabilities: list("reliability"),
    draws: list("draws"),
    joints: list("joint"),
    memorisations: list("memorisation"),
    downstreams: list("downstream"),
  };
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

/** What any thread can compare by itself, and what takes all of them. */
function planOf(spec: EvaluationSpec): { readonly parts: readonly Part[]; readonly wholes: readonly Whole[] } {
  const { variables, responses = [], acceptances = [], yields = [], reliabilities = [], draws = [] } = spec;
  const { categories = [] } = spec;
  const { joints = [], memorisations = [], downstreams = [] } = spec;
  return {
    parts: [
      ...variables.map((one): Part => ({ kind: "variable", spec: one })),
      ...responses.map((one): Part => ({ kind: "response", spec: one })),
      ...acceptances.map((one): Part => ({ kind: "acceptance", spec: one })),
      ...categories.map((one): Part => ({ kind: "category", spec: one })),
      ...yields.map((one): Part => ({ kind: "yield", spec: one })),
      ...reliabilities.map((one): Part => ({ kind: "reliability", spec: one })),
      ...draws.map((one): Part => ({ kind: "draws", spec: one })),
    ],
    wholes: [
      ...joints.map((one): Whole => ({ kind: "joint", spec: one })),
      ...memorisations.map((one): Whole => ({ kind: "memorisation", spec: one })),
      ...downstreams.map((one): Whole => ({ kind: "downstream", spec: one })),
    ],
  };
}

/** Compares parts on all threads, a few more under way than there are threads: each holds a copy of its columns. */
async function runParts(
  parts: readonly Part[],
  reference: EventTable,
  candidate: EventTable,
  pool: Pool,
  seed: number | bigint,
  stream: (index: number) => number,
  { onProgress, signal }: EvaluateOptions,
): Promise<(PartResult | Skipped)[]> {
  const results = new Array<PartResult | Skipped>(parts.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < parts.length) {
      signal?.throwIfAborted();
      const i = next++;
      results[i] = await pool.run(evaluatePartTask, jobOf(parts[i], reference, candidate, seed, stream(i)));
      onProgress?.({ stage: "comparing", done: ++done, total: parts.length });
    }
  };
  await Promise.all(Array.from({ length: pool.size + 1 }, work));
  return results;
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
