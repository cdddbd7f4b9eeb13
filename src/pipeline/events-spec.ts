/** @file The run spec's section about events as a whole: correlations between objects, and triggers. */
import { z } from "zod";
import { type ObjectSpec, objectNames, paired } from "../data/objects.js";
import { neededColumns } from "../data/pairing.js";
import type { EventsSpec } from "../models/events/spec.js";
import { parseExpression } from "../physics/expression/index.js";
import { ConfigError } from "../util/errors.js";

const expression = z.string().min(1);
const size = {
  trees: z.int().min(1).max(10_000).default(300).describe("Most boosted trees; fewer where the held-out loss says so"),
  maxDepth: z.int().min(1).max(16).default(5).describe("Most depth of each tree"),
};

export const eventsSchema = z
  .strictObject({
    files: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Files with whole events of the full simulation (default: the training files)"),
    start: z.int().min(0).optional().describe("First event (default: that of the training events, of the same files)"),
    stop: z.int().min(1).optional().describe("Event after the last"),
    correlations: z
      .strictObject({
        variables: z
          .array(expression)
          .min(1)
          .max(100)
          .describe("Expressions in which whole events are to be right; see docs/expressions.md"),
        ...size,
        maxWeight: z.number().gt(1).default(50).describe("Density ratios above are cut; the loss is reported"),
        attempts: z.int().min(1).max(10_000).default(200).describe("Most draws of an event"),
      })
      .optional()
      .describe("Correct what objects that are simulated by themselves do not know of each other"),
    triggers: z
      .array(
        z.union([
          z.string().min(1),
          z.strictObject({
            column: z.string().min(1).describe("Flat column of the files: not 0 where the trigger fired"),
            variables: z
              .array(expression)
              .min(1)
              .max(100)
              .optional()
              .describe("Expressions on which it depends (default: flags and reconstructed variables of all objects)"),
            ...size,
          }),
        ]),
      )
      .default([])
      .describe("Event-level flags; later ones know the earlier ones"),
    masses: z.record(z.string(), z.number().min(0)).default({}).describe("Mass [GeV] of objects without a mass column"),
    vectors: z
      .record(z.string(), z.strictObject({ px: z.number(), py: z.number(), pz: z.number(), energy: z.number() }))
      .default({})
      .describe("Four-vectors [GeV] that are the same in all events, such as beam and target"),
  })
  .optional()
  .describe("What is learned of events as a whole, after the objects");

type EventsInput = z.infer<typeof eventsSchema>;

const DEFAULT_SIZE = { trees: 300, maxDepth: 5 };

/**
 * Fills in what the section leaves out.
 * @param data The spec's training data. @throws ConfigError with the place of what does not fit.
 */
export function toEvents(
  input: EventsInput,
  data: {
    readonly objects: readonly ObjectSpec[];
    readonly start?: number | undefined;
    readonly stop?: number | undefined;
    readonly generated?: unknown;
  },
  where: string,
): EventsSpec | undefined {
  if (input === undefined) return undefined;
  const { objects } = data;
  const { files, start, stop, correlations, triggers, ...rest } = input;
  if (correlations === undefined && triggers.length === 0) {
    throw new ConfigError(
      `${where}: events: nothing to learn; expected \`correlations\` or \`triggers\`, got neither.`,
    );
  }
  if (objects.some(({ name }) => name === "events")) {
    throw new ConfigError(
      `${where}: data.objects: the name "events" is taken by the section \`events\`; expected another one. Rename the object.`,
    );
  }
  if (files === undefined) requireWhole(objects, data.generated !== undefined, where);
  const all = triggers.map((trigger) => (typeof trigger === "string" ? { column: trigger, ...DEFAULT_SIZE } : trigger));
  const columns = all.map(({ column }) => column);
  const taken = new Set(
    objects.flatMap((spec) => [
      ...neededColumns([spec], "simulate", true),
      ...objectNames(spec, "simulate").flatMap((object) => [
        paired.accepted(object),
        paired.acceptance(object),
        ...spec.variables.flatMap(({ name }) => [paired.truth(object, name), paired.reco(object, name)]),
      ]),
    ]),
  );
  for (const [t, column] of columns.entries()) {
    const place = `${where}: events.triggers "${column}"`;
    if (columns.indexOf(column) !== t) throw new ConfigError(`${place}: named twice; expected distinct columns.`);
    if (taken.has(column)) {
      throw new ConfigError(
        `${place}: is a column of an object; expected a column of its own, got one of \`data.objects\`.`,
      );
    }
  }
  const check = (texts: readonly string[], place: string) => {
    for (const text of texts) parseExpression(text, `${where}: ${place} "${text}"`);
  };
  check(correlations?.variables ?? [], "events.correlations");
  for (const { column, variables = [] } of all.map((trigger) => ({ variables: undefined, ...trigger }))) {
    check(variables, `events.triggers "${column}"`);
  }
  // Without files of its own, the section reads the same events as the objects, unless it says otherwise.
  const bounds = files === undefined ? { start: start ?? data.start, stop: stop ?? data.stop } : { start, stop };
  return {
    ...rest,
    ...(files && { files }),
    ...(bounds.start !== undefined && { start: bounds.start }),
    ...(bounds.stop !== undefined && { stop: bounds.stop }),
    ...(correlations && { correlations }),
    triggers: all.map((trigger) => ({
      ...trigger,
      variables: ("variables" in trigger && trigger.variables) || defaultVariables(objects),
    })),
  };
}

/** Single objects say nothing about what they do to each other, and lost ones must be known. */
function requireWhole(objects: readonly ObjectSpec[], generated: boolean, where: string): void {
  const single = objects.find((spec) => spec.kind === "slots" && spec.slots.join() !== spec.name);
  if (single?.kind === "slots") {
    throw new ConfigError(
      `${where}: events.files: missing; the training files hold "${single.name}" by itself, and events as a whole are to be learned of ${single.slots.join(", ")}. Name files with whole events of the full simulation.`,
    );
  }
  if (generated) {
    throw new ConfigError(
      `${where}: events.files: missing; \`data.files\` holds accepted objects only, and whole events are needed, lost objects included. Name files with whole events of the full simulation.`,
    );
  }
}

/** What a trigger may depend on: which objects were found, and what was reconstructed of them. */
function defaultVariables(objects: readonly ObjectSpec[]): string[] {
  return objects.flatMap((spec) => {
    if (spec.kind === "slots") {
      return spec.slots.flatMap((slot) => [
        paired.accepted(slot),
        ...spec.variables.map(({ name }) => paired.reco(slot, name)),
      ]);
    }
    const lead = paired.reco(spec.name, spec.order);
    return [`sum(${paired.accepted(spec.name)})`, `sum(${lead})`, `max(${lead})`];
  });
}
