/** @file What a comparison needs of a spec: of a run spec, of a bundle's, or of a spec that is for comparing only. */
import { z } from "zod";
import type { ObjectSpec } from "../data/objects.js";
import { type EvaluateSection, evaluateSchema } from "./evaluate-spec.js";
import { objectSchema, parseRunSpec, type RunSpec, specError, toObjects } from "./run-spec.js";

export interface ComparisonSpec {
  readonly name: string;
  /** Default: what the column names tell. */
  readonly objects?: readonly ObjectSpec[];
  /** Column of event weights. */
  readonly weight?: string;
  /** Tree of ROOT files. */
  readonly tree?: string;
  /** Columns of event-level flags that the model simulates. */
  readonly triggers?: readonly string[];
  readonly evaluate: EvaluateSection;
}

/** A spec without a fit: nothing in it is required. */
const comparisonSchema = z.strictObject({
  name: z.string().min(1).default("comparison"),
  data: z
    .strictObject({
      tree: z.string().optional(),
      weight: z.string().optional(),
      objects: z.array(objectSchema).min(1).optional(),
    })
    .default({}),
  evaluate: evaluateSchema,
});

/**
 * Reads a spec for a comparison; a run spec is one, too.
 * @param input What the YAML or JSON file holds. @param where What to call it in messages.
 * @throws ConfigError that lists every mistake with its place.
 */
export function parseComparisonSpec(input: unknown, where: string): ComparisonSpec {
  const given = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  const files = (given.data as Record<string, unknown> | undefined)?.files;
  if (given.method !== undefined || files !== undefined) return comparisonOf(parseRunSpec(input, where));
  const parsed = comparisonSchema.safeParse(input ?? {});
  if (!parsed.success) throw specError(parsed.error, where);
  const { name, data, evaluate } = parsed.data;
  const { objects, ...rest } = data;
  return { name, ...rest, ...(objects && { objects: toObjects(objects, where) }), evaluate };
}

/** The comparison's part of a run spec. */
export function comparisonOf({ name, data, events, evaluate }: RunSpec): ComparisonSpec {
  const { objects, weight, tree } = data;
  // A bundle's spec may have been written before a key of this section existed.
  const triggers = events?.triggers.map(({ column }) => column) ?? [];
  return { name, objects, weight, tree, triggers, evaluate: evaluateSchema.parse(evaluate ?? {}) };
}
