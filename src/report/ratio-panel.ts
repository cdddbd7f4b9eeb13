/** Half the height of a ratio axis: the smallest of a few that shows nine in ten points with their errors. */
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
export function ratioPanel(xTitle: string, reach: number, width: number, height: number): object {
  const domain = [1 - reach, 1 + reach];
  const x = { field: "x", type: "quantitative", scale: { nice: false, zero: false }, title: xTitle };
  const middle = { ...x, field: "middle" };
  const y = {
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    title: "Ratio",
    axis: { tickCount: 4, titleAnchor: "middle" },
  };
  const beyond = (test: string, place: number, shape: string) => ({
    transform: [{ filter: `datum.ratio !== null && ${test}` }],
    mark: { type: "point", shape, filled: true, size: 28, color: "var(--cand)" },
    encoding: { x: middle, y: { datum: place, type: "quantitative", scale: y.scale } },
  });
  return {
    width,
    height,
    layer: [
      {
        transform: [{ filter: "datum.bandLow !== null && datum.x2 !== null" }],
        mark: { type: "rect", fill: "var(--ref-fill)", clip: true },
        encoding: { x, x2: { field: "x2" }, y: { ...y, field: "bandLow" }, y2: { field: "bandHigh" } },
      },
      { mark: { type: "rule", stroke: "var(--ref)" }, encoding: { y: { datum: 1, type: "quantitative" } } },
      {
        transform: [{ filter: "datum.ratioHigh !== null && datum.ratioLow !== null" }],
        mark: { type: "rule", stroke: "var(--cand)", strokeWidth: 1.2, clip: true },
        encoding: { x: middle, y: { ...y, field: "ratioLow" }, y2: { field: "ratioHigh" } },
      },
      {
        transform: [{ filter: `datum.ratio !== null && datum.ratio >= ${domain[0]} && datum.ratio <= ${domain[1]}` }],
        mark: { type: "point", filled: true, size: 14, opacity: 1, color: "var(--cand)" },
        encoding: { x: middle, y: { ...y, field: "ratio" } },
      },
      beyond(`datum.ratio > ${domain[1]}`, domain[1], "triangle-up"),
      beyond(`datum.ratio < ${domain[0]}`, domain[0], "triangle-down"),
    ],
  };
}
