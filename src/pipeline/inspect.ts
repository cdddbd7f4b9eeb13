import type { SkippedColumn, TableSource } from "../data/formats/format.js";
import { type Field, missingColumn } from "../data/schema.js";

/** What is known of a column after reading it through. */
export interface ColumnReport {
  readonly field: Field;
  /** Values in all events together. */
  readonly values: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly nan: number;
  readonly infinite: number;
}

export interface TableReport {
  readonly name: string;
  readonly events: number;
  readonly columns: readonly ColumnReport[];
  readonly skipped: readonly SkippedColumn[];
}

/**
 * Reads columns through and tells their ranges.
 * @param patterns Names of columns, `*` for any letters (default all).
 * @throws SchemaError for a pattern that fits no column.
 */
export async function inspect(
  source: TableSource,
  patterns: readonly string[],
  onProgress: (done: number, total: number | undefined) => void,
): Promise<TableReport> {
  const names = patterns.length === 0 ? source.schema.names : matchColumns(patterns, source.schema.names, source.name);
  const tallies = names.map((name) => new Tally(source.schema.field(name)));
  let events = 0;
  for await (const chunk of source.read({ columns: names })) {
    events += chunk.length;
    names.forEach((name, c) => {
      const { values, offsets, field } = chunk.column(name);
      const width = field.width ?? 1;
      const [first, last] =
        offsets === undefined ? [0, values.length] : [offsets[0] * width, offsets[chunk.length] * width];
      tallies[c].add(values, first, last);
    });
    onProgress(events, source.length);
  }
  return { name: source.name, events, columns: tallies.map((t) => t.report()), skipped: source.skipped };
}

/** Columns that names and patterns pick, in their order. @throws SchemaError for one that picks nothing. */
export function matchColumns(patterns: readonly string[], names: readonly string[], where: string): string[] {
  const found = patterns.flatMap((pattern) => {
    const expression = patternOf(pattern);
    const matches = names.filter((name) => expression.test(name));
    if (matches.length === 0) throw missingColumn(pattern, names, where);
    return matches;
  });
  return [...new Set(found)];
}

/** What a name or pattern fits; `*` stands for any letters. */
export function patternOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
}

/** Running range of one column. */
class Tally {
  readonly #field: Field;
  #values = 0;
  #nan = 0;
  #infinite = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  constructor(field: Field) {
    this.#field = field;
  }

  add(values: ArrayLike<number | bigint>, first: number, last: number): void {
    this.#values += last - first;
    for (let i = first; i < last; i++) {
      const x = Number(values[i]);
      if (x - x !== 0) {
        if (Number.isNaN(x)) this.#nan++;
        else this.#infinite++;
        continue;
      }
      this.#sum += x;
      if (x < this.#minimum) this.#minimum = x;
      if (x > this.#maximum) this.#maximum = x;
    }
  }

  report(): ColumnReport {
    const finite = this.#values - this.#nan - this.#infinite;
    return {
      field: this.#field,
      values: this.#values,
      minimum: finite > 0 ? this.#minimum : null,
      maximum: finite > 0 ? this.#maximum : null,
      mean: finite > 0 ? this.#sum / finite : null,
      nan: this.#nan,
      infinite: this.#infinite,
    };
  }
}
