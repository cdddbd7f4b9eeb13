import type { AcceptanceResult, EfficiencyCurve } from "../metrics/index.js";
import { candidatePoints, ends, horizontal, hover, panel, referenceSteps, sampleColours, stacked } from "./panel.js";
import { compact, type Labels, type Plot, STACK } from "./plot.js";
import { ratioPanel, ratioReach } from "./ratio-panel.js";
import { axisTitle } from "./words.js";

/** Efficiency in bins of a truth variable with Wilson intervals, and the ratio below. */
export function efficiencyPlot(id: string, result: AcceptanceResult, curve: EfficiencyCurve, labels: Labels): Plot {
  const { edges, reference, candidate, ratio } = curve;
  const relative = (limits: readonly (number | null)[]) =>
    compact(limits.map((x, i) => (x === null || !reference.values[i] ? null : x / reference.values[i])));
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
    // The band about 1 shows the reference's interval, so the points carry the candidate's alone.
    ratioLow: relative(candidate.low),
    ratioHigh: relative(candidate.high),
    bandLow: relative(reference.low),
    bandHigh: relative(reference.high),
  };
  const top = [...table.refHigh, ...table.candHigh].reduce<number>((a, b) => Math.max(a, b ?? 0), 0.01);
  const x = horizontal(null);
  const y = {
    type: "quantitative",
    scale: { domain: [0, Math.min(1, top * 1.08)], nice: false },
    title: "Efficiency",
    axis: { tickCount: 6 },
  };
  const colours = sampleColours(labels);
  const title = axisTitle(curve.title, curve.unit);
  const spec = stacked(
    [
      panel(190, [
        ...referenceSteps(x, y, "ref", colours.reference),
        ...candidatePoints(x, y, "cand", colours.candidate),
        hover(x, [
          ["x", "from"],
          ["x2", "to"],
          ["ref", labels.reference],
          ["cand", labels.candidate],
          ["ratio", "ratio"],
        ]),
      ]),
      ratioPanel(horizontal(title), ratioReach(table.ratio, table.ratioLow, table.ratioHigh)),
    ],
    { x: ends(edges) },
  );
  return {
    id,
    label: `Efficiency of ${result.title} against ${title}, ${labels.reference} and ${labels.candidate}, with their ratio below.`,
    table,
    specs: { linear: spec },
    fit: STACK,
  };
}
