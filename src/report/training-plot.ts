import type { TopLevelSpec } from "vega-lite";
import { horizontal, panel, present, seriesColours, stacked } from "./panel.js";
import { compact, type Plot, STACK } from "./plot.js";

/** Curves of a training, such as losses, against steps or epochs. */
export interface TrainingCurves {
  readonly name: string;
  readonly xTitle: string;
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
    readonly steps: readonly number[];
  }[];
}

/** Points of a curve that are drawn; a longer one is thinned out evenly. */
const MOST_POINTS = 600;

/** Loss curves, linear and, where all of them are positive, logarithmic. */
export function trainingPlot(id: string, { name, xTitle, series }: TrainingCurves): Plot {
  const table: Record<string, (number | null)[]> = { x: [], y: [], curve: [] };
  for (const [k, { values, steps }] of series.entries()) {
    const stride = Math.max(1, Math.ceil(values.length / MOST_POINTS));
    const kept = values.flatMap((_, i) => (i % stride === 0 || i === values.length - 1 ? [i] : []));
    table.x.push(...compact(kept.map((i) => steps[i] ?? i)));
    table.y.push(
      ...compact(
        kept.map((i) => values[i]),
        5,
      ),
    );
    table.curve.push(...kept.map(() => k));
  }
  const colours = seriesColours(series.map((one) => one.name));
  const reach = table.x.reduce<[number, number]>(
    ([low, high], x) => [Math.min(low, x ?? low), Math.max(high, x ?? high)],
    [Number.POSITIVE_INFINITY, 0],
  );
  const known = table.y.filter((y) => y !== null);
  const spec = (log: boolean): TopLevelSpec => {
    const x = horizontal(xTitle);
    const y = {
      type: "quantitative",
      scale: log ? { type: "log", nice: false } : { zero: false },
      axis: { title: "Loss", tickCount: 5, format: "~g" },
      field: "y",
    };
    const layers = series.map((one, k) => ({
      transform: [{ filter: `datum.curve === ${k}` }, ...present("y")],
      mark: { type: "line", strokeWidth: 1.6, clip: true },
      encoding: { x: x.channel("x"), y, color: colours(one.name) },
    }));
    return stacked([panel(250, layers)], { x: reach[0] < reach[1] ? reach : [0, 1] });
  };
  const canLog = known.length > 0 && known.every((y) => y > 0);
  return {
    id,
    label: `${name}: ${series.map((one) => one.name).join(", ")} against ${xTitle}.`,
    table,
    specs: { linear: spec(false), ...(canLog && { log: spec(true) }) },
    fit: STACK,
  };
}
