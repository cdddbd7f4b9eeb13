import { panel, seriesColours, stacked, zoomed } from "./panel.js";
import { compact, type Plot } from "./plot.js";

/** A receiver operating characteristic with its name. */
export interface Roc {
  readonly name: string;
  readonly falsePositive: readonly number[];
  readonly truePositive: readonly number[];
}

/** Curves over the diagonal, where nothing is told apart. */
export function rocPlot(id: string, label: string, curves: readonly Roc[], titles: { x: string; y: string }): Plot {
  const table: Record<string, (number | null)[]> = { x: [], y: [], curve: [] };
  for (const [k, { falsePositive, truePositive }] of curves.entries()) {
    table.x.push(...compact(falsePositive, 4));
    table.y.push(...compact(truePositive, 4));
    table.curve.push(...falsePositive.map(() => k));
  }
  const channel = (axis: "x" | "y") => ({
    type: "quantitative",
    scale: zoomed(axis),
    axis: { title: titles[axis], tickCount: 5, ...(axis === "y" && { minExtent: 34 }) },
  });
  const [x, y] = [channel("x"), channel("y")];
  const colours = seriesColours(curves.map(({ name }) => name));
  const single = curves.length === 1;
  const layers = [
    {
      data: {
        values: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
      },
      mark: { type: "line", stroke: "var(--ref)", strokeDash: [5, 4], strokeWidth: 1.2, clip: true },
      encoding: { x: { ...x, field: "x" }, y: { ...y, field: "y" } },
    },
    ...curves.map(({ name }, k) => ({
      transform: [{ filter: `datum.curve === ${k}` }],
      mark: { type: "line", strokeWidth: 1.8, clip: true, tooltip: false },
      encoding: {
        x: { ...x, field: "x" },
        y: { ...y, field: "y" },
        order: { field: "x", type: "quantitative" },
        color: single ? { value: "var(--cand)" } : colours(name),
      },
    })),
  ];
  return {
    id,
    label,
    table,
    specs: { linear: stacked([panel(300, layers)], { x: [0, 1], y: [0, 1] }) },
    fit: { side: 66, least: 170, most: 330, aspect: 1 },
  };
}
