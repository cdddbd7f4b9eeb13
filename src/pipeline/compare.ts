import { type EventTable, flatColumn } from "../data/event-table.js";
import type { TableSource } from "../data/formats/format.js";
import { type ObjectSpec, objectNames, paired } from "../data/objects.js";
import { neededColumns, toPaired } from "../data/pairing.js";
import { evaluate } from "../metrics/evaluate.js";
import type { Evaluation } from "../metrics/evaluation.js";
import type { EvaluationSpec } from "../metrics/spec.js";
import { findProcess } from "../physics/registry.js";
import { ConfigError } from "../util/errors.js";
import type { Pool } from "../util/pool.js";
import { COMPLETE, inferObjects, planColumns, planObjects } from "./comparison-plan.js";
import { loadTable } from "./load.js";
import type { RunSpec } from "./run-spec.js";

export interface CompareOptions {
  readonly seed: number | bigint;
  /** Tells the objects, the weight and the derived quantities (default: what the column names tell). */
  readonly spec?: RunSpec;
  /** Events of the reference to compare: [start, stop). */
  readonly start?: number;
  readonly stop?: number;
  /** Threads (default: the calling one). */
  readonly pool?: Pool;
  onProgress?(stage: string, done: number, total: number): void;
  readonly signal?: AbortSignal;
}

/** Compares two files event sample against event sample. */
export async function compare(
  reference: TableSource,
  candidate: TableSource,
  options: CompareOptions,
): Promise<Evaluation> {
  const { spec } = options;
  const objects = spec?.data.objects ?? inferObjects(reference.schema);
  if (objects.length === 0) {
    const plan = planColumns(reference.schema, candidate.schema);
    const columns = plan.variables.map((v) => v.column);
    const [a, b] = await loadBoth(reference, candidate, columns, options);
    return judge(a, b, plan, options);
  }
  const columns = neededColumns(objects, "simulate", true);
  const [rawReference, rawCandidate] = await loadBoth(reference, candidate, columns, options);
  const weighted = keepsWeights(candidate, objects);
  const a = prepare(rawReference, objects, spec);
  const b = prepare(rawCandidate, objects, spec);
  return judge(a, b, planObjects(objects, a, weighted), options);
}

function judge(a: EventTable, b: EventTable, plan: EvaluationSpec, options: CompareOptions): Promise<Evaluation> {
  return evaluate(a, b, plan, {
    seed: options.seed,
    ...(options.pool && { pool: options.pool }),
    ...(options.signal && { signal: options.signal }),
    onProgress: ({ stage, done, total }) => options.onProgress?.(stage, done, total),
  });
}

async function loadBoth(
  reference: TableSource,
  candidate: TableSource,
  columns: readonly string[],
  { spec, start, stop, onProgress, signal }: CompareOptions,
): Promise<[EventTable, EventTable]> {
  const load = (source: TableSource, bounds: { start?: number; stop?: number }, weight: string | undefined) =>
    loadTable([source], {
      columns,
      ...bounds,
      ...(weight !== undefined && { weight }),
      ...(signal && { signal }),
      onProgress: (done, total) => onProgress?.(`reading ${source.name}`, done, total ?? done),
    });
  const bounds = { ...(start !== undefined && { start }), ...(stop !== undefined && { stop }) };
  const weight = spec?.data.weight;
  const own = (source: TableSource) => source.schema.fields.find((f) => f.role === "weight")?.name;
  const name = (source: TableSource) => (weight !== undefined && source.schema.has(weight) ? weight : own(source));
  const a = await load(reference, bounds, name(reference));
  const b = await load(candidate, {}, name(candidate) ?? (candidate.schema.has("weight") ? "weight" : undefined));
  return [a, b];
}

function prepare(raw: EventTable, objects: readonly ObjectSpec[], spec: RunSpec | undefined): EventTable {
  const { table } = toPaired(raw, objects, "simulate", true);
  const flags = objects
    .flatMap((object) => (object.kind === "slots" ? object.slots : []))
    .map((slot) => table.flat(paired.accepted(slot)));
  const all = new Uint8Array(table.length);
  for (let i = 0; i < all.length; i++) all[i] = flags.every((flag) => flag[i]) ? 1 : 0;
  const complete = table.with([flatColumn(COMPLETE, all, { dtype: "bool", title: "all detected" })]);
  return spec?.evaluate.derive === undefined ? complete : findProcess(spec.evaluate.derive).derive(complete);
}

/**
 * Whether a simulated table keeps acceptance as a weight. Its event weights are those of complete events, so only these
 * can be compared; lists carry a weight an object, for which a comparison has no place.
 */
function keepsWeights(candidate: TableSource, objects: readonly ObjectSpec[]): boolean {
  const names = objects.flatMap((o) => objectNames(o, "simulate").map((object) => ({ object, kind: o.kind })));
  const weighted = names.filter(({ object }) => candidate.schema.has(paired.acceptance(object)));
  const list = weighted.find(({ kind }) => kind === "collection");
  if (list !== undefined) {
    throw new ConfigError(
      `compare: ${candidate.name} keeps the acceptance of "${list.object}" as a weight of each object; expected accepted objects. Simulate with --acceptance draw.`,
    );
  }
  return weighted.length > 0;
}
