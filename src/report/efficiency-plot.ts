import type { TopLevelSpec } from "vega-lite";
import type { AcceptanceResult, EfficiencyCurve } from "../metrics/index.js";
import { compact, type Labels, PANEL_HEIGHT, PLOT_WIDTH, type Plot } from "./plot.js";
import { ratioPanel, ratioReach } from "./ratio-panel.js";
import { CONFIG } from "./theme.js";
import { axisTitle } from "./words.js";

/** Efficiency in bins of a truth variable with Wilson intervals, and the ratio below. */
export function efficiencyPlot(id: string, result: AcceptanceResult, curve: EfficiencyCurve, labels: Labels): Plot {
  const { edges, reference, candidate, ratio } = curve;
  const table = {
    x: compact(edges.slice(0, -1)),
    x2: compact(edges.slice(1)),
    middle: compact(edges.slice(1).map((edge, i) => (edge + edges[i]) / 2)),
    ref: compact(reference.values),
    refLow: compact(reference.low),
    refHigh: compact(reference.high),
    cand: compact(candidate.values),
    candLow: compact(candidate.low),
    candHigh: compact(candidate.high),
    ratio: compact(ratio.values),
    ratioLow: compact(ratio.low),
    ratioHigh: compact(ratio.high),
    bandLow: edges.slice(1).map(() => null),
    bandHigh: edges.slice(1).map(() => null),
  };
  const top = Math.max(...[...table.refHigh, ...table.candHigh].map((x) => x ?? 0), 0.01);
  const x = {
    field: "x",
    type: "quantitative",
    scale: { nice: false, zero: false },
    axis: { labels: false, title: null },
  };
  const y = {
    type: "quantitative",
    scale: { domain: [0, Math.min(1, top * 1.08)], nice: false },
    title: "Efficiency",
  };
  const colour = (label: string) => ({
    datum: label,
    scale: { domain: [labels.reference, labels.candidate], range: ["var(--ref)", "var(--cand)"] },
    legend: { orient: "top", direction: "horizontal", symbolType: "square", offset: 4, title: null },
  });
  const reach = ratioReach(table.ratio, table.ratioLow, table.ratioHigh);
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { name: "table" },
    config: CONFIG,
    spacing: 8,
    vconcat: [
      {
        width: PLOT_WIDTH,
        height: 180,
        layer: [
          {
            mark: { type: "rect", fill: "var(--ref-fill)", clip: true },
            encoding: { x, x2: { field: "x2" }, y: { ...y, field: "refLow" }, y2: { field: "refHigh" } },
          },
          {
            mark: { type: "rule", strokeWidth: 1.5 },
            encoding: { x, x2: { field: "x2" }, y: { ...y, field: "ref" }, color: colour(labels.reference) },
          },
          {
            mark: { type: "rule", strokeWidth: 1.2, stroke: "var(--cand)", clip: true },
            encoding: { x: { ...x, field: "middle" }, y: { ...y, field: "candLow" }, y2: { field: "candHigh" } },
          },
          {
            mark: { type: "point", filled: true, size: 22, opacity: 1 },
            encoding: { x: { ...x, field: "middle" }, y: { ...y, field: "cand" }, color: colour(labels.candidate) },
          },
        ],
      },
      ratioPanel(axisTitle(curve.title, curve.unit), reach, PLOT_WIDTH, PANEL_HEIGHT),
    ],
  } as TopLevelSpec;
  return {
    id,
    label: `Efficiency of ${result.title} against ${axisTitle(curve.title, curve.unit)}, ${labels.reference} and ${labels.candidate}, with their ratio below.`,
    table,
    specs: { linear: spec },
  };
}
