import { candidatePoints, type Horizontal, INSIDE, level, panel, present } from "./panel.js";

/** Half the height of a ratio axis: the smallest of a few that holds most points with their errors. */
export function ratioReach(
  ratio: readonly (number | null)[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
): number {
  const reaches = ratio
    .flatMap((r, i) => (r === null ? [] : [Math.max(Math.abs((high[i] ?? r) - 1), Math.abs((low[i] ?? r) - 1))]))
    .sort((a, b) => a - b);
  const wanted = reaches[Math.floor(0.85 * (reaches.length - 1))] ?? 0;
  return [0.02, 0.05, 0.1, 0.2, 0.5].find((reach) => wanted <= reach * 0.95) ?? 1;
}

/**
 * A panel of candidate / reference: points with the candidate's error, a band of the reference's about 1, and arrows for
 * points beyond the axis. Needs columns x, x2, middle, ratio, ratioLow, ratioHigh, bandLow, bandHigh.
 */
export function ratioPanel(x: Horizontal, reach: number): object {
  const [low, high] = [1 - reach, 1 + reach];
  const y = {
    type: "quantitative",
    scale: { domain: [low, high], nice: false, zero: false },
    title: "Ratio",
    axis: { tickCount: 4, titleAnchor: "middle" },
  };
  const beyond = (test: string, at: number, shape: string) => ({
    transform: [...present("ratio"), { filter: test }, { filter: INSIDE }],
    mark: { type: "point", shape, filled: true, size: 30, color: "var(--cand)", opacity: 1 },
    encoding: { x: x.channel("middle"), y: { ...y, datum: at } },
  });
  return panel(90, [
    {
      transform: present("bandLow", "x2"),
      mark: { type: "rect", fill: "var(--ref-fill)", clip: true },
      encoding: { x: x.channel("x"), x2: { field: "x2" }, y: { ...y, field: "bandLow" }, y2: { field: "bandHigh" } },
    },
    level(y, 1),
    ...candidatePoints(x, y, "ratio", { value: "var(--cand)" }, 14),
    beyond(`datum.ratio > ${high}`, high, "triangle-up"),
    beyond(`datum.ratio < ${low}`, low, "triangle-down"),
  ]);
}
