/** @file Which columns of the truth file stand beside the simulated ones. */
import type { SkippedColumn, TableSource } from "../data/formats/format.js";
import { counterNames, prefixOf } from "../data/list-names.js";
import { type ObjectSpec, paired, slotColumn, trueVariables } from "../data/objects.js";
import { neededColumns } from "../data/pairing.js";
import { type Field, missingColumn } from "../data/schema.js";
import { ConfigError, SchemaError } from "../util/errors.js";
import { matchColumns, patternOf } from "./inspect.js";

export interface KeptColumns {
  /** Columns to read and to keep: those that the model needs, the event weight, then those asked for. */
  readonly columns: readonly string[];
  /** Columns that a pattern fits but that are not kept, since they tell of objects that are simulated anew. */
  readonly replaced: readonly string[];
  /** Columns that a pattern fits but that cannot be read. */
  readonly unreadable: readonly SkippedColumn[];
}

/**
 * Picks the columns of a truth file that go to the output. What the model simulates is never kept under its own name: a
 * pattern passes it over, together with the other lists of a simulated collection and the counts of its entries
 * (`Jet_btag` and `nJet` where `Jet_pt` is simulated), which belong to other jets.
 * @param patterns Names, or patterns with `*` for any letters. @param flags Event-level flags that are simulated.
 * @throws SchemaError where the file lacks a column; ConfigError where a name is one of the simulated columns.
 */
export function keptColumns(
  objects: readonly ObjectSpec[],
  weight: string | undefined,
  truth: TableSource,
  patterns: readonly string[] = [],
  flags: readonly string[] = [],
): KeptColumns {
  const { names } = truth.schema;
  const needed = neededColumns(objects, "simulate", false);
  for (const name of needed) if (!truth.schema.has(name)) throw missingColumn(name, names, truth.name);
  const columns = new Set(needed);
  if (weight !== undefined && truth.schema.has(weight)) columns.add(weight);
  const simulated = new Set([...simulatedColumns(objects), ...flags]);
  const isReplaced = replacedBy(objects, simulated);
  const replaced = new Set<string>();
  const unreadable = new Map<string, SkippedColumn>();
  for (const pattern of patterns) {
    const skipped = truth.skipped.filter(({ name }) => patternOf(pattern).test(name));
    if (!pattern.includes("*")) {
      if (skipped.length > 0 && !truth.schema.has(pattern)) {
        throw new SchemaError(
          `${truth.name}: column "${pattern}" cannot be kept: ${skipped[0].reason}; expected one of the columns that can be read. List them with \`peregrine inspect FILE\`.`,
        );
      }
      if (simulated.has(pattern)) {
        throw new ConfigError(
          `simulate: keep "${pattern}": the model simulates a column of that name; expected another column of ${truth.name}. Leave it out; a friend tree has both, as "${pattern}" and "truth.${pattern}".`,
        );
      }
      columns.add(matchColumns([pattern], names, truth.name)[0]);
      continue;
    }
    for (const column of skipped) unreadable.set(column.name, column);
    if (skipped.length > 0 && !names.some((name) => patternOf(pattern).test(name))) continue;
    for (const name of matchColumns([pattern], names, truth.name)) {
      if (columns.has(name)) continue;
      if (isReplaced(truth.schema.field(name))) replaced.add(name);
      else columns.add(name);
    }
  }
  return {
    columns: [...columns],
    replaced: [...replaced].filter((name) => !columns.has(name)),
    unreadable: [...unreadable.values()],
  };
}

/** Names of all columns that a simulation may add. */
function simulatedColumns(objects: readonly ObjectSpec[]): string[] {
  return objects.flatMap((spec) =>
    spec.kind === "collection"
      ? [...recoColumns(spec), spec.link, paired.acceptance(spec.name)]
      : spec.slots.flatMap((slot) => [
          slotColumn(spec.accepted, slot),
          ...recoColumns(spec).map((name) => slotColumn(name, slot)),
          paired.acceptance(slot),
        ]),
  );
}

function recoColumns({ variables, categories = [] }: ObjectSpec): string[] {
  return [...variables, ...categories].map(({ reco }) => reco);
}

/** Returns what tells whether a column describes objects that are simulated anew. */
function replacedBy(objects: readonly ObjectSpec[], simulated: ReadonlySet<string>): (field: Field) => boolean {
  const prefixes = new Set<string>();
  const counters = new Set<string>();
  for (const spec of objects) {
    if (spec.kind !== "collection") continue;
    const lists = recoColumns(spec);
    const truth = new Set(trueVariables(spec).map((v) => prefixOf(v.truth)));
    for (const list of lists) {
      const prefix = prefixOf(list);
      // Where true and reconstructed objects stand under one prefix, it does not tell them apart.
      if (prefix !== undefined && truth.has(prefix)) continue;
      if (prefix !== undefined) prefixes.add(prefix);
      for (const counter of counterNames(list)) counters.add(counter);
    }
  }
  return ({ name, jagged, dtype }) => {
    if (simulated.has(name)) return true;
    if (jagged) return prefixes.has(prefixOf(name) ?? "");
    return !dtype.startsWith("f") && counters.has(name);
  };
}
