import type { MapPair } from "../metrics/index.js";
import { type Classes, classColours, classOf } from "./classes.js";
import { inRow, panel } from "./panel.js";
import { compact, type Fit, type Labels, type Plot } from "./plot.js";
import { MAP_COLOURS, PULL_COLOURS } from "./theme.js";
import { number } from "./words.js";

/** Small multiples of equal shape, with a legend below each. */
export const MAPS: Fit = { side: 66, least: 150, most: 330, aspect: 0.9 };

/** Words for the two axes of a map. */
export interface MapTitles {
  readonly x: string;
  readonly y: string;
}

/** Reference, candidate and pulls of a two-dimensional histogram, side by side. */
export function mapPlot(id: string, map: MapPair, titles: MapTitles, labels: Labels, fit = MAPS): Plot {
  const { xEdges, yEdges, reference, candidate, pulls } = map;
  const columns = xEdges.length - 1;
  const filled = reference.flatMap((share, c) => (share !== 0 || candidate[c] !== 0 ? [c] : []));
  const column = (values: readonly (number | null)[], digits = 4) =>
    compact(
      filled.map((c) => values[c]),
      digits,
    );
  const edgesOf = (edges: readonly number[], place: (c: number) => number) =>
    compact(
      filled.map((c) => edges[place(c)]),
      5,
    );
  const across = (c: number) => c % columns;
  const up = (c: number) => Math.floor(c / columns);
  const ref = column(reference.map(millionths), 3);
  const cand = column(candidate.map(millionths), 3);
  const pull = column(pulls.map((one) => (one === null ? null : Number(one.toFixed(1)))));
  const shares = shareClasses([...ref, ...cand]);
  const table = {
    x: edgesOf(xEdges, across),
    x2: edgesOf(xEdges, (c) => across(c) + 1),
    y: edgesOf(yEdges, up),
    y2: edgesOf(yEdges, (c) => up(c) + 1),
    // Shares in millionths need no zeros and no exponents.
    ref,
    cand,
    pull,
    refClass: ref.map((share) => classOf(share, shares)),
    candClass: cand.map((share) => classOf(share, shares)),
    pullClass: pull.map((one) => classOf(one, PULLS)),
  };
  const channels = {
    x: axisChannel("x", xEdges, titles.x),
    x2: { field: "x2" },
    y: axisChannel("y", yEdges, titles.y),
    y2: { field: "y2" },
  };
  const cells = (field: string, title: string, color: object) => ({
    ...panel(180, [
      {
        transform: [{ filter: field === "pull" ? "datum.pull !== null" : `datum.${field} > 0` }],
        mark: { type: "rect", clip: true },
        encoding: { ...channels, color, tooltip: mapTooltip(titles, labels) },
      },
    ]),
    title,
  });
  const spec = inRow([
    cells("ref", labels.reference, classColours("refClass", shares, "Events per million", 2)),
    cells("cand", labels.candidate, classColours("candClass", shares, "Events per million", 2)),
    cells("pull", "Difference / error", classColours("pullClass", PULLS, "Standard errors")),
  ]);
  return {
    id,
    label: `${titles.y} against ${titles.x}: maps of ${labels.reference} and of ${labels.candidate}, and of their difference over its error.`,
    table,
    // Each panel's colours mean something else than its neighbour's.
    specs: { linear: { ...spec, resolve: { scale: { color: "independent" } } } as typeof spec },
    fit,
  };
}

const millionths = (share: number) => share * 1e6;

function axisChannel(field: string, edges: readonly number[], title: string): object {
  return {
    field,
    type: "quantitative",
    scale: { domain: [edges[0], edges[edges.length - 1]], nice: false, zero: false },
    axis: { title, tickCount: 5, grid: false, minExtent: 30 },
  };
}

function mapTooltip(titles: MapTitles, labels: Labels): object[] {
  const line = (field: string, title: string) => ({ field, title, type: "quantitative", format: ".4~g" });
  return [
    line("x", `${titles.x} from`),
    line("x2", "to"),
    line("y", `${titles.y} from`),
    line("y2", "to"),
    line("ref", `${labels.reference}, per million`),
    line("cand", `${labels.candidate}, per million`),
    line("pull", "pull"),
  ];
}

/** Pulls in the steps in which one speaks of standard deviations, limited to 5 either way. */
export const PULLS: Classes = {
  edges: [-5, -3, -2, -1, 1, 2, 3, 5],
  colours: PULL_COLOURS,
  texts: ["\u22125", "\u22123", "\u22122", "\u22121", "1", "2", "3", "5"],
};

/** Logarithmic steps down from the fullest cell, a factor of about two to three each. */
function shareClasses(values: readonly (number | null)[]): Classes {
  const most = values.reduce<number>((a, b) => Math.max(a, b ?? 0), 0) || 1;
  const least = values.reduce<number>((a, b) => (b !== null && b > 0 ? Math.min(a, b) : a), most);
  const steps = MAP_COLOURS.length;
  const factor = Math.max(1.3, Math.min(2.6, (most / least) ** (1 / steps)));
  const edges = Array.from({ length: steps - 1 }, (_, i) => Number((most / factor ** (steps - 1 - i)).toPrecision(2)));
  return {
    edges,
    colours: MAP_COLOURS,
    texts: edges.map((edge) => (edge < 1000 ? number(edge, 2) : `${number(edge / 1000, 2)}k`)),
  };
}
