/** @file Quantities that a spec gives as expressions, as columns of a table. */
import { type Column, type EventTable, flatColumn } from "../data/event-table.js";
import type { Schema } from "../data/schema.js";
import {
  compileExpression,
  type Level,
  neededColumns,
  parseExpression,
  resultField,
} from "../physics/expression/index.js";
import type { EvaluateSection, Quantity } from "./evaluate-spec.js";

const LEVELS: readonly Level[] = ["truth", "reco"];

/** A mask beside each quantity: 1 where it has a value at reconstructed level, or at both. */
export const hasColumn = (name: string, level: "reco" | "both"): string => `has_${level}_${name}`;

/** Column of a quantity at a level. */
export const quantityColumn = (name: string, level: Level): string => `${level}_${name}`;

/** Columns of a file that the quantities need, at both levels where the file has both. */
export function quantityInputs({ quantities, masses, vectors }: EvaluateSection, schema: Schema): string[] {
  const needed = quantities.flatMap((quantity) =>
    levelsOf(quantity, schema, { masses, vectors }).flatMap((level) =>
      neededColumns(parsed(quantity), level, schema.names, { masses, vectors }),
    ),
  );
  return [...new Set(needed)];
}

/** Adds the quantities, and masks of the events where each has a value. */
export function withQuantities(table: EventTable, { quantities, masses, vectors }: EvaluateSection): EventTable {
  const columns: Column[] = [];
  for (const quantity of quantities) {
    const expression = parsed(quantity);
    const field = resultField(expression);
    const unit = quantity.unit ?? field.unit;
    const period = quantity.period ?? field.period;
    const values = levelsOf(quantity, table.schema, { masses, vectors }).map((level) => ({
      level,
      values: compileExpression(expression, table.schema, level, { masses, vectors }).evaluate(table),
    }));
    for (const one of values) {
      columns.push(
        flatColumn(quantityColumn(quantity.name, one.level), one.values, {
          role: one.level,
          title: quantity.title ?? quantity.name,
          ...(unit && { unit }),
          ...(period && { period }),
        }),
      );
    }
    for (const which of ["reco", "both"] as const) {
      const needed = which === "both" ? values : values.filter(({ level }) => level === "reco");
      const has = new Uint8Array(table.length);
      for (let i = 0; i < has.length; i++) has[i] = needed.some((one) => Number.isNaN(one.values[i])) ? 0 : 1;
      columns.push(flatColumn(hasColumn(quantity.name, which), has, { dtype: "bool" }));
    }
  }
  return table.with(columns);
}

function parsed({ name, expression }: Quantity) {
  return parseExpression(expression, `evaluate.quantities "${name}"`);
}

/**
 * Levels at which a quantity can be computed: reconstruction always (or its error is the user's), truth where all its
 * names exist there and it is not the same columns again.
 */
function levelsOf(
  quantity: Quantity,
  schema: Schema,
  options: Pick<EvaluateSection, "masses" | "vectors">,
): readonly Level[] {
  const expression = parsed(quantity);
  const reco = compileExpression(expression, schema, "reco", options).columns;
  try {
    const truth = compileExpression(expression, schema, "truth", options).columns;
    return truth.some((name) => !reco.includes(name)) ? LEVELS : ["reco"];
  } catch {
    return ["reco"];
  }
}
