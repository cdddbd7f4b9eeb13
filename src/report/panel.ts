/** @file Pieces that all plots share: axes, the two samples' colours, and the frame around stacked panels. */
import type { TopLevelSpec } from "vega-lite";
import type { Labels } from "./plot.js";
import { CONFIG } from "./theme.js";

export const PLOT_WIDTH = 460;

/** Horizontal channel over the columns x, x2 (bin edges) and middle. */
export interface Horizontal {
  channel(field: "x" | "middle"): object;
}

/** @param title Axis title, or null for a panel whose axis is drawn by the panel below. */
export function horizontal(edges: readonly number[], title: string | null): Horizontal {
  const scale = { domain: [edges[0], edges[edges.length - 1]], nice: false, zero: false };
  const axis = title === null ? { labels: false, title: null, tickCount: 8 } : { title, tickCount: 8 };
  return { channel: (field) => ({ field, type: "quantitative", scale, axis }) };
}

/** Colour channels and legend of reference and candidate. */
export function sampleColours({ reference, candidate }: Labels): { reference: object; candidate: object } {
  const scale = { domain: [reference, candidate], range: ["var(--ref)", "var(--cand)"] };
  const legend = { orient: "top", direction: "horizontal", symbolType: "square", offset: 4, title: null };
  return { reference: { datum: reference, scale, legend }, candidate: { datum: candidate, scale, legend } };
}

/** Stacks panels over the data set `table`. */
export function stacked(panels: readonly object[]): TopLevelSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { name: "table" },
    config: CONFIG,
    spacing: 8,
    vconcat: panels,
  } as TopLevelSpec;
}

/** Panel of a fixed height. */
export function panel(height: number, layer: readonly object[]): object {
  return { width: PLOT_WIDTH, height, layer };
}

/** Rows in which none of the fields is a gap. */
export function present(...fields: string[]): object[] {
  return [{ filter: fields.map((field) => `datum.${field} !== null`).join(" && ") }];
}

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

/** A horizontal line. */
export function level(y: object, at: number): object {
  return { mark: { type: "rule", stroke: "var(--ref)", strokeWidth: 1 }, encoding: { y: { ...y, datum: at } } };
}

/** Invisible bins over the whole panel that say their numbers under the pointer. */
export function hover(x: Horizontal, fields: readonly (readonly [field: string, title: string])[]): object {
  return {
    transform: present("x2"),
    mark: { type: "rect", opacity: 0 },
    encoding: {
      x: x.channel("x"),
      x2: { field: "x2" },
      tooltip: fields.map(([field, title]) => ({ field, title, type: "quantitative", format: ".4~g" })),
    },
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
