import type { JointResult } from "../metrics/index.js";
import { type Classes, classColours, classOf } from "./classes.js";
import { PULLS } from "./map-plot.js";
import { inRow, panel } from "./panel.js";
import { compact, type Labels, type Plot, type PlotTable } from "./plot.js";
import { PULL_COLOURS } from "./theme.js";

const COEFFICIENTS: Classes = {
  edges: [-0.8, -0.5, -0.25, -0.05, 0.05, 0.25, 0.5, 0.8],
  colours: PULL_COLOURS,
  texts: ["\u22120.8", "", "\u22120.25", "", "", "0.25", "", "0.8"],
};

/** Correlation matrices of both samples, and their difference in units of its error. */
export function correlationPlot(id: string, joint: JointResult, labels: Labels): Plot {
  const { columns, correlations } = joint;
  const n = columns.length;
  const names = columns.map(({ title }, i) => distinct(columns, i) ?? title);
  const cells = Array.from({ length: n * n }, (_, c) => [Math.floor(c / n), c % n] as const).filter(
    ([i, j]) => i !== j,
  );
  const column = (of: (i: number, j: number) => number, digits = 3) =>
    compact(
      cells.map(([i, j]) => of(i, j)),
      digits,
    );
  const { reference, candidate, errors } = correlations;
  const ref = column((i, j) => reference[i][j]);
  const cand = column((i, j) => candidate[i][j]);
  const pull = column((i, j) => (errors[i][j] > 0 ? (candidate[i][j] - reference[i][j]) / errors[i][j] : 0));
  const table: PlotTable = {
    row: cells.map(([i]) => names[i]),
    column: cells.map(([, j]) => names[j]),
    ref,
    cand,
    error: column((i, j) => errors[i][j], 2),
    pull,
    refClass: ref.map((one) => classOf(one, COEFFICIENTS)),
    candClass: cand.map((one) => classOf(one, COEFFICIENTS)),
    pullClass: pull.map((one) => classOf(one, PULLS)),
  };
  const small = n > 12;
  const axis = (own: object) => ({
    title: null,
    domain: false,
    ticks: false,
    labelFontSize: small ? 9 : 11,
    labelLimit: small ? 76 : 110,
    labelPadding: 3,
    labelOverlap: false,
    minExtent: 0,
    ...own,
  });
  const tooltip = [
    { field: "row", title: "variable", type: "nominal" },
    { field: "column", title: "and", type: "nominal" },
    ...(
      [
        ["ref", labels.reference],
        ["cand", labels.candidate],
        ["error", "error of the difference"],
        ["pull", "difference / error"],
      ] as const
    ).map(([field, title]) => ({ field, title, type: "quantitative", format: ".3~g" })),
  ];
  const matrix = (title: string, color: object, first: boolean) => ({
    ...panel(240, [
      {
        mark: { type: "rect", stroke: "var(--paper)", strokeWidth: small ? 0.5 : 1 },
        encoding: {
          x: { field: "column", type: "nominal", sort: names, axis: axis({ labelAngle: -90 }) },
          y: {
            field: "row",
            type: "nominal",
            sort: names,
            axis: axis(first ? {} : { labelExpr: "stands ? datum.label : ''" }),
          },
          color,
          tooltip,
        },
      },
    ]),
    title,
  });
  const spec = inRow([
    matrix(labels.reference, classColours("refClass", COEFFICIENTS, "Correlation"), true),
    matrix(labels.candidate, classColours("candClass", COEFFICIENTS, "Correlation"), false),
    matrix("Difference / error", classColours("pullClass", PULLS, "Standard errors"), false),
  ]);
  return {
    id,
    label: `Correlation matrices of ${n} variables: ${labels.reference}, ${labels.candidate}, and their difference in units of its error.`,
    table,
    specs: { linear: { ...spec, resolve: { scale: { color: "independent" } } } as typeof spec },
    fit: { side: 24, right: small ? 80 : 114, least: 150, most: small ? 360 : 300, aspect: 1 },
  };
}

/** A column's own name, where its title is not its alone: a nominal axis would draw the two on one row. */
function distinct(columns: JointResult["columns"], i: number): string | undefined {
  return columns.some(({ title }, j) => j !== i && title === columns[i].title) ? columns[i].name : undefined;
}
