/** @file Pieces that all plots share: axes, the two samples' colours, and the frame around stacked panels. */
import type { TopLevelSpec } from "vega-lite";
import type { Labels } from "./plot.js";

/** Width of a panel until the page, which knows its room, sets another. */
const PANEL_WIDTH = 440;

/** Horizontal channel over the columns x, x2 (bin edges) and middle. */
export interface Horizontal {
  channel(field: string): object;
}

/** An axis that zooms: its domain are the parameters that `zoomable` declares. */
export function zoomed(axis: "x" | "y"): object {
  return { domain: [{ signal: `${axis}0` }, { signal: `${axis}1` }], nice: false, zero: false };
}

/** @param title Axis title, or null for a panel whose axis is drawn by the panel below. */
export function horizontal(title: string | null): Horizontal {
  const tickCount = { expr: "ceil(width / 58)" };
  const axis = title === null ? { labels: false, title: null, tickCount } : { title, tickCount };
  return { channel: (field) => ({ field, type: "quantitative", scale: zoomed("x"), axis }) };
}

/** Lower and upper end of axes that zoom. */
export interface Reach {
  readonly x: readonly [number, number];
  readonly y?: readonly [number, number];
}

/** First and last of some edges. */
export function ends(edges: readonly number[]): [number, number] {
  return [edges[0], edges[edges.length - 1]];
}

function zoomParameters(reach: Reach): object[] {
  return Object.entries(reach).flatMap(([axis, [low, high]]) => [
    { name: `${axis}0`, value: low },
    { name: `${axis}1`, value: high },
  ]);
}

/** Colour channel and legend of several named series. */
export function seriesColours(
  names: readonly string[],
  symbolType: "stroke" | "square" = "stroke",
): (name: string) => object {
  const range = ["var(--ref)", "var(--cand)", "var(--third)", "var(--good)"];
  const scale = { domain: names, range: names.map((_, i) => range[i % range.length]) };
  const legend = { orient: "top", direction: "horizontal", symbolType, offset: 4, title: null };
  return (name) => ({ datum: name, scale, legend });
}

/** Colour channels and legend of reference and candidate. */
export function sampleColours({ reference, candidate }: Labels, symbolType: "stroke" | "square" = "square") {
  const colour = seriesColours([reference, candidate], symbolType);
  return { reference: colour(reference), candidate: colour(candidate) };
}

/** Stacks panels over the data set `table`; `reach` where their axes zoom. */
export function stacked(panels: readonly object[], reach?: Reach): TopLevelSpec {
  return {
    data: { name: "table" },
    ...(reach !== undefined && { params: zoomParameters(reach) }),
    spacing: 8,
    vconcat: panels,
  } as TopLevelSpec;
}

/** Puts panels side by side, in as many rows as the room asks for. `stands` is true where each has a row of its own. */
export function inRow(panels: readonly object[], spacing = 12): TopLevelSpec {
  return {
    data: { name: "table" },
    params: [{ name: "stands", value: false }],
    spacing,
    columns: panels.length,
    concat: panels,
  } as TopLevelSpec;
}

/** Panel of a fixed height. */
export function panel(height: number, layer: readonly object[]): object {
  return { width: PANEL_WIDTH, height, layer };
}

/** Rows in which none of the fields is a gap. */
export function present(...fields: string[]): object[] {
  return [{ filter: fields.map((field) => `datum.${field} !== null`).join(" && ") }];
}

/** Rows whose bin's middle is on a zoomed axis, for points at the very edge of a panel, which clipping would halve. */
export const INSIDE = "datum.middle >= x0 && datum.middle <= x1";

/** Bins as steps with a band from low to high: how a reference is drawn. */
export function referenceSteps(x: Horizontal, y: object, field: string, color: object): object[] {
  return [
    {
      transform: present("x2", `${field}Low`, `${field}High`),
      mark: { type: "rect", fill: "var(--ref-fill)", clip: true },
      encoding: {
        x: x.channel("x"),
        x2: { field: "x2" },
        y: { ...y, field: `${field}Low` },
        y2: { field: `${field}High` },
      },
    },
    {
      transform: present("x2", field),
      mark: { type: "rule", strokeWidth: 1.5, clip: true },
      encoding: { x: x.channel("x"), x2: { field: "x2" }, y: { ...y, field }, color },
    },
  ];
}

/** Points with error bars: how a candidate is drawn. */
export function candidatePoints(x: Horizontal, y: object, field: string, color: object, size = 22): object[] {
  return [
    {
      transform: present(`${field}Low`, `${field}High`),
      mark: { type: "rule", strokeWidth: 1.2, stroke: "var(--cand)", clip: true },
      encoding: { x: x.channel("middle"), y: { ...y, field: `${field}Low` }, y2: { field: `${field}High` } },
    },
    {
      transform: present(field),
      mark: { type: "point", filled: true, size, opacity: 1, clip: true },
      encoding: { x: x.channel("middle"), y: { ...y, field }, color },
    },
  ];
}

/** Bins as a line of steps; the table's last row closes them at the upper edge. */
export function steps(x: Horizontal, y: object, field: string, color: object, strokeWidth = 1.6): object {
  return {
    mark: { type: "line", interpolate: "step-after", strokeWidth, clip: true },
    encoding: { x: x.channel("x"), y: { ...y, field }, color },
  };
}

/** A horizontal line. */
export function level(y: object, at: number): object {
  return { mark: { type: "rule", stroke: "var(--ref)", strokeWidth: 1 }, encoding: { y: { ...y, datum: at } } };
}

/** A horizontal band over the whole width. */
export function levelBand(y: object, low: number, high: number, opacity = 0.6): object {
  return {
    mark: { type: "rect", fill: "var(--ref-fill)", opacity, clip: true },
    encoding: { y: { ...y, datum: low }, y2: { datum: high } },
  };
}

/** Lines of a tooltip: field and title. */
export type Lines = readonly (readonly [field: string, title: string])[];

export function tooltip(lines: Lines): object[] {
  return lines.map(([field, title]) => ({ field, title, type: "quantitative", format: ".4~g" }));
}

/** Invisible bins over the whole panel that say their numbers under the pointer. */
export function hover(x: Horizontal, lines: Lines): object {
  return {
    transform: present("x2"),
    mark: { type: "rect", opacity: 0, clip: true },
    encoding: { x: x.channel("x"), x2: { field: "x2" }, tooltip: tooltip(lines) },
  };
}

/** Lower and upper end of an axis that holds all columns, with a margin; [0, 1] where there is nothing. */
export function extentOf(columns: readonly (readonly (number | null)[])[]): [number, number] {
  const values = columns.flatMap((column) => column.filter((x) => x !== null));
  if (values.length === 0) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const margin = high > low ? 0.06 * (high - low) : Math.max(Math.abs(high), 1) * 0.5;
  return [low - margin, high + margin];
}
