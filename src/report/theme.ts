/** @file Colours and type. Plots name colours as CSS variables, so one drawing serves light, dark and paper. */

/**
 * Colour tokens. The candidate's vermilion and the reference's grey stay apart for every kind of colour vision; maps
 * climb in lightness away from the paper, and pulls run from blue to orange through it.
 */
export const LIGHT = {
  "--paper": "#ffffff",
  "--raised": "#f6f7f9",
  "--line": "#d9dde3",
  "--ink": "#14181f",
  "--muted": "#566070",
  "--ref": "#6c7685",
  "--ref-fill": "#d5dae1",
  "--ref-band": "#9aa3b0",
  "--cand": "#c8500a",
  "--third": "#1c6fb5",
  "--grid": "#e9ecf0",
  "--good": "#1f7a4d",
  "--warn": "#8a5c00",
  "--bad": "#b42318",
  "--good-fill": "#eaf5ee",
  "--warn-fill": "#fdf0cf",
  "--bad-fill": "#fbdcd6",
  "--map-1": "#e4edf6",
  "--map-2": "#c6dbee",
  "--map-3": "#a0c5e3",
  "--map-4": "#70a8d4",
  "--map-5": "#4888c2",
  "--map-6": "#2b69aa",
  "--map-7": "#1b4c88",
  "--map-8": "#112f5b",
  "--pull-1": "#1b4a92",
  "--pull-2": "#4a7bbf",
  "--pull-3": "#8db0dc",
  "--pull-4": "#c8d8ed",
  "--pull-5": "#eceef1",
  "--pull-6": "#f7dac0",
  "--pull-7": "#edad76",
  "--pull-8": "#d0762a",
  "--pull-9": "#8f4503",
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
  "--third": "#6cb4f5",
  "--grid": "#222a34",
  "--good": "#5cc996",
  "--warn": "#e0b050",
  "--bad": "#ff8a7d",
  "--good-fill": "#15291f",
  "--warn-fill": "#3a2e10",
  "--bad-fill": "#4a1f1b",
  "--map-1": "#1b2940",
  "--map-2": "#213c60",
  "--map-3": "#285184",
  "--map-4": "#3268a8",
  "--map-5": "#4685c6",
  "--map-6": "#70a6da",
  "--map-7": "#a2c7e9",
  "--map-8": "#dceaf8",
  "--pull-1": "#8ab9ff",
  "--pull-2": "#5289da",
  "--pull-3": "#38609e",
  "--pull-4": "#283f63",
  "--pull-5": "#222932",
  "--pull-6": "#563b22",
  "--pull-7": "#8d5926",
  "--pull-8": "#d08337",
  "--pull-9": "#ffbb7a",
};

const ramp = (name: string, steps: number) => Array.from({ length: steps }, (_, i) => `var(--${name}-${i + 1})`);

/** Colours of a map, from few to many. */
export const MAP_COLOURS = ramp("map", 8);

/** Colours of pulls, from far below to far above. */
export const PULL_COLOURS = ramp("pull", 9);

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/** Vega-Lite config shared by all plots. */
export const CONFIG = {
  // The plot as a whole has a label; labels on each of its marks would only be noise.
  aria: false,
  background: "transparent",
  font: FONT,
  view: { stroke: "var(--line)" },
  title: { color: "var(--ink)", fontSize: 12, fontWeight: 500, anchor: "start", offset: 6 },
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
  // Panels one above the other align where their axes take the same room.
  axisY: { titleAnchor: "end", minExtent: 46 },
  legend: {
    labelColor: "var(--ink)",
    labelFontSize: 12,
    titleColor: "var(--ink)",
    titleFontSize: 12,
    titleFontWeight: 500,
    symbolStrokeWidth: 2.5,
    labelLimit: 220,
  },
} as const;
