import { type EventTable, toFloat64 } from "../data/event-table.js";
import type { TableSource } from "../data/formats/format.js";
import { neededColumns, toPaired } from "../data/pairing.js";
import type { WholeEvents } from "../models/events/fit.js";
import type { FitContext } from "../models/recipe.js";
import { DataError } from "../util/errors.js";
import { loadTable } from "./load.js";
import type { RunSpec } from "./run-spec.js";

/** Reads the whole events that the section `events` of a spec learns from. */
export async function readWholeEvents(
  spec: RunSpec & { readonly events: NonNullable<RunSpec["events"]> },
  sources: readonly TableSource[],
  context: FitContext,
): Promise<WholeEvents> {
  const { objects, weight } = spec.data;
  const { start, stop, triggers } = spec.events;
  const columns = triggers.map(({ column }) => column);
  const raw = await loadTable(sources, {
    columns: [...new Set([...neededColumns(objects, "simulate", true), ...columns])],
    ...(start !== undefined && { start }),
    ...(stop !== undefined && { stop }),
    ...(weight !== undefined && { weight }),
    ...(context.signal && { signal: context.signal }),
    onProgress: (done, total) => context.onProgress?.({ stage: "reading whole events", done, total: total ?? done }),
  });
  for (const column of columns) raw.flat(column);
  const { table } = toPaired(raw, objects, "simulate", true);
  return { table, weight: eventWeights(raw), flags: columns.map((column) => raw.column(column)) };
}

function eventWeights(table: EventTable): Float32Array {
  const column = table.withRole("weight");
  if (column === undefined) return new Float32Array(table.length).fill(1);
  const weights = Float32Array.from(toFloat64(table.flat(column.field.name)));
  const bad = weights.findIndex((w) => !(w >= 0) || w === Number.POSITIVE_INFINITY);
  if (bad < 0) return weights;
  throw new DataError(
    `events: column "${column.field.name}" cannot train a density ratio; expected finite weights >= 0, got ${weights[bad]} in event ${bad}. Train on unweighted or positively weighted events.`,
  );
}
