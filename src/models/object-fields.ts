/** @file Columns of one object in paired form, as Simulators announce them. */
import { type ObjectSpec, paired, trueVariables } from "../data/objects.js";
import type { Field } from "../data/schema.js";

/** What a simulation needs to know of an object: true variables, then conditions. */
export function truthFields(spec: ObjectSpec, object: string): Field[] {
  const names = [
    ...trueVariables(spec).map((v) => paired.truth(object, v.name)),
    ...spec.conditions.map((c) => paired.condition(object, c)),
  ];
  return names.map((name) => ({ name, dtype: "float32", jagged: spec.kind === "collection", role: "truth" }));
}

/** What a simulation gives: the flag, then the reconstructed variables. */
export function recoFields(spec: ObjectSpec, object: string): Field[] {
  const jagged = spec.kind === "collection";
  return [
    { name: paired.accepted(object), dtype: "bool", jagged, role: "accepted" },
    ...spec.variables.map(({ name, unit, period }) => ({
      name: paired.reco(object, name),
      dtype: "float32" as const,
      jagged,
      role: "reco" as const,
      ...(unit && { unit }),
      ...(period && { period }),
    })),
  ];
}
