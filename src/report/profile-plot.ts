import type { TopLevelSpec } from "vega-lite";
import type { Points, ResponseResult } from "../metrics/index.js";
import { compact, type Labels, PANEL_HEIGHT, PLOT_WIDTH, type Plot } from "./plot.js";
import { CONFIG } from "./theme.js";
import { axisTitle } from "./words.js";

/** Median and half 68 % width of a response in bins of truth, and their pulls. */
export function profilePlot(id: string, result: ResponseResult, labels: Labels): Plot {
  const { profile } = result;
  const { edges, median, width } = profile;
  const at = edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
  const table = {
    x: compact(edges.slice(0, -1)),
    x2: compact(edges.slice(1)),
    middle: compact(at),
    ...columns("refMedian", median.reference),
    ...columns("candMedian", median.candidate),
    ...columns("refWidth", width.reference),
    ...columns("candWidth", width.candidate),
    medianPull: compact(median.pulls),
    widthPull: compact(width.pulls),
  };
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { name: "table" },
    config: CONFIG,
    spacing: 8,
    vconcat: [
      pointsPanel("Median", axisTitle("Median", result.unit), 130, labels, true),
      pointsPanel("Width", axisTitle("68 % half width", result.unit), 130, labels, false),
      pullPanel(axisTitle(profile.title, profile.unit)),
    ],
  } as TopLevelSpec;
  return {
    id,
    label: `Median and 68 % half width of ${axisTitle(result.title, result.unit)} against ${axisTitle(profile.title, profile.unit)}, ${labels.reference} and ${labels.candidate}, with pulls below.`,
    table,
    specs: { linear: spec },
  };
}

function columns(name: string, { values, errors }: Points): Record<string, (number | null)[]> {
  const shifted = (sign: number) => values.map((x, i) => (x === null ? null : x + sign * (errors[i] ?? 0)));
  return { [name]: compact(values), [`${name}Low`]: compact(shifted(-1)), [`${name}High`]: compact(shifted(1)) };
}

function pointsPanel(what: string, title: string, height: number, labels: Labels, legend: boolean): object {
  const x = {
    field: "x",
    type: "quantitative",
    scale: { nice: false, zero: false },
    axis: { labels: false, title: null },
  };
  const middle = { ...x, field: "middle" };
  const y = { type: "quantitative", scale: { zero: what === "Width", padding: 6 }, title, axis: { tickCount: 5 } };
  const colour = (label: string) => ({
    datum: label,
    scale: { domain: [labels.reference, labels.candidate], range: ["var(--ref)", "var(--cand)"] },
    legend: legend ? { orient: "top", direction: "horizontal", symbolType: "square", offset: 4, title: null } : null,
  });
  const present = (field: string) => [{ filter: `datum.${field} !== null` }];
  return {
    width: PLOT_WIDTH,
    height,
    layer: [
      {
        transform: present(`ref${what}`),
        mark: { type: "rect", fill: "var(--ref-fill)" },
        encoding: { x, x2: { field: "x2" }, y: { ...y, field: `ref${what}Low` }, y2: { field: `ref${what}High` } },
      },
      {
        transform: present(`ref${what}`),
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: { x, x2: { field: "x2" }, y: { ...y, field: `ref${what}` }, color: colour(labels.reference) },
      },
      {
        transform: present(`cand${what}`),
        mark: { type: "rule", strokeWidth: 1.2, stroke: "var(--cand)" },
        encoding: { x: middle, y: { ...y, field: `cand${what}Low` }, y2: { field: `cand${what}High` } },
      },
      {
        transform: present(`cand${what}`),
        mark: { type: "point", filled: true, size: 22, opacity: 1 },
        encoding: { x: middle, y: { ...y, field: `cand${what}` }, color: colour(labels.candidate) },
      },
    ],
  };
}

function pullPanel(xTitle: string): object {
  const scale = { domain: [-4, 4], nice: false, clamp: true };
  const middle = { field: "middle", type: "quantitative", scale: { nice: false, zero: false }, title: xTitle };
  const y = {
    type: "quantitative",
    scale,
    title: "Pull [σ]",
    axis: { values: [-4, -2, 0, 2, 4], titleAnchor: "middle" },
  };
  return {
    width: PLOT_WIDTH,
    height: PANEL_HEIGHT,
    layer: [
      {
        mark: { type: "rect", fill: "var(--ref-fill)", opacity: 0.6 },
        encoding: { y: { datum: -1, type: "quantitative", scale }, y2: { datum: 1 } },
      },
      { mark: { type: "rule", stroke: "var(--ref)" }, encoding: { y: { datum: 0, type: "quantitative", scale } } },
      ...(["median", "width"] as const).map((what) => ({
        transform: [{ filter: `datum.${what}Pull !== null` }],
        mark: { type: "point", size: 26, filled: what === "median", color: "var(--cand)", opacity: 1 },
        encoding: { x: middle, y: { ...y, field: `${what}Pull` } },
      })),
    ],
  };
}
