import type { ClassifierResult } from "../metrics/index.js";
import { panel, stacked } from "./panel.js";
import { compact, type Plot } from "./plot.js";

/** Features shown; what is left matters less than any of them. */
const SHOWN = 12;

/** How much a classifier loses without each of its features, as bars with errors. */
export function importancePlot(
  id: string,
  { importance }: ClassifierResult,
  titles: (feature: string) => string,
): Plot {
  const shown = importance.slice(0, SHOWN);
  const names = shown.map(({ feature }) => titles(feature));
  const values = shown.map(({ drop }) => drop.value);
  const table = {
    feature: names,
    drop: compact(values, 4),
    low: compact(
      shown.map(({ drop }) => drop.value - drop.error),
      4,
    ),
    high: compact(
      shown.map(({ drop }) => drop.value + drop.error),
      4,
    ),
  };
  const x = { type: "quantitative", axis: { title: "Fall of the AUC without it", tickCount: 4, format: "~g" } };
  const y = {
    field: "feature",
    type: "nominal",
    sort: names,
    axis: { title: null, domain: false, ticks: false, labelColor: "var(--ink)", labelLimit: 104, minExtent: 20 },
  };
  const tooltip = [
    { field: "feature", title: "without", type: "nominal" },
    { field: "drop", title: "AUC falls by", type: "quantitative", format: ".3~g" },
  ];
  const layers = [
    {
      mark: { type: "bar", color: "var(--cand)", opacity: 0.55, height: { band: 0.62 } },
      encoding: { y, x: { ...x, field: "drop" }, tooltip },
    },
    {
      mark: { type: "rule", color: "var(--ink)", strokeWidth: 1.2 },
      encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } },
    },
  ];
  return {
    id,
    label: `How much the classifier loses when a feature is dealt out anew: ${names.join(", ")}, most first.`,
    table,
    specs: { linear: stacked([panel(Math.max(120, 24 * shown.length), layers)]) },
    fit: { side: 122, least: 120, most: 420 },
  };
}
