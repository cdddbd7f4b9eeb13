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

/** A mask beside each quantity: 1 where it has a value. */
export const hasColumn = (name: string, level: Level): string => `has_${level}_${name}`;

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
    for (const level of levelsOf(quantity, table.schema, { masses, vectors })) {
      const values = compileExpression(expression, table.schema, level, { masses, vectors }).evaluate(table);
      const has = Uint8Array.from(values, (x) => (Number.isNaN(x) ? 0 : 1));
      const unit = quantity.unit ?? field.unit;
      const period = quantity.period ?? field.period;
      columns.push(
        flatColumn(quantityColumn(quantity.name, level), values, {
          role: level,
          title: quantity.title ?? quantity.name,
          ...(unit && { unit }),
          ...(period && { period }),
        }),
        flatColumn(hasColumn(quantity.name, level), has, { dtype: "bool" }),
      );
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
