import { beside } from "../data/beside.js";
import { type EventTable, flatColumn } from "../data/event-table.js";
import type { TableSource } from "../data/formats/format.js";
import { type ObjectSpec, objectNames, paired, trueVariables } from "../data/objects.js";
import { neededColumns, toPaired } from "../data/pairing.js";
import { type Field, Schema } from "../data/schema.js";
import { evaluate } from "../metrics/evaluate.js";
import type { Evaluation } from "../metrics/evaluation.js";
import { findProcess } from "../physics/registry.js";
import { ConfigError } from "../util/errors.js";
import type { Pool } from "../util/pool.js";
import { alignmentOf } from "./alignment.js";
import { inferObjects, planColumns, planObjects } from "./comparison-plan.js";
import { type ComparisonSpec, comparisonOf } from "./comparison-spec.js";
import { type EvaluateSection, evaluateSchema } from "./evaluate-spec.js";
import { loadTable } from "./load.js";
import { quantityInputs, withQuantities } from "./quantities.js";
import type { RunSpec } from "./run-spec.js";
import { COMPLETE, type PlanContext } from "./whole-plan.js";

export interface CompareOptions {
  readonly seed: number | bigint;
  /** Tells the objects, the weight and the derived quantities (default: what the column names tell). */
  readonly spec?: ComparisonSpec | RunSpec;
  /** Truth of the reference's events and of the candidate's, row by row, where it stands in files of its own. */
  readonly truth?: { readonly reference: TableSource; readonly candidate: TableSource };
  /** Events that the candidate was trained on: asks whether it has copied them. */
  readonly training?: TableSource;
  /** Events of the reference to compare: [start, stop). */
  readonly start?: number;
  readonly stop?: number;
  /** What to leave out: everything about several variables together, or only the classifiers. */
  readonly skip?: readonly ("together" | "classifier")[];
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
  const { truth, training } = options;
  const spec = options.spec !== undefined && "method" in options.spec ? comparisonOf(options.spec) : options.spec;
  const a = truth === undefined ? reference : beside(reference, truth.reference);
  const b = truth === undefined ? candidate : beside(candidate, truth.candidate);
  const section = spec?.evaluate ?? evaluateSchema.parse({});
  const objects = spec?.objects ?? inferObjects(a.schema);
  // A candidate of another model may have no triggers: then there is nothing to compare.
  const triggers = (spec?.triggers ?? []).filter((name) => a.schema.has(name) && b.schema.has(name));
  const wanted = [...new Set([...columnsToRead(a, b, objects, section, truth?.reference), ...triggers])];
  const weight = weightsOf(a, b, spec);
  const bounds = { start: options.start, stop: options.stop };
  const load = async (source: TableSource, which: "reference" | "candidate", columns = wanted) => {
    const raw = await loadTable([source], {
      columns: columns.filter((name) => source.schema.has(name) || !isOptional(name, objects)),
      ...(which === "reference" && bounds),
      ...(weight[which] !== undefined && source.schema.has(weight[which]) && { weight: weight[which] }),
      ...(options.signal && { signal: options.signal }),
      onProgress: (done, total) => options.onProgress?.(`reading ${source.name}`, done, total ?? done),
    });
    return prepare(raw, objects, section);
  };
  const tableA = await load(a, "reference");
  const tableB = await load(b, "candidate");
  const trained = training === undefined ? undefined : await load(training, "candidate");
  const context: PlanContext = {
    section,
    skip: options.skip ?? [],
    training: trained !== undefined,
    triggers,
    ...(objects.length > 0 && { alignment: alignmentOf(tableA, tableB) }),
  };
  const plan =
    objects.length === 0
      ? planColumns(tableA.schema, tableB.schema, context, truth?.reference.schema)
      : planObjects(objects, tableA, tableB, keepsWeights(b, objects), context);
  return evaluate(tableA, tableB, plan, {
    seed: options.seed,
    ...(trained && { training: trained }),
    ...(options.pool && { pool: options.pool }),
    ...(options.signal && { signal: options.signal }),
    onProgress: ({ stage, done, total }) => options.onProgress?.(stage, done, total),
  });
}

/** Columns of both files that the comparison needs. */
function columnsToRead(
  a: TableSource,
  b: TableSource,
  objects: readonly ObjectSpec[],
  section: EvaluateSection,
  truth: TableSource | undefined,
): string[] {
  const shared = a.schema.names.filter((name) => b.schema.has(name) && !isWeight(a, name));
  const named = [
    ...(section.together ?? []).flatMap(({ columns, conditions }) => [...columns, ...conditions]),
    ...section.downstream.flatMap(({ label, features }) => [label, ...features]),
  ].filter((name) => a.schema.has(name));
  if (objects.length === 0) {
    const inputs = quantityInputs(section, a.schema);
    const own = truth === undefined ? [] : truth.schema.names.filter((name) => shared.includes(name));
    return [...new Set([...shared, ...own, ...named, ...inputs])];
  }
  const acceptances = objects.flatMap((o) => objectNames(o, "simulate").map(paired.acceptance));
  const asPaired = pairedSchema(objects, a.schema);
  const inputs = quantityInputs(section, asPaired).filter((name) => a.schema.has(name));
  return [...new Set([...neededColumns(objects, "simulate", true), ...named, ...inputs, ...acceptances])];
}

/** What only some files have: predicted acceptances. */
function isOptional(name: string, objects: readonly ObjectSpec[]): boolean {
  return objects.some((o) => objectNames(o, "simulate").some((object) => paired.acceptance(object) === name));
}

function isWeight(source: TableSource, name: string): boolean {
  return source.schema.fields.some((field) => field.name === name && field.role === "weight");
}

/** The columns of a file with those that pairing will make of them. */
function pairedSchema(objects: readonly ObjectSpec[], file: Schema): Schema {
  const fields = new Map<string, Field>(file.fields.map((field) => [field.name, field]));
  for (const spec of objects) {
    for (const object of objectNames(spec, "simulate")) {
      const jagged = spec.kind === "collection";
      const add = (name: string) => fields.set(name, { name, dtype: "float32", jagged });
      for (const { name } of trueVariables(spec)) add(paired.truth(object, name));
      for (const { name } of [...spec.variables, ...(spec.categories ?? [])]) add(paired.reco(object, name));
      add(paired.accepted(object));
    }
  }
  return new Schema([...fields.values()]);
}

/** Name of each file's weight column, where it has one. */
function weightsOf(a: TableSource, b: TableSource, spec: ComparisonSpec | undefined) {
  const own = (source: TableSource) => source.schema.fields.find((f) => f.role === "weight")?.name;
  const name = (source: TableSource) =>
    spec?.weight !== undefined && source.schema.has(spec.weight) ? spec.weight : own(source);
  return { reference: name(a), candidate: name(b) ?? (b.schema.has("weight") ? "weight" : undefined) };
}

/** Brings a file's events into the form in which they are compared, with everything that is derived. */
function prepare(raw: EventTable, objects: readonly ObjectSpec[], section: EvaluateSection): EventTable {
  if (objects.length === 0) return withQuantities(raw, section);
  const { table } = toPaired(raw, objects, "simulate", true);
  const flags = objects
    .flatMap((object) => (object.kind === "slots" ? object.slots : []))
    .map((slot) => table.flat(paired.accepted(slot)));
  const all = new Uint8Array(table.length);
  for (let i = 0; i < all.length; i++) all[i] = flags.every((flag) => flag[i]) ? 1 : 0;
  const further = raw.columns.filter(({ field }) => !table.has(field.name));
  const complete = table.with([...further, flatColumn(COMPLETE, all, { dtype: "bool", title: "all detected" })]);
  const derived = section.derive === undefined ? complete : findProcess(section.derive).derive(complete);
  return withQuantities(derived, section);
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
