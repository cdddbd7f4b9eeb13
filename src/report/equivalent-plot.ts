import type { JointResult } from "../metrics/index.js";
import { panel, present, stacked } from "./panel.js";
import { compact, type Labels, type Plot, STACK } from "./plot.js";

/** How many independent events the candidate is worth, against the number of cells in which that is judged. */
export function equivalentPlot(id: string, { equivalent, events }: JointResult, labels: Labels): Plot {
  const table = {
    cells: compact(equivalent.map((e) => e.cells)),
    events: compact(equivalent.map((e) => e.events)),
    low: compact(equivalent.map((e) => e.low)),
    high: compact(equivalent.map((e) => e.high)),
  };
  const shown = [...table.events, ...table.low, ...table.high, events.candidate].filter((v) => v !== null && v > 0);
  const most = shown.reduce<number>((a, b) => Math.max(a, b as number), 1);
  const least = shown.reduce<number>((a, b) => Math.min(a, b as number), most);
  const top = most * 3;
  const log = (low: number, high: number) => ({ type: "log", domain: [low, high], nice: false });
  const cells = equivalent.map((e) => e.cells);
  const x = {
    field: "cells",
    type: "quantitative",
    scale: log(Math.min(...cells) / 1.4, Math.max(...cells) * 1.4),
    axis: { title: "Cells of equal content", format: "~s", values: powers(Math.min(...cells), Math.max(...cells)) },
  };
  const y = {
    type: "quantitative",
    scale: log(least / 2, top),
    axis: { title: "Worth this many independent events", format: "~s", tickCount: 5 },
  };
  const tooltip = (["cells", "events", "low", "high"] as const).map((field) => ({
    field,
    title: field === "events" ? "worth" : field,
    type: "quantitative",
    format: ".3~s",
  }));
  const layers = [
    {
      transform: [{ calculate: `datum.high === null ? ${top} : datum.high`, as: "reach" }],
      mark: { type: "area", color: "var(--cand)", opacity: 0.18, clip: true },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "reach" } },
    },
    {
      mark: { type: "rule", stroke: "var(--ref)", strokeDash: [5, 4], strokeWidth: 1.4 },
      encoding: { y: { ...y, datum: events.candidate } },
    },
    {
      mark: { type: "text", align: "left", baseline: "top", dy: 4, dx: 5, color: "var(--muted)", fontSize: 11 },
      encoding: {
        x: { value: 0 },
        y: { ...y, datum: events.candidate },
        text: { value: `events in ${labels.candidate}` },
      },
    },
    {
      transform: present("events"),
      mark: { type: "line", color: "var(--cand)", strokeWidth: 1.8, clip: true },
      encoding: { x, y: { ...y, field: "events" } },
    },
    {
      transform: present("events"),
      mark: { type: "point", filled: true, color: "var(--cand)", size: 40, opacity: 1 },
      encoding: { x, y: { ...y, field: "events" }, tooltip },
    },
    {
      transform: [{ filter: "datum.events === null" }],
      mark: { type: "rule", color: "var(--cand)", strokeWidth: 1.6 },
      encoding: { x, y: { ...y, field: "low" }, y2: { datum: top / 1.25 } },
    },
    {
      transform: [{ filter: "datum.events === null" }],
      mark: { type: "point", shape: "triangle-up", filled: true, color: "var(--cand)", size: 60, opacity: 1 },
      encoding: { x, y: { ...y, datum: top / 1.25 }, tooltip },
    },
  ];
  return {
    id,
    label: `Number of independent events that ${labels.candidate} is worth against the number of cells, on logarithmic axes, with a 68 % band and a line at its ${events.candidate} events.`,
    table,
    specs: { linear: stacked([panel(280, layers)]) },
    fit: STACK,
  };
}

/** Powers of two or ten between two numbers, few enough to be read. */
function powers(low: number, high: number): number[] {
  const base = high / low > 1000 ? 10 : 2;
  const found: number[] = [];
  for (let p = base ** Math.floor(Math.log(low) / Math.log(base)); p <= high * 1.4; p *= base) {
    if (p >= low / 1.4) found.push(Math.round(p));
  }
  return found;
}
