/** @file Colours and type. Plots name colours as CSS variables, so one drawing serves light, dark and paper. */

/** Colour tokens; the candidate's vermilion and the reference's grey stay apart for every kind of colour vision. */
export const LIGHT = {
  "--paper": "#ffffff",
  "--raised": "#f6f7f9",
  "--line": "#d9dde3",
  "--ink": "#14181f",
  "--muted": "#5b6472",
  "--ref": "#6c7685",
  "--ref-fill": "#d5dae1",
  "--ref-band": "#9aa3b0",
  "--cand": "#c8500a",
  "--grid": "#e9ecf0",
  "--good": "#1f7a4d",
  "--warn": "#9a6700",
  "--bad": "#b42318",
} as const;

export const DARK: Record<keyof typeof LIGHT, string> = {
  "--paper": "#11151b",
  "--raised": "#191f27",
  "--line": "#2d3642",
  "--ink": "#e8ecf2",
  "--muted": "#9aa6b5",
  "--ref": "#aab4c2",
  "--ref-fill": "#36404d",
  "--ref-band": "#6d7989",
  "--cand": "#ff9a52",
  "--grid": "#222a34",
  "--good": "#5cc996",
  "--warn": "#e0b050",
  "--bad": "#ff8a7d",
};

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/** Vega-Lite config shared by all plots. */
export const CONFIG = {
  // The plot as a whole has a label; labels on each of its marks would only be noise.
  aria: false,
  background: "transparent",
  font: FONT,
  view: { stroke: "var(--line)" },
  axis: {
    domainColor: "var(--muted)",
    gridColor: "var(--grid)",
    tickColor: "var(--muted)",
    labelColor: "var(--muted)",
    titleColor: "var(--ink)",
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 500,
    labelFlush: false,
  },
  axisX: { titleAnchor: "end" },
  axisY: { titleAnchor: "end", minExtent: 46 },
  legend: { labelColor: "var(--ink)", labelFontSize: 12, titleColor: "var(--ink)", symbolStrokeWidth: 2 },
} as const;
