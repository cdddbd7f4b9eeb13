/** @file Decides what to compare: from the objects of a run spec, from the default column names, or column by column. */
import type { EventTable } from "../data/event-table.js";
import { type ObjectSpec, objectNames, paired } from "../data/objects.js";
import type { Schema } from "../data/schema.js";
import type { AcceptanceSpec, EvaluationSpec, ResponseSpec, VariableSpec, YieldSpec } from "../metrics/spec.js";
import { SchemaError } from "../util/errors.js";

/** Column of the events in which every slot is accepted. */
export const COMPLETE = "accepted_all";

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
 * @param exclusive Compare only events in which all slots are accepted (weighted simulation knows no others).
 */
export function planObjects(objects: readonly ObjectSpec[], table: EventTable, exclusive: boolean): EvaluationSpec {
  const variables: VariableSpec[] = [];
  const responses: ResponseSpec[] = [];
  const acceptances: AcceptanceSpec[] = [];
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
        const against = spec.variables.map((v) => paired.truth(object, v.name));
        acceptances.push({ name: `acceptance of ${object}`, title: object, accepted, against, group: object });
      }
      for (const variable of spec.variables) {
        const truth = paired.truth(object, variable.name);
        const reco = paired.reco(object, variable.name);
        own.add(reco);
        const { period, response: kind } = variable;
        const ratio = kind === "ratio";
        variables.push({ name: `${object} ${variable.name}`, column: reco, when, group: object });
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
  const derived = table.schema.fields.filter((f) => f.name.startsWith("reco_") && !own.has(f.name));
  const profiled = derived
    .map((f) => `truth_${f.name.slice(5)}`)
    .filter((name) => table.has(name) && varies(table, name));
  for (const field of derived) {
    const name = field.name.slice(5);
    const truth = `truth_${name}`;
    const shared = { reco: field.name, when: COMPLETE, group: "reaction" };
    variables.push({ name, column: field.name, when: shared.when, group: shared.group });
    const against = profiled.includes(truth) ? truth : profiled[0];
    if (!table.has(truth) || against === undefined) continue;
    responses.push({
      ...shared,
      name: `${name} response`,
      truth,
      kind: "difference",
      against,
      title: `${field.title ?? name} reco − truth`,
      unit: field.unit ?? "",
      ...(field.period && { period: field.period }),
    });
  }
  return { variables, responses, acceptances, yields };
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

/** Plans a plain comparison: every column that both tables have. @throws SchemaError where they share none. */
export function planColumns(reference: Schema, candidate: Schema): EvaluationSpec {
  const shared = reference.fields.filter((field) => candidate.has(field.name) && field.role !== "weight");
  if (shared.length === 0) {
    throw new SchemaError(
      `compare: nothing in common; expected columns of equal names, got ${reference.names.slice(0, 5).join(", ")} against ${candidate.names.slice(0, 5).join(", ")}.`,
    );
  }
  return { variables: shared.map(({ name }) => ({ name, column: name })) };
}
