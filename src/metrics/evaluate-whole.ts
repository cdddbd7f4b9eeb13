/** @file What looks at events as a whole, with all threads. */
import type { EventTable } from "../data/event-table.js";
import { evaluateDownstream } from "./classifier/index.js";
import { evaluateJoint } from "./evaluate-joint.js";
import { evaluateMemorisation } from "./evaluate-memorisation.js";
import type { DownstreamResult, JointResult, MemorisationResult, Skipped } from "./evaluation.js";
import type { DownstreamSpec, JointSpec, MemorisationSpec } from "./spec.js";
import type { Tools } from "./tools.js";

export type Whole =
  | { readonly kind: "joint"; readonly spec: JointSpec }
  | { readonly kind: "memorisation"; readonly spec: MemorisationSpec }
  | { readonly kind: "downstream"; readonly spec: DownstreamSpec };

export type WholeResult = JointResult | MemorisationResult | DownstreamResult;

/** Compares one thing. @param training The events that the candidate was trained on, where they are known. */
export async function evaluateWhole(
  whole: Whole,
  reference: EventTable,
  candidate: EventTable,
  training: EventTable | undefined,
  tools: Tools,
): Promise<WholeResult | Skipped> {
  switch (whole.kind) {
    case "joint":
      return evaluateJoint(reference, candidate, whole.spec, tools);
    case "memorisation":
      return evaluateMemorisation(reference, candidate, training, whole.spec, tools);
    case "downstream":
      return evaluateDownstream(reference, candidate, whole.spec, tools);
  }
}
