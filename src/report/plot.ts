/** @file What a plot is: columns of numbers, and Vega-Lite specs that draw them. */
import type { TopLevelSpec } from "vega-lite";

/** Columns of equal length; null is a gap. */
export type PlotTable = Readonly<Record<string, readonly (number | string | null)[]>>;

/** Columns of numbers alone. */
export type NumberTable = Readonly<Record<string, readonly (number | null)[]>>;

/** How a plot can be drawn. Every plot has `linear`; some also `log`. */
export type PlotScale = "linear" | "log";

/** How panels share the room they are given, in pixels. */
export interface Fit {
  /** What a panel needs beside its frame, for its axis. */
  readonly side: number;
  /** What the plot needs once, for a legend at its right. */
  readonly right?: number;
  /** Widths of a frame; panels in a row wrap where they would be narrower. */
  readonly least: number;
  readonly most: number;
  /** Height over width, where the height follows the width. */
  readonly aspect?: number;
}

export interface Plot {
  /** Id of the element that it is drawn into. */
  readonly id: string;
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly table: PlotTable;
  /** Vega-Lite specs over a data set called `table`; those with parameters `x0` and `x1` can be zoomed. */
  readonly specs: { readonly linear: TopLevelSpec; readonly log?: TopLevelSpec };
  readonly fit: Fit;
}

/** Panels one above the other. */
export const STACK: Fit = { side: 78, least: 180, most: 620 };

/** Names of the two samples in legends. */
export interface Labels {
  readonly reference: string;
  readonly candidate: string;
}

/** Keeps six significant digits: a thousandth of a pixel, and a third of the bytes. */
export function compact(values: readonly (number | null)[], digits = 6): (number | null)[] {
  return values.map((x) => (x === null || !Number.isFinite(x) ? null : Number(x.toPrecision(digits))));
}

/** Edges and middles of bins, with a last row that closes lines of steps at the upper edge. */
export function binColumns(edges: readonly number[]) {
  return {
    x: compact(edges),
    x2: closed(edges.slice(1), null),
    middle: closed(
      edges.slice(1).map((edge, i) => (edge + edges[i]) / 2),
      null,
    ),
  };
}

/** Contents of bins, with a last row that repeats the last of them, or holds what is given. */
export function closed(values: NumberTable[string], last: number | null = values[values.length - 1] ?? null) {
  return compact([...values, last]);
}
