import { listTrees } from "../../data/formats/root/index.js";
import type { Field } from "../../data/schema.js";
import { openByteSource } from "../../node/files.js";
import { type ColumnReport, inspect, type TableReport } from "../../pipeline/inspect.js";
import { withTables } from "../files.js";
import { formatCount } from "../progress.js";
import { type CommonOptions, withSession } from "../session.js";
import { layOut } from "../table.js";

interface Options extends CommonOptions {
  readonly tree?: string;
}

export function run(path: string, columns: readonly string[], options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const report = await withTables([path], options.tree, ([table]) =>
      inspect(table, columns, (done, total) => session.progress.update("reading", done, total)),
    );
    const trees = await treesOf(path);
    session.result({ ...report, trees }, describe(report, trees));
  });
}

/** Trees of a ROOT file; other formats hold one table. */
async function treesOf(path: string): Promise<{ name: string; entries: number }[]> {
  const file = /^(.*\.root)(:.*)?$/i.exec(path)?.[1];
  if (file === undefined) return [];
  const source = await openByteSource(file);
  try {
    return await listTrees(source);
  } finally {
    await source.close();
  }
}

function describe(report: TableReport, trees: readonly { name: string; entries: number }[]): string {
  const parts = [`${report.name}: ${formatCount(report.events)} events, ${report.columns.length} columns`];
  if (trees.length > 1) parts.push(`trees: ${trees.map((t) => `${t.name} (${formatCount(t.entries)})`).join(", ")}`);
  const rows = report.columns.map((column) => [
    column.field.name,
    typeOf(column.field),
    column.field.unit ?? "",
    formatCount(column.values),
    show(column.minimum),
    show(column.mean),
    show(column.maximum),
    troubles(column),
  ]);
  parts.push(layOut(["column", "type", "unit", "values", "min", "mean", "max", ""], rows, new Set([3, 4, 5, 6])));
  if (report.skipped.length > 0) {
    parts.push(`not readable as columns (${report.skipped.length}):`);
    for (const { name, reason } of report.skipped) parts.push(`  ${name}: ${reason}`);
  }
  return parts.join("\n");
}

function typeOf({ dtype, jagged, width = 1 }: Field): string {
  return `${dtype}${width > 1 ? `[${width}]` : ""}${jagged ? "[]" : ""}`;
}

function show(value: number | null): string {
  if (value === null) return "-";
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}` : value.toPrecision(5).replace(/\.?0+$/, "");
}

function troubles({ nan, infinite }: ColumnReport): string {
  return [nan > 0 ? `${formatCount(nan)} NaN` : "", infinite > 0 ? `${formatCount(infinite)} infinite` : ""]
    .filter((part) => part !== "")
    .join(", ");
}
