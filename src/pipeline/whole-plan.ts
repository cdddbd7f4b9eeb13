/** @file Decides which variables are judged event by event. */
import type { EventTable } from "../data/event-table.js";
import { type ObjectSpec, objectNames, paired } from "../data/objects.js";
import type { Field } from "../data/schema.js";
import type { EvaluationSpec, JointSpec, ReliabilitySpec } from "../metrics/spec.js";
import type { Alignment } from "./alignment.js";
import type { EvaluateSection } from "./evaluate-spec.js";

/** Column of the events in which every slot is accepted. */
export const COMPLETE = "accepted_all";

/** What a plan depends on besides the columns. */
export interface PlanContext {
  readonly section: EvaluateSection;
  readonly skip: readonly ("together" | "classifier")[];
  /** Whether the events that the candidate was trained on are known. */
  readonly training: boolean;
  /** Columns of event-level flags that both have. */
  readonly triggers: readonly string[];
  /** How rows go together, where both hold the same truth. */
  readonly alignment?: Alignment;
}

/** The most variables of an event that are judged together where the spec names none. */
export const TOGETHER = 30;

/** What is judged event by event: complete events, and each entry of a list; or what the spec says. */
export function jointsOf(objects: readonly ObjectSpec[], { section }: PlanContext): JointSpec[] {
  if (section.together !== undefined) return section.together.map((one) => ({ ...one }));
  const slots = objects.filter((o) => o.kind === "slots");
  const lists = objects.filter((o) => o.kind === "collection");
  const of = (names: readonly { readonly object: string; readonly spec: ObjectSpec }[]) => {
    const all = names.flatMap(({ object, spec }) =>
      spec.variables.map(({ name, period, truth }) => ({
        reco: paired.reco(object, name),
        ...(truth !== undefined && { truth: paired.truth(object, name) }),
        ...(period && { period }),
      })),
    );
    const seen = all.slice(0, TOGETHER);
    const known = seen.flatMap(({ truth, ...rest }) => (truth === undefined ? [] : [{ ...rest, truth }]));
    return {
      columns: seen.map(({ reco }) => reco),
      conditions: known.map(({ truth }) => truth),
      residuals: known,
    };
  };
  const fixed = slots.flatMap((spec) => objectNames(spec, "simulate").map((object) => ({ object, spec })));
  const joints: JointSpec[] = [];
  if (fixed.length > 0) {
    const single = fixed.length === 1;
    const title = single ? fixed[0].object : "complete events";
    joints.push({ name: title, title, ...of(fixed), when: single ? paired.accepted(fixed[0].object) : COMPLETE });
  }
  for (const spec of lists) {
    const title = `each ${spec.name}`;
    joints.push({ name: title, title, ...of([{ object: spec.name, spec }]), when: paired.accepted(spec.name) });
  }
  return joints;
}

export function isList(objects: readonly ObjectSpec[], when: string): boolean {
  return objects.some((o) => o.kind === "collection" && paired.accepted(o.name) === when);
}

/** What looks at events as a whole, less what is to be left out. */
export function wholes(
  joints: readonly JointSpec[],
  { section, skip, training }: PlanContext,
): Pick<EvaluationSpec, "joints" | "memorisations" | "downstreams"> {
  const classify = !skip.includes("classifier");
  const together = skip.includes("together") ? [] : joints;
  return {
    joints: classify ? together : together.map((joint) => ({ ...joint, classifier: false })),
    memorisations: training ? joints : [],
    downstreams: classify ? section.downstream : [],
  };
}

/** Predicted acceptances beside the reference's flags. */
export function reliabilitiesOf(slots: readonly string[], candidate: EventTable): ReliabilitySpec[] {
  return slots
    .filter((slot) => candidate.has(paired.acceptance(slot)))
    .map((slot) => ({
      name: `acceptance of ${slot}`,
      predicted: paired.acceptance(slot),
      accepted: paired.accepted(slot),
      title: slot,
      group: slot,
    }));
}

/** What all columns with one value an event are called together. */
export const EVENTS = "events";

/** Columns with one value an event together, and those of each list by its prefix, as in `Jet_pt`, `Jet_eta`. */
export function groupsOf(fields: readonly Field[]): { readonly title: string; readonly names: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const field of fields) {
    if ((field.width ?? 1) !== 1) continue;
    const title = field.jagged ? `each ${field.name.split("_")[0]}` : EVENTS;
    groups.set(title, [...(groups.get(title) ?? []), field.name]);
  }
  return [...groups].filter(([, names]) => names.length > 1).map(([title, names]) => ({ title, names }));
}

export function isSingle({ jagged, width }: Field): boolean {
  return !jagged && (width ?? 1) === 1;
}
