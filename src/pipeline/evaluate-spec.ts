/** @file What a spec says about the comparison: quantities by expression, and what to look at together. */
import { z } from "zod";

const quantitySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "letters, digits and _, beginning with a letter"),
  expression: z
    .string()
    .min(1)
    .describe('Such as "mass(pip + pim)" or "deltaR(jet[0], jet[1])"; see docs/expressions.md'),
  title: z.string().optional().describe("Words for axes"),
  unit: z.string().optional(),
  period: z.number().gt(0).optional().describe("Period of a cyclic quantity"),
  bins: z.int().min(1).max(1000).optional(),
  range: z.tuple([z.number(), z.number()]).optional().describe("Lower and upper edge of the histogram"),
});

const togetherSchema = z.strictObject({
  name: z.string().min(1),
  columns: z.array(z.string()).min(1).max(100).describe("Columns with one value an event; quantities count as columns"),
  conditions: z.array(z.string()).default([]).describe("Columns that a classifier sees besides: what was true"),
});

const downstreamSchema = z.strictObject({
  name: z.string().min(1),
  label: z.string().describe("Column that is not 0 for the signal"),
  features: z.array(z.string()).min(1).describe("Columns that the classifier sees"),
});

export const evaluateSchema = z
  .strictObject({
    derive: z.string().optional().describe("Process whose own quantities are compared, too"),
    quantities: z.array(quantitySchema).default([]).describe("Quantities made of the events' columns"),
    masses: z.record(z.string(), z.number().min(0)).default({}).describe("Mass [GeV] of objects without a mass column"),
    vectors: z
      .record(z.string(), z.strictObject({ px: z.number(), py: z.number(), pz: z.number(), energy: z.number() }))
      .default({})
      .describe("Four-vectors [GeV] that are the same in all events, such as beam and target"),
    together: z
      .array(togetherSchema)
      .optional()
      .describe("What is judged event by event (default: all variables of complete events)"),
    downstream: z.array(downstreamSchema).default([]).describe("Classifications that an analysis would train"),
  })
  .prefault({});

/** The comparison's part of a spec, with all defaults filled in. */
export type EvaluateSection = z.infer<typeof evaluateSchema>;

export type Quantity = z.infer<typeof quantitySchema>;
