import { digestTable } from "../data/digest.js";
import type { EventTable } from "../data/event-table.js";
import type { TableSource } from "../data/formats/format.js";
import { neededColumns, toPaired } from "../data/pairing.js";
import { checkEventVariables, fitEvents } from "../models/events/fit.js";
import type { FitContext, FittedModel, ReplayOptions } from "../models/recipe.js";
import { findRecipe } from "../models/registry.js";
import { ConfigError } from "../util/errors.js";
import { BUNDLE_VERSION, type Bundle, describeParts } from "./bundle.js";
import { readWholeEvents } from "./fit-events.js";
import { History } from "./history.js";
import { loadTable } from "./load.js";
import { PACKAGE } from "./package.js";
import type { RunSpec } from "./run-spec.js";

/** Open tables of a spec's files. */
export interface TrainingSources {
  readonly events: readonly TableSource[];
  readonly generated?: readonly TableSource[];
  /** Whole events, where the spec names files of their own for them. */
  readonly whole?: readonly TableSource[];
}

/** Reads the training events, brings them into paired form, fits the method, and describes the result. */
export async function fit(spec: RunSpec, sources: TrainingSources, context: FitContext): Promise<Bundle> {
  const { objects, start, stop, weight } = spec.data;
  const recipe = findRecipe(spec.method);
  const level = recipe.trainedOn ?? "fit";
  if (level === "simulate") requireSlots(spec, sources.events);
  const read = async (files: readonly TableSource[], stage: string, reco: boolean): Promise<EventTable> => {
    const raw = await loadTable(files, {
      columns: neededColumns(objects, level, reco),
      ...(start !== undefined && { start }),
      ...(stop !== undefined && { stop }),
      ...(weight !== undefined && { weight }),
      ...(context.signal && { signal: context.signal }),
      onProgress: (done, total) => context.onProgress?.({ stage, done, total: total ?? done }),
    });
    const { table, links } = toPaired(raw, objects, level, reco);
    for (const [object, { total, stray }] of links) {
      if (stray === 0) continue;
      context.onWarning?.(
        `${object}: ${stray} of ${total} links lead beyond the stored true objects; these reconstructed objects are left out.`,
      );
    }
    return table;
  };
  const events = await read(sources.events, "reading", true);
  const generated = sources.generated && (await read(sources.generated, "reading generated", false));
  const history = new History();
  const watched: FitContext = {
    ...context,
    onProgress: (progress) => {
      history.add(progress);
      context.onProgress?.(progress);
    },
  };
  const section = spec.events;
  const whole =
    section && (await readWholeEvents({ ...spec, events: section }, sources.whole ?? sources.events, context));
  if (section && whole) checkEventVariables(section, whole.table);
  let model = await recipe.fit(objects, spec.options, { events, ...(generated && { generated }) }, watched);
  if (section && whole) {
    const { parts } = model;
    const load = (replay: ReplayOptions) => recipe.load(objects, parts, replay);
    model = withEventLevel(model, await fitEvents(section, objects, load, whole, watched));
  }
  const described = async (table: EventTable) => ({ events: table.length, digest: await digestTable(table) });
  return {
    manifest: {
      format: "peregrine-bundle",
      version: BUNDLE_VERSION,
      method: spec.method,
      package: PACKAGE,
      spec,
      training: {
        ...(await described(events)),
        ...(generated && { generated: await described(generated) }),
        ...(whole && { whole: await described(whole.table) }),
      },
      summary: model.summary,
      history: history.curves(),
      parts: await describeParts(model.parts),
    },
    parts: model.parts,
  };
}

/** A method that learns whole events needs the columns of all slots, where others learn one object for all of them. */
function requireSlots({ method, data }: RunSpec, files: readonly TableSource[]): void {
  for (const object of data.objects) {
    if (object.kind !== "slots") continue;
    for (const file of files) {
      const missing = neededColumns([object], "simulate", true).find((name) => !file.schema.has(name));
      if (missing === undefined) continue;
      const alone = neededColumns([object], "fit", true).every((name) => file.schema.has(name));
      if (!alone) continue;
      throw new ConfigError(
        `${file.name}: method ${method} learns whole events; expected the columns of all slots (${object.slots.join(", ")}), got those of "${object.name}" alone, without "${missing}". Fit to a file of whole events, or use the method factorised.`,
      );
    }
  }
}

/** The model of objects with what was learned of whole events beside it. */
function withEventLevel(model: FittedModel, events: FittedModel): FittedModel {
  return {
    parts: new Map([...model.parts, ...events.parts]),
    summary: { ...model.summary, events: events.summary },
  };
}
