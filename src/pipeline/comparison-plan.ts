/** @file Decides what to compare: from the objects of a run spec, from the default column names, or column by column. */
import type { EventTable } from "../data/event-table.js";
import { type ObjectSpec, objectNames, paired, trueVariables } from "../data/objects.js";
import type { Schema } from "../data/schema.js";
import type {
  AcceptanceSpec,
  CategorySpec,
  DrawsSpec,
  EvaluationSpec,
  JointSpec,
  ResponseSpec,
  VariableSpec,
  YieldSpec,
} from "../metrics/spec.js";
import { SchemaError } from "../util/errors.js";
import type { EvaluateSection } from "./evaluate-spec.js";
import { hasColumn, quantityColumn } from "./quantities.js";
import {
  COMPLETE,
  EVENTS,
  groupsOf,
  isList,
  isSingle,
  jointsOf,
  type PlanContext,
  reliabilitiesOf,
  TOGETHER,
  wholes,
} from "./whole-plan.js";

/** Reads objects off the default names `truth_<object>_<variable>`, `reco_...`, `accepted_<object>`. */
export function inferObjects(schema: Schema): ObjectSpec[] {
  const flags = schema.names.filter((name) => name.startsWith("accepted_")).map((name) => name.slice(9));
  return flags.flatMap((object): ObjectSpec[] => {
    const prefix = `truth_${object}_`;
    const fields = schema.fields.filter(
      (field) => field.name.startsWith(prefix) && schema.has(`reco_${field.name.slice(6)}`),
    );
    if (fields.length === 0) return [];
    const variables = fields.map(({ name, unit, period }) => ({
      name: name.slice(prefix.length),
      truth: name,
      reco: `reco_${name.slice(6)}`,
      response: "difference" as const,
      ...(unit && { unit }),
      ...(period ? { period } : name.endsWith("_phi") && { period: 2 * Math.PI }),
    }));
    return [
      { kind: "slots", name: object, variables, conditions: [], accepted: `accepted_${object}`, slots: [object] },
    ];
  });
}

/**
 * Plans the comparison of two tables in paired form: for each object its reconstructed variables, responses,
 * acceptance and yield; for a reaction its derived quantities, and the yield of complete events.
 * @param table The reference after derivation, whose further `reco_` columns are the reaction's quantities.
 * @param candidate The candidate, likewise.
 * @param exclusive Compare only events in which all slots are accepted (weighted simulation knows no others).
 */
export function planObjects(
  objects: readonly ObjectSpec[],
  table: EventTable,
  candidate: EventTable,
  exclusive: boolean,
  context: PlanContext,
): EvaluationSpec {
  const variables: VariableSpec[] = [];
  const responses: ResponseSpec[] = [];
  const acceptances: AcceptanceSpec[] = [];
  const categories: CategorySpec[] = [];
  const yields: YieldSpec[] = [];
  const own = new Set<string>();
  const slots = objects.flatMap((spec) => (spec.kind === "slots" ? spec.slots : []));
  const complete = slots.length > 1 ? slots.map(paired.accepted) : [];
  if (complete.length > 0 && !exclusive) yields.push({ name: "all", all: complete, title: "all of them" });
  for (const spec of objects) {
    for (const object of objectNames(spec, "simulate")) {
      const accepted = paired.accepted(object);
      const when = exclusive ? COMPLETE : accepted;
      const lead = spec.variables[0];
      if (!exclusive) {
        if (spec.kind === "slots") yields.push({ name: object, all: [accepted] });
        const against = trueVariables(spec).map((v) => paired.truth(object, v.name));
        acceptances.push({ name: `acceptance of ${object}`, title: object, accepted, against, group: object });
      }
      for (const { name, truth } of spec.categories ?? []) {
        const reco = paired.reco(object, name);
        own.add(reco);
        categories.push({
          name: `${object} ${name}`,
          reco,
          ...(truth !== undefined && { truth: paired.truth(object, name) }),
          when,
          group: object,
        });
      }
      for (const variable of spec.variables) {
        const truth = paired.truth(object, variable.name);
        const reco = paired.reco(object, variable.name);
        own.add(reco);
        const { period, response: kind } = variable;
        const ratio = kind === "ratio";
        variables.push({ name: `${object} ${variable.name}`, column: reco, when, group: object });
        if (kind === "value") continue;
        responses.push({
          name: `${object} ${variable.name} response`,
          truth,
          reco,
          when,
          kind,
          against: paired.truth(object, lead.name),
          title: ratio ? `${variable.name} reco / truth` : `${variable.name} reco − truth`,
          unit: ratio ? "" : (variable.unit ?? ""),
          group: object,
          ...(period && { period }),
        });
      }
    }
  }
  if (!exclusive) acceptances.push(...triggerSpecs(objects, table, candidate, context));
  addDerived(table, own, context.section, { variables, responses });
  const joints = jointsOf(objects, context);
  const { alignment } = context;
  const draws: DrawsSpec[] =
    alignment === undefined || alignment.draws < 2 || exclusive
      ? []
      : joints.filter(({ when }) => when !== undefined && !isList(objects, when));
  const reliabilities = exclusive && alignment?.draws === 1 ? reliabilitiesOf(slots, candidate) : [];
  return { variables, responses, acceptances, categories, yields, reliabilities, draws, ...wholes(joints, context) };
}

/** The share of events in which each trigger fired, against true quantities and the first true variable of each slot. */
function triggerSpecs(
  objects: readonly ObjectSpec[],
  table: EventTable,
  candidate: EventTable,
  { triggers, section }: PlanContext,
): AcceptanceSpec[] {
  const leads = objects.flatMap((spec) =>
    spec.kind === "slots" ? spec.slots.map((slot) => paired.truth(slot, spec.variables[0].name)) : [],
  );
  const quantities = section.quantities.map(({ name }) => quantityColumn(name, "truth"));
  const isWhole = (name: string) =>
    [table, candidate].every((t) => t.has(name) && t.numbers(name).every(Number.isFinite));
  const against = [...quantities, ...leads].filter(isWhole);
  return triggers.map((column) => ({
    name: `trigger ${column}`,
    title: column,
    accepted: column,
    against,
    group: "triggers",
  }));
}

/** Quantities of the reaction and of the spec: as variables, and as responses where the truth is known, too. */
function addDerived(
  table: EventTable,
  own: ReadonlySet<string>,
  { quantities }: EvaluateSection,
  into: { readonly variables: VariableSpec[]; readonly responses: ResponseSpec[] },
): void {
  const names = new Set(quantities.map(({ name }) => quantityColumn(name, "reco")));
  const derived = table.schema.fields.filter((f) => f.name.startsWith("reco_") && !own.has(f.name));
  const profiled = derived
    .map((f) => `truth_${f.name.slice(5)}`)
    .filter((name) => table.has(name) && varies(table, name));
  for (const field of derived) {
    const name = field.name.slice(5);
    const truth = `truth_${name}`;
    const quantity = quantities.find((q) => q.name === name);
    const when = names.has(field.name) ? hasColumn(name, "reco") : COMPLETE;
    const shared = { reco: field.name, when, group: quantity === undefined ? "reaction" : "quantities" };
    into.variables.push({
      name,
      column: field.name,
      when,
      group: shared.group,
      ...(quantity?.bins && { bins: quantity.bins }),
      ...(quantity?.range && { range: quantity.range }),
    });
    const against = profiled.includes(truth) ? truth : profiled[0];
    if (!table.has(truth) || against === undefined) continue;
    into.responses.push({
      ...shared,
      ...(quantity && { when: hasColumn(name, "both") }),
      name: `${name} response`,
      truth,
      kind: "difference",
      against,
      title: `${field.title ?? name} reco − truth`,
      unit: field.unit ?? "",
      ...(field.period && { period: field.period }),
    });
  }
}

/** Whether a column spreads beyond rounding: the mass of a fixed initial state does not. */
function varies(table: EventTable, name: string): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const x of table.numbers(name)) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return high - low > 1e-4 * Math.abs(high);
}

/**
 * Plans a plain comparison: every column that both tables have. Columns that stand in a truth file of their own are what
 * the classifiers know besides.
 * @throws SchemaError where they share none.
 */
export function planColumns(
  reference: Schema,
  candidate: Schema,
  context: PlanContext,
  truth: Schema | undefined,
): EvaluationSpec {
  const { section } = context;
  const masks = new Set(section.quantities.flatMap(({ name }) => [hasColumn(name, "reco"), hasColumn(name, "both")]));
  const shared = reference.fields.filter(
    ({ name, role }) => candidate.has(name) && role !== "weight" && !masks.has(name) && !truth?.has(name),
  );
  if (shared.length === 0) {
    throw new SchemaError(
      `compare: nothing in common; expected columns of equal names, got ${reference.names.slice(0, 5).join(", ")} against ${candidate.names.slice(0, 5).join(", ")}.`,
    );
  }
  const variables = shared.map(({ name }): VariableSpec => {
    const quantity = section.quantities.find((q) => quantityColumn(q.name, "reco") === name);
    if (quantity === undefined) return { name, column: name };
    const { name: short, bins, range } = quantity;
    return {
      name: short,
      column: name,
      when: hasColumn(short, "reco"),
      group: "quantities",
      ...(bins && { bins }),
      ...(range && { range }),
    };
  });
  const plain = shared.filter(({ name }) => !section.quantities.some((q) => quantityColumn(q.name, "reco") === name));
  const conditions = (truth?.fields ?? []).filter((field) => isSingle(field) && candidate.has(field.name));
  const joints: JointSpec[] =
    section.together?.map((one) => ({ ...one })) ??
    groupsOf(plain).map(({ title, names }) => ({
      name: title,
      title,
      columns: names.slice(0, TOGETHER),
      conditions: title === EVENTS ? conditions.map(({ name }) => name) : [],
    }));
  return { variables, ...wholes(joints, context) };
}
