import type { TopLevelSpec } from "vega-lite";
import type { Evaluation, HistogramPair, ResponseResult, VariableResult } from "../metrics/index.js";
import { ends, horizontal, hover, panel, present, sampleColours, stacked, steps } from "./panel.js";
import { compact, type Labels, type NumberTable, type Plot, STACK } from "./plot.js";
import { ratioPanel, ratioReach } from "./ratio-panel.js";
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
  const spec = (log: boolean) => histogramSpec(table, histogram.edges, { x: axisTitle(title, unit), y }, labels, log);
  const values = result.metrics
    .filter(({ metric }) => ["w1", "ks", "chi2"].includes(metric))
    .map((metric) => `${metric.metric} ${metricText(metric)}`)
    .join(", ");
  return {
    id,
    label: `Histogram of ${axisTitle(title, unit)}, ${labels.reference} and ${labels.candidate}, with their ratio below: ${values}.`,
    table,
    specs: { linear: spec(false), log: spec(true) },
    fit: STACK,
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
    ratio: closed(ratio),
    ratioLow: closed(ratio.map((x, i) => (x === null ? null : x - spread[i]))),
    ratioHigh: closed(ratio.map((x, i) => (x === null ? null : x + spread[i]))),
    bandLow: closed(band.map((x) => (x === null ? null : 1 - x))),
    bandHigh: closed(band.map((x) => (x === null ? null : 1 + x))),
  } satisfies NumberTable;
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
  edges: readonly number[],
  titles: { readonly x: string; readonly y: string },
  labels: Labels,
  log: boolean,
): TopLevelSpec {
  const contents = [...table.ref, ...table.cand].filter((x) => x !== null);
  const positive = contents.filter((x) => x > 0);
  const top = [...positive, ...table.refHigh].reduce<number>((a, b) => Math.max(a, b ?? 0), 0) || 1;
  // Half the smallest content is the floor of the log axis; empty bins rest on it.
  const floor = positive.length === 0 ? 0.5 : positive.reduce((a, b) => Math.min(a, b)) / 2;
  const bottom = log ? floor : contents.reduce((a, b) => Math.min(a, b), 0);
  const y = {
    type: "quantitative",
    scale: { type: log ? "log" : "linear", domain: [bottom, top * (log ? 2 : 1.08)], nice: false },
    title: titles.y,
    axis: log
      ? { format: "~g", tickCount: 5 }
      : { format: "~s", tickCount: 6, labelExpr: "datum.value === 0 ? '0' : datum.label" },
  };
  const shown = (field: string) => (log ? `${field}Log` : field);
  const at = (field: string) => ({ ...y, field: shown(field) });
  const raised = ["ref", "refLow", "refHigh", "cand"].map((field) => ({
    calculate: `max(datum.${field}, ${floor})`,
    as: `${field}Log`,
  }));
  const x = horizontal(null);
  const colours = sampleColours(labels, "stroke");
  const overlay = panel(220, [
    {
      mark: { type: "area", interpolate: "step-after", fill: "var(--ref-fill)", clip: true },
      encoding: { x: x.channel("x"), y: at("ref"), y2: { datum: log ? floor : 0 } },
    },
    {
      transform: present("x2"),
      mark: { type: "rect", fill: "var(--ref-band)", opacity: 0.55, clip: true },
      encoding: {
        x: x.channel("x"),
        x2: { field: "x2" },
        y: at("refLow"),
        y2: { field: shown("refHigh") },
      },
    },
    steps(x, y, shown("ref"), colours.reference, 1.2),
    steps(x, y, shown("cand"), colours.candidate, 1.8),
    hover(x, [
      ["x", "from"],
      ["x2", "to"],
      ["ref", labels.reference],
      ["cand", labels.candidate],
      ["ratio", "ratio"],
    ]),
  ]);
  const reach = ratioReach(table.ratio, table.ratioLow, table.ratioHigh);
  return stacked([log ? { ...overlay, transform: raised } : overlay, ratioPanel(horizontal(titles.x), reach)], {
    x: ends(edges),
  });
}
