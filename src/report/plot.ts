/** @file What a plot is: columns of numbers, and Vega-Lite specs that draw them. */
import type { TopLevelSpec } from "vega-lite";

/** Columns of equal length; null is a gap. */
export type PlotTable = Readonly<Record<string, readonly (number | null)[]>>;

/** How a plot can be drawn. Every plot has `linear`; histograms also `log`. */
export type PlotScale = "linear" | "log";

export interface Plot {
  /** Id of the element that it is drawn into. */
  readonly id: string;
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly table: PlotTable;
  /** Vega-Lite specs over a data set called `table`. */
  readonly specs: { readonly linear: TopLevelSpec; readonly log?: TopLevelSpec };
}

/** Names of the two samples in legends. */
export interface Labels {
  readonly reference: string;
  readonly candidate: string;
}

/** Keeps six significant digits: a thousandth of a pixel, and a third of the bytes. */
export function compact(values: readonly (number | null)[]): (number | null)[] {
  return values.map((x) => (x === null || !Number.isFinite(x) ? null : Number(x.toPrecision(6))));
}
