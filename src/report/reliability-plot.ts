import type { ReliabilityResult } from "../metrics/index.js";
import { ends, horizontal, hover, panel, present, stacked } from "./panel.js";
import { compact, type Labels, type Plot, STACK } from "./plot.js";

/** Observed against predicted acceptance, and how many events each prediction has. */
export function reliabilityPlot(id: string, result: ReliabilityResult, labels: Labels): Plot {
  const { edges, predicted, observed, entries } = result;
  const table = {
    x: compact(edges.slice(0, -1)),
    x2: compact(edges.slice(1)),
    predicted: compact(predicted),
    observed: compact(observed.values),
    low: compact(observed.low),
    high: compact(observed.high),
    entries: compact(entries),
  };
  const upper = horizontal(null);
  const lower = horizontal(`Acceptance predicted by ${labels.candidate}`);
  const y = {
    type: "quantitative",
    scale: { domain: [0, 1], nice: false },
    title: `Accepted in ${labels.reference}`,
    axis: { tickCount: 5 },
  };
  const counts = { type: "quantitative", title: "Events", axis: { tickCount: 3, format: "~s", titleAnchor: "middle" } };
  const lines = [
    ["x", "predicted from"],
    ["x2", "to"],
    ["predicted", "mean prediction"],
    ["observed", "observed"],
    ["entries", "events"],
  ] as const;
  const curve = panel(250, [
    {
      data: { values: [{ at: edges[0] }, { at: edges[edges.length - 1] }] },
      mark: { type: "line", stroke: "var(--ref)", strokeDash: [5, 4], strokeWidth: 1.2, clip: true },
      encoding: { x: upper.channel("at"), y: { ...y, field: "at" } },
    },
    {
      transform: present("predicted", "low", "high"),
      mark: { type: "rule", stroke: "var(--cand)", strokeWidth: 1.2, clip: true },
      encoding: { x: upper.channel("predicted"), y: { ...y, field: "low" }, y2: { field: "high" } },
    },
    {
      transform: present("predicted", "observed"),
      mark: { type: "point", filled: true, size: 30, opacity: 1, color: "var(--cand)", clip: true },
      encoding: { x: upper.channel("predicted"), y: { ...y, field: "observed" } },
    },
    hover(upper, lines),
  ]);
  const bars = panel(80, [
    {
      mark: { type: "rect", fill: "var(--ref-fill)", stroke: "var(--ref)", strokeWidth: 0.8, clip: true },
      encoding: { x: lower.channel("x"), x2: { field: "x2" }, y: { ...counts, field: "entries" }, y2: { datum: 0 } },
    },
    hover(lower, lines),
  ]);
  return {
    id,
    label: `Share accepted in ${labels.reference} against the acceptance that ${labels.candidate} predicts, with the diagonal of a perfect prediction; below, the number of events.`,
    table,
    specs: { linear: stacked([curve, bars], { x: ends(edges) }) },
    fit: STACK,
  };
}
