/** @file One thing that is compared, as work for any thread. */
import { EventTable } from "../data/event-table.js";
import { fromPortable, type PortableTable, toPortable } from "../data/portable.js";
import { defineTask } from "../util/pool.js";
import { Random } from "../util/random.js";
import { evaluateAcceptance } from "./evaluate-acceptance.js";
import { evaluateCategory } from "./evaluate-category.js";
import { evaluateDraws } from "./evaluate-draws.js";
import { evaluateReliability } from "./evaluate-reliability.js";
import { evaluateResponse } from "./evaluate-response.js";
import { evaluateVariable } from "./evaluate-variable.js";
import { evaluateYield } from "./evaluate-yield.js";
import type {
  AcceptanceResult,
  CategoryResult,
  DrawsResult,
  ReliabilityResult,
  ResponseResult,
  Skipped,
  VariableResult,
  YieldResult,
} from "./evaluation.js";
import type {
  AcceptanceSpec,
  CategorySpec,
  DrawsSpec,
  ReliabilitySpec,
  ResponseSpec,
  VariableSpec,
  YieldSpec,
} from "./spec.js";

/** What a thread can be given to compare. */
export type Part =
  | { readonly kind: "variable"; readonly spec: VariableSpec }
  | { readonly kind: "response"; readonly spec: ResponseSpec }
  | { readonly kind: "acceptance"; readonly spec: AcceptanceSpec }
  | { readonly kind: "category"; readonly spec: CategorySpec }
  | { readonly kind: "yield"; readonly spec: YieldSpec }
  | { readonly kind: "reliability"; readonly spec: ReliabilitySpec }
  | { readonly kind: "draws"; readonly spec: DrawsSpec };

export type PartResult =
  | VariableResult
  | ResponseResult
  | AcceptanceResult
  | CategoryResult
  | YieldResult
  | ReliabilityResult
  | DrawsResult;

interface PartJob {
  readonly part: Part;
  readonly reference: PortableTable;
  readonly candidate: PortableTable;
  readonly seed: number | bigint;
  readonly stream: number;
}

/** The columns that a part needs, with the weights, for another thread. */
function portableColumns(table: EventTable, names: readonly string[]): PortableTable {
  const weight = table.withRole("weight");
  const columns = [...new Set([...names.map((name) => table.column(name)), ...(weight === undefined ? [] : [weight])])];
  return toPortable(new EventTable(columns, table.length));
}

/** Makes the work for a thread. @throws SchemaError where a column is missing. */
export function jobOf(
  part: Part,
  reference: EventTable,
  candidate: EventTable,
  seed: number | bigint,
  stream: number,
): PartJob {
  const names = columnsOfPart(part);
  const present = (list: readonly (string | undefined)[]) => list.filter((name) => name !== undefined);
  return {
    part,
    reference: portableColumns(reference, present(names.reference)),
    candidate: portableColumns(candidate, present(names.candidate)),
    seed,
    stream,
  };
}

/** Columns that a part reads of the reference and of the candidate. */
function columnsOfPart({ kind, spec }: Part): {
  readonly reference: readonly (string | undefined)[];
  readonly candidate: readonly (string | undefined)[];
} {
  const both = (names: readonly (string | undefined)[]) => ({ reference: names, candidate: names });
  if (kind === "variable") return both([spec.column, spec.when]);
  if (kind === "response") return both([spec.truth, spec.reco, spec.against, spec.when]);
  if (kind === "acceptance") return both([spec.accepted, ...spec.against]);
  if (kind === "category") return both([spec.reco, spec.truth, spec.when]);
  if (kind === "yield") return both(spec.all);
  if (kind === "draws") return both([...spec.columns, spec.when]);
  return { reference: [spec.accepted], candidate: [spec.predicted] };
}

/** Compares one thing. */
function evaluatePart(part: Part, reference: EventTable, candidate: EventTable, random: Random): PartResult | Skipped {
  const { kind, spec } = part;
  if (kind === "variable") return evaluateVariable(reference, candidate, spec, random);
  if (kind === "response") return evaluateResponse(reference, candidate, spec, random);
  if (kind === "acceptance") return evaluateAcceptance(reference, candidate, spec, random);
  if (kind === "category") return evaluateCategory(reference, candidate, spec, random);
  if (kind === "yield") return evaluateYield(reference, candidate, spec, random);
  if (kind === "draws") return evaluateDraws(reference, candidate, spec, random);
  return evaluateReliability(reference, candidate, spec);
}

export const evaluatePartTask = defineTask(
  import.meta.url,
  "evaluatePartTask",
  ({ part, reference, candidate, seed, stream }: PartJob): PartResult | Skipped =>
    evaluatePart(part, fromPortable(reference), fromPortable(candidate), new Random(seed, stream)),
);
