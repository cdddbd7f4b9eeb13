import type { Points, ResponseResult } from "../metrics/index.js";
import {
  candidatePoints,
  ends,
  extentOf,
  type Horizontal,
  horizontal,
  hover,
  INSIDE,
  level,
  levelBand,
  panel,
  present,
  referenceSteps,
  sampleColours,
  stacked,
} from "./panel.js";
import { compact, type Labels, type NumberTable, type Plot, STACK } from "./plot.js";
import { axisTitle } from "./words.js";

/** Median and half 68 % width of a response in bins of truth, and their pulls. */
export function profilePlot(id: string, result: ResponseResult, labels: Labels): Plot {
  const { edges, median, width, title, unit } = result.profile;
  const table = {
    x: compact(edges.slice(0, -1)),
    x2: compact(edges.slice(1)),
    middle: compact(edges.slice(1).map((edge, i) => (edge + edges[i]) / 2)),
    ...columns("refMedian", median.reference),
    ...columns("candMedian", median.candidate),
    ...columns("refWidth", width.reference),
    ...columns("candWidth", width.candidate),
    medianPull: compact(median.pulls),
    widthPull: compact(width.pulls),
  };
  const upper = horizontal(null);
  const colours = sampleColours(labels);
  const still = { reference: { value: "var(--ref)" }, candidate: { value: "var(--cand)" } };
  const spec = stacked(
    [
      pointsPanel("Median", axisTitle("Median", result.unit), table, upper, colours, labels),
      pointsPanel("Width", axisTitle("68 % half width", result.unit), table, upper, still, labels),
      pullPanel(horizontal(axisTitle(title, unit))),
    ],
    { x: ends(edges) },
  );
  return {
    id,
    label: `Median and 68 % half width of ${axisTitle(result.title, result.unit)} against ${axisTitle(title, unit)}, ${labels.reference} and ${labels.candidate}, with pulls below.`,
    table,
    specs: { linear: spec },
    fit: STACK,
  };
}

function columns(name: string, { values, errors }: Points): NumberTable {
  const shifted = (sign: number) => values.map((x, i) => (x === null ? null : x + sign * (errors[i] ?? 0)));
  return { [name]: compact(values), [`${name}Low`]: compact(shifted(-1)), [`${name}High`]: compact(shifted(1)) };
}

function pointsPanel(
  what: "Median" | "Width",
  title: string,
  table: NumberTable,
  x: Horizontal,
  colours: { readonly reference: object; readonly candidate: object },
  labels: Labels,
): object {
  const shown = ["ref", "cand"].flatMap((side) => ["Low", "High"].map((end) => table[`${side}${what}${end}`]));
  const [low, high] = extentOf(shown);
  const y = {
    type: "quantitative",
    scale: { domain: [what === "Width" ? 0 : low, high], nice: false, zero: false },
    title,
    axis: { tickCount: 5 },
  };
  return panel(140, [
    ...referenceSteps(x, y, `ref${what}`, colours.reference),
    ...candidatePoints(x, y, `cand${what}`, colours.candidate),
    hover(x, [
      ["x", "from"],
      ["x2", "to"],
      [`ref${what}`, labels.reference],
      [`cand${what}`, labels.candidate],
      [`${what.toLowerCase()}Pull`, "pull"],
    ]),
  ]);
}

function pullPanel(x: Horizontal): object {
  const y = {
    type: "quantitative",
    scale: { domain: [-4, 4], nice: false, clamp: true },
    title: "Pull [σ]",
    axis: { values: [-4, -2, 0, 2, 4], titleAnchor: "middle" },
  };
  const points = (field: string, filled: boolean) => ({
    transform: [...present(field), { filter: INSIDE }],
    mark: { type: "point", size: 28, filled, color: "var(--cand)", opacity: 1 },
    encoding: { x: x.channel("middle"), y: { ...y, field } },
  });
  return panel(90, [levelBand(y, -1, 1), level(y, 0), points("medianPull", true), points("widthPull", false)]);
}
