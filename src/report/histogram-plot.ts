import type { TopLevelSpec } from "vega-lite";
import type { Evaluation, HistogramPair, ResponseResult, VariableResult } from "../metrics/index.js";
import { compact, type Labels, PANEL_HEIGHT, PLOT_WIDTH, type Plot, type PlotTable } from "./plot.js";
import { ratioPanel, ratioReach } from "./ratio-panel.js";
import { CONFIG } from "./theme.js";
import { axisTitle, metricText, number } from "./words.js";

/** Overlay of reference and candidate with a ratio panel; the candidate is scaled to the reference's total weight. */
export function histogramPlot(
  id: string,
  result: VariableResult | ResponseResult,
  evaluation: Evaluation,
  labels: Labels,
): Plot {
  const { histogram, title, unit } = result;
  const scale = evaluation.reference.sumOfWeights / evaluation.candidate.sumOfWeights;
  const table = histogramTable(histogram, scale);
  const entries = result.reference.entries > evaluation.reference.events ? "Entries" : "Events";
  const y = `${entries} / ${binWords(histogram.edges, unit)}`;
  const reach = ratioReach(table.ratio, table.ratioLow, table.ratioHigh);
  const spec = (log: boolean) => histogramSpec(table, axisTitle(title, unit), y, labels, reach, log);
  const values = result.metrics.map((metric) => `${metric.metric} ${metricText(metric)}`).join(", ");
  return {
    id,
    label: `Histogram of ${axisTitle(title, unit)}, ${labels.reference} and ${labels.candidate}, with their ratio below: ${values}.`,
    table,
    specs: { linear: spec(false), log: spec(true) },
  };
}

/** One row a bin, and a last row that closes the steps at the upper edge. */
function histogramTable({ edges, reference, candidate }: HistogramPair, scale: number) {
  const bins = edges.length - 1;
  const inner = (values: readonly number[], factor = 1) => values.slice(1, bins + 1).map((x) => x * factor);
  const a = inner(reference.sums);
  const da = inner(reference.errors);
  const b = inner(candidate.sums, scale);
  const db = inner(candidate.errors, scale);
  const ratio = b.map((x, i) => (a[i] > 0 ? x / a[i] : null));
  const spread = db.map((x, i) => (a[i] > 0 ? x / a[i] : 0));
  const band = da.map((x, i) => (a[i] > 0 ? x / a[i] : null));
  const closed = (values: readonly (number | null)[], last: number | null = null) => compact([...values, last]);
  return {
    x: closed(edges.slice(0, bins), edges[bins]),
    x2: closed(edges.slice(1)),
    middle: closed(edges.slice(1).map((edge, i) => (edge + edges[i]) / 2)),
    ref: closed(a, a[bins - 1]),
    refLow: closed(a.map((x, i) => x - da[i])),
    refHigh: closed(a.map((x, i) => x + da[i])),
    cand: closed(b, b[bins - 1]),
    candError: closed(db),
    ratio: closed(ratio),
    ratioLow: closed(ratio.map((x, i) => (x === null ? null : x - spread[i]))),
    ratioHigh: closed(ratio.map((x, i) => (x === null ? null : x + spread[i]))),
    bandLow: closed(band.map((x) => (x === null ? null : 1 - x))),
    bandHigh: closed(band.map((x) => (x === null ? null : 1 + x))),
  } satisfies PlotTable;
}

/** Width of a bin in words: `0.1 GeV`, or `bin` where the widths differ. */
function binWords(edges: readonly number[], unit: string): string {
  const widths = edges.slice(1).map((edge, i) => edge - edges[i]);
  const mean = (edges[edges.length - 1] - edges[0]) / widths.length;
  if (widths.some((w) => Math.abs(w - mean) > 1e-6 * mean)) return "bin";
  return unit === "" ? number(mean, 3) : `${number(mean, 3)} ${unit}`;
}

function histogramSpec(
  table: ReturnType<typeof histogramTable>,
  xTitle: string,
  yTitle: string,
  labels: Labels,
  reach: number,
  log: boolean,
): TopLevelSpec {
  const contents = [...table.ref, ...table.cand].filter((x) => x !== null);
  const positive = contents.filter((x) => x > 0);
  const top = Math.max(...positive, Number.MIN_VALUE);
  // Half an event, or half the smallest weighted bin, is the floor of the log axis; empty bins rest on it.
  const floor = positive.length === 0 ? 0.5 : Math.min(...positive) / 2;
  const y = {
    type: "quantitative" as const,
    scale: log
      ? { type: "log" as const, domain: [floor, top * 2], nice: false }
      : { domain: [Math.min(0, ...contents), top * 1.08], nice: false },
    title: yTitle,
    axis: { format: log ? "~e" : "~s", tickCount: log ? 5 : 6 },
  };
  const x = { field: "x", type: "quantitative" as const, scale: { nice: false, zero: false } };
  const at = (field: string) => ({ ...y, field: log ? `${field}Log` : field });
  const raised = log
    ? (["ref", "refLow", "refHigh", "cand"] as const).map((field) => ({
        calculate: `max(datum.${field}, ${floor})`,
        as: `${field}Log`,
      }))
    : [];
  const colour = (label: string) => ({
    datum: label,
    scale: { domain: [labels.reference, labels.candidate], range: ["var(--ref)", "var(--cand)"] },
    legend: { orient: "top" as const, direction: "horizontal" as const, symbolType: "square", offset: 4, title: null },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { name: "table" },
    config: CONFIG,
    spacing: 8,
    vconcat: [
      {
        width: PLOT_WIDTH,
        height: 220,
        transform: raised,
        layer: [
          {
            mark: { type: "area", interpolate: "step-after", fill: "var(--ref-fill)", clip: true },
            encoding: {
              x: { ...x, axis: { labels: false, title: null } },
              y: at("ref"),
              y2: { datum: log ? floor : 0 },
            },
          },
          {
            transform: [{ filter: "datum.x2 !== null" }],
            mark: { type: "rect", fill: "var(--ref-band)", opacity: 0.55, clip: true },
            encoding: { x, x2: { field: "x2" }, y: at("refLow"), y2: { field: log ? "refHighLog" : "refHigh" } },
          },
          {
            mark: { type: "line", interpolate: "step-after", strokeWidth: 1.2, clip: true },
            encoding: { x, y: at("ref"), color: colour(labels.reference) },
          },
          {
            mark: { type: "line", interpolate: "step-after", strokeWidth: 1.8, clip: true },
            encoding: { x, y: at("cand"), color: colour(labels.candidate) },
          },
        ],
      },
      ratioPanel(xTitle, reach, PLOT_WIDTH, PANEL_HEIGHT),
    ],
  } as TopLevelSpec;
}
