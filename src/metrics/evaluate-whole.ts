/** @file What looks at events as a whole, with all threads. */
import type { EventTable } from "../data/event-table.js";
import { evaluateJoint } from "./evaluate-joint.js";
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
  { kind, spec }: Whole,
  reference: EventTable,
  candidate: EventTable,
  _training: EventTable | undefined,
  tools: Tools,
): Promise<WholeResult | Skipped> {
  if (kind === "joint") return evaluateJoint(reference, candidate, spec, tools);
  return { name: spec.name, reason: "not yet" };
}
