/** @file The run spec: the one description of a fit. The command line reads it, bundles and reports embed it. */
import { z } from "zod";
import type { CategorySpec, ObjectSpec, VariableSpec } from "../data/objects.js";
import type { EventsSpec } from "../models/events/spec.js";
import { findRecipe } from "../models/registry.js";
import { ConfigError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";
import { type EvaluateSection, evaluateSchema } from "./evaluate-spec.js";
import { eventsSchema, toEvents } from "./events-spec.js";

const TWO_PI = 2 * Math.PI;

const variableSchema = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1).describe("Name of the variable, such as pt, eta, phi"),
    truth: z.string().optional().describe("Column of the true value"),
    reco: z.string().optional().describe("Column of the reconstructed value"),
    unit: z.string().optional(),
    period: z.number().gt(0).nullable().optional().describe("Period of a cyclic variable (phi: 2 pi unless null)"),
    response: z
      .enum(["difference", "ratio", "value"])
      .default("difference")
      .describe("Learn reco - truth, reco / truth (for momenta that span decades), or a value that has no truth"),
    min: z
      .number()
      .optional()
      .describe("Least reconstructed value (a threshold, or 0): what is simulated below is drawn again"),
    max: z.number().optional().describe("Largest reconstructed value: what is simulated above is drawn again"),
  }),
]);

const categorySchema = z.strictObject({
  name: z.string().min(1).describe("Name of the category, such as pid or flavour"),
  truth: z.string().optional().describe("Column of the true category, if there is one"),
  reco: z.string().optional().describe("Column of the reconstructed category"),
  values: z.array(z.int()).min(2).max(32).optional().describe("All codes of the reconstructed category"),
});

const cutSchema = z.strictObject({
  column: z.string(),
  in: z.array(z.number()).optional().describe("Allowed values"),
  min: z.number().optional(),
  max: z.number().optional(),
});

export const objectSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, "letters and digits, beginning with a letter"),
  variables: z.array(variableSchema).min(1),
  conditions: z.array(z.string()).default([]).describe("Further columns that the response depends on"),
  categories: z
    .array(categorySchema)
    .min(1)
    .optional()
    .describe("What the object is taken for: whole numbers that depend on its truth and on what was reconstructed"),
  accepted: z.string().optional().describe("Slots: column with 1 where the object was detected"),
  slots: z.array(z.string()).min(1).optional().describe("Slots: objects that the model is applied to"),
  collection: z
    .strictObject({
      truth: z.string().describe("Prefix of the true collection's columns"),
      reco: z.string().describe("Prefix of the reconstructed collection's columns"),
      link: z.string().describe("Column of the reconstructed collection that holds the index of the true object"),
    })
    .optional()
    .describe("Objects in jagged collections"),
  where: z.array(cutSchema).default([]).describe("Collections: which true objects take part"),
  order: z
    .string()
    .optional()
    .describe("Collections: simulated objects fall in this variable (default pt, else the first)"),
});

const runSpecSchema = z.strictObject({
  name: z.string().min(1),
  method: z.string().default("factorised"),
  seed: z.int().min(0).default(1),
  data: z.strictObject({
    files: z.array(z.string()).min(1).describe("Files with the training events"),
    tree: z.string().optional().describe("Tree of ROOT files (default: the only or largest)"),
    generated: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Files with all generated events, where `files` holds only accepted ones"),
    start: z.int().min(0).optional().describe("First event to train on"),
    stop: z.int().min(1).optional().describe("Event after the last to train on"),
    weight: z.string().optional().describe("Column of event weights"),
    objects: z.array(objectSchema).min(1),
  }),
  options: z.unknown().optional().describe("Options of the method; `peregrine methods --json` lists them"),
  events: eventsSchema,
  evaluate: evaluateSchema,
});

/** A run spec with all defaults filled in. */
export interface RunSpec {
  readonly name: string;
  readonly method: string;
  readonly seed: number;
  readonly data: {
    readonly files: readonly string[];
    readonly tree?: string;
    readonly generated?: readonly string[];
    readonly start?: number;
    readonly stop?: number;
    readonly weight?: string;
    readonly objects: readonly ObjectSpec[];
  };
  readonly options: unknown;
  /** What is learned of events as a whole. */
  readonly events?: EventsSpec;
  readonly evaluate: EvaluateSection;
}

/**
 * Validates a run spec and fills in the defaults.
 * @param input What the YAML or JSON file holds. @param where What to call it in messages.
 * @throws ConfigError that lists every mistake with its place, and the nearest key to a misspelt one.
 */
export function parseRunSpec(input: unknown, where: string): RunSpec {
  const parsed = runSpecSchema.safeParse(input);
  if (!parsed.success) throw specError(parsed.error, where);
  const { options, data, events: eventsInput, ...rest } = parsed.data;
  const recipe = findRecipe(rest.method);
  const parsedOptions = recipe.options.safeParse(options ?? {});
  if (!parsedOptions.success) throw specError(parsedOptions.error, where, ["options"], recipe.options);
  const objects = toObjects(data.objects, where);
  const events = toEvents(eventsInput, { ...data, objects }, where);
  return { ...rest, data: { ...data, objects }, options: parsedOptions.data, ...(events && { events }) };
}

/** JSON Schema of run specs, for editors. */
export function runSpecJsonSchema(): unknown {
  return z.toJSONSchema(runSpecSchema, { io: "input" });
}

/** Fills in what an object leaves out. @throws ConfigError where two of them share a name. */
export function toObjects(inputs: readonly z.infer<typeof objectSchema>[], where: string): ObjectSpec[] {
  const objects = inputs.map((object) => toObject(object, where));
  const names = objects.flatMap((o) => (o.kind === "slots" ? o.slots : [o.name]));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ConfigError(`${where}: data.objects: "${twice}" appears twice; expected distinct objects and slots.`);
  }
  return objects;
}

type ObjectInput = z.infer<typeof objectSchema>;

function toObject(object: ObjectInput, where: string): ObjectSpec {
  const { name, conditions, collection } = object;
  const place = `${where}: data.objects "${name}"`;
  const prefix = (level: "truth" | "reco") =>
    collection === undefined ? `${level}_{object}_` : `${collection[level]}_`;
  const given = object.variables.map((input): VariableSpec => {
    const one: Exclude<typeof input, string> =
      typeof input === "string" ? { name: input, response: "difference" } : input;
    const unit = one.unit ?? defaultUnit(one.name);
    const period = one.period === undefined && one.name === "phi" ? TWO_PI : one.period;
    if (period && one.response === "ratio") {
      throw new ConfigError(`${place}: "${one.name}" is cyclic; expected response "difference", got "ratio".`);
    }
    if (one.response === "value" && one.truth !== undefined) {
      throw new ConfigError(
        `${place}: "${one.name}" has a true value; expected response "difference" or "ratio", got "value". Leave \`truth\` out, or name it under \`conditions\`.`,
      );
    }
    return {
      name: one.name,
      ...(one.response !== "value" && { truth: one.truth ?? `${prefix("truth")}${one.name}` }),
      reco: one.reco ?? `${prefix("reco")}${one.name}`,
      response: one.response,
      ...(unit && { unit }),
      ...(period && { period }),
      ...(one.min !== undefined && { min: one.min }),
      ...(one.max !== undefined && { max: one.max }),
    };
  });
  const variables = [...given.filter((v) => v.truth !== undefined), ...given.filter((v) => v.truth === undefined)];
  if (variables[0].truth === undefined) {
    throw new ConfigError(
      `${place}: no variable with a true value; expected at least one, got only \`response: value\`. Add what is known of the object before simulation.`,
    );
  }
  const categories = object.categories?.map((category): CategorySpec => {
    const { name: label, truth, reco = `${prefix("reco")}${label}`, values } = category;
    return { name: label, reco, ...(truth !== undefined && { truth }), ...(values && { values }) };
  });
  const names = [...variables, ...(categories ?? [])].map((v) => v.name);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) {
    throw new ConfigError(`${place}: "${twice}" appears twice; expected distinct variables and categories.`);
  }
  const tagged = categories && { categories };
  if (collection === undefined) {
    if (object.where.length > 0 || object.order !== undefined) {
      throw new ConfigError(
        `${place}: \`where\` and \`order\` belong to collections; expected them beside \`collection\`. Add it, or remove them.`,
      );
    }
    const accepted = object.accepted ?? "accepted_{object}";
    return { kind: "slots", name, variables, conditions, ...tagged, accepted, slots: object.slots ?? [name] };
  }
  if (object.slots !== undefined || object.accepted !== undefined) {
    throw new ConfigError(
      `${place}: \`slots\` and \`accepted\` belong to fixed slots; expected either them or \`collection\`, got both.`,
    );
  }
  const order = object.order ?? variables.find((v) => v.name === "pt")?.name ?? variables[0].name;
  if (!variables.some((v) => v.name === order)) {
    const known = variables.map((v) => v.name);
    throw new ConfigError(
      `${place}: order: unknown variable; expected one of ${known.join(", ")}, got "${order}".${didYouMean(order, known)}`,
    );
  }
  const { link } = collection;
  return { kind: "collection", name, variables, conditions, ...tagged, link, where: object.where, order };
}

function defaultUnit(variable: string): string | undefined {
  if (["p", "pt", "px", "py", "pz", "energy", "mass"].includes(variable)) return "GeV";
  return ["theta", "phi"].includes(variable) ? "rad" : undefined;
}

/** Says what is wrong with a spec, place by place. @param options Those of the method, where they are what is wrong. */
export function specError(
  error: z.ZodError,
  where: string,
  prefix: readonly string[] = [],
  options?: z.ZodType,
): ConfigError {
  const lines = error.issues.flatMap(insideUnions).map((issue) => {
    const path = [...prefix, ...issue.path].join(".") || "the top level";
    if (issue.code !== "unrecognized_keys") return `${path}: ${issue.message}`;
    const hints = issue.keys.map((key) => didYouMean(key, knownKeys([...prefix, ...issue.path].map(String), options)));
    return `${path}: unknown key ${issue.keys.map((k) => `"${k}"`).join(", ")}.${hints.join("")}`;
  });
  return new ConfigError(`${where}: the run spec is not valid: ${lines.join("; ")}`);
}

/** Of a value that may have several forms, the mistakes in the form that was meant: the one of the right basic type. */
function insideUnions(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((issues) => !issues.some((i) => i.code === "invalid_type" && i.path.length === 0));
  return meant === undefined ? [issue] : meant.map((i) => ({ ...i, path: [...issue.path, ...i.path] }));
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

/** Keys that the published schema knows at a path. */
function knownKeys(path: readonly string[], options: z.ZodType | undefined): string[] {
  let nodes = [runSpecJsonSchema() as SchemaNode];
  if (options !== undefined) {
    nodes = [{ properties: { options: z.toJSONSchema(options, { io: "input" }) as SchemaNode } }];
  }
  for (const step of path) {
    nodes = nodes
      .flatMap((node) => [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])])
      .flatMap((node) => [node.properties?.[step], /^\d+$/.test(step) ? node.items : undefined])
      .filter((node) => node !== undefined);
  }
  return nodes
    .flatMap((node) => [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])])
    .flatMap((node) => Object.keys(node.properties ?? {}));
}
