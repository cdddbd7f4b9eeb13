/** @file Plots of shares that should be uniform: probability integral transforms and ranks. */
import type { DrawsResult, ResponseResult } from "../metrics/index.js";
import { ends, horizontal, hover, inRow, level, levelBand, panel, stacked, steps } from "./panel.js";
import { binColumns, closed, type Labels, type Plot, STACK } from "./plot.js";
import { axisTitle } from "./words.js";

/** Histogram of where reference responses lie among the candidate's, with the band of a perfect candidate. */
export function transformPlot(id: string, result: ResponseResult, labels: Labels): Plot {
  const { shares, error } = result.transform;
  const edges = Array.from({ length: shares.length + 1 }, (_, i) => i / shares.length);
  const table = { ...binColumns(edges), share: closed(shares.map((s) => s * shares.length)) };
  const x = horizontal(`Share of ${labels.candidate} below`);
  const y = density([table.share], error * shares.length, `${labels.reference} / expected`);
  return {
    id,
    label: `Probability integral transform of ${axisTitle(result.title, result.unit)}: where ${labels.reference} lies among ${labels.candidate} of equal truth; flat at 1 for a perfect candidate.`,
    table,
    specs: {
      linear: stacked([panel(250, uniformLayers(x, y, "share", error * shares.length, [["share", "of expected"]]))], {
        x: ends(edges),
      }),
    },
    fit: STACK,
  };
}

/** Rank histograms, one a column, with the band of a perfect candidate. */
export function ranksPlot(id: string, result: DrawsResult, titles: readonly string[], labels: Labels): Plot {
  const { ranks, rankError, draws } = result;
  const n = draws + 1;
  const edges = Array.from({ length: n + 1 }, (_, i) => i - 0.5);
  const table: Record<string, (number | null)[]> = binColumns(edges);
  for (const [k, shares] of ranks.entries()) table[`share${k}`] = closed(shares.map((s) => s * n));
  const y = density(
    ranks.map((_, k) => table[`share${k}`]),
    rankError * n,
    "Events / expected",
  );
  const scale = { domain: ends(edges), nice: false, zero: false };
  const axis = { title: `Rank of ${labels.reference}`, tickCount: Math.min(n, 6), format: "d" };
  const x = { channel: (field: string) => ({ field, type: "quantitative", scale, axis }) };
  const panels = ranks.map((_, k) => ({
    ...panel(150, uniformLayers(x, y, `share${k}`, rankError * n, [[`share${k}`, "of expected"]])),
    title: titles[k],
  }));
  return {
    id,
    label: `Rank of ${labels.reference} among ${draws} draws of ${labels.candidate} for the same truth, one histogram for each of ${titles.join(", ")}; flat at 1 for a perfect candidate.`,
    table,
    specs: { linear: inRow(panels) },
    fit: { side: 78, least: 170, most: 300 },
  };
}

function uniformLayers(
  x: ReturnType<typeof horizontal>,
  y: object,
  field: string,
  error: number,
  lines: readonly (readonly [string, string])[],
): object[] {
  return [
    levelBand(y, 1 - 2 * error, 1 + 2 * error, 0.35),
    levelBand(y, 1 - error, 1 + error, 0.8),
    level(y, 1),
    steps(x, y, field, { value: "var(--cand)" }, 1.8),
    hover(x, [["x", "from"], ["x2", "to"], ...lines]),
  ];
}

function density(columns: readonly (readonly (number | null)[])[], error: number, title: string): object {
  const reach = columns
    .flat()
    .reduce<number>((most, v) => Math.max(most, v === null ? 0 : Math.abs(v - 1)), Math.max(3 * error, 0.02));
  return {
    type: "quantitative",
    scale: { domain: [Math.max(0, 1 - 1.15 * reach), 1 + 1.15 * reach], nice: false, zero: false },
    title,
    axis: { tickCount: 5 },
  };
}
