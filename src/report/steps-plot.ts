import type { TopLevelSpec } from "vega-lite";
import { ends, horizontal, hover, panel, seriesColours, stacked, steps } from "./panel.js";
import { binColumns, closed, type Fit, type Plot, STACK } from "./plot.js";

/** Histograms of shares over the same bins. */
export interface StepsWords {
  readonly label: string;
  readonly x: string;
  readonly y: string;
}

/** Histograms as lines of steps, linear and logarithmic. */
export function stepsPlot(
  id: string,
  words: StepsWords,
  edges: readonly number[],
  series: readonly { readonly name: string; readonly shares: readonly number[] }[],
  fit: Fit = STACK,
): Plot {
  const table: Record<string, (number | null)[]> = binColumns(edges);
  for (const [k, { shares }] of series.entries()) table[`share${k}`] = closed(shares);
  const all = series.flatMap(({ shares }) => shares);
  const most = all.reduce((a, b) => Math.max(a, b), 0) || 1;
  const least = all.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), most);
  const spec = (log: boolean): TopLevelSpec => {
    const floor = least / 2;
    const y = {
      type: "quantitative",
      scale: log ? { type: "log", domain: [floor, most * 2], nice: false } : { domain: [0, most * 1.08], nice: false },
      title: words.y,
      axis: { tickCount: 5, format: "~g" },
    };
    const x = horizontal(words.x);
    const colours = seriesColours(series.map(({ name }) => name));
    const layers = [
      ...series.map(({ name }, k) => steps(x, y, log ? `raised${k}` : `share${k}`, colours(name))),
      hover(x, [["x", "from"], ["x2", "to"], ...series.map(({ name }, k) => [`share${k}`, name] as const)]),
    ];
    const raised = series.map((_, k) => ({ calculate: `max(datum.share${k}, ${floor})`, as: `raised${k}` }));
    return stacked([{ ...panel(280, layers), ...(log && { transform: raised }) }], { x: ends(edges) });
  };
  return { id, label: words.label, table, specs: { linear: spec(false), log: spec(true) }, fit };
}
