/** @file Colours of maps in a few classes, so that each class has a name in the legend and a colour in every theme. */

/** Classes between ascending edges, the outermost open. */
export interface Classes {
  readonly edges: readonly number[];
  readonly colours: readonly string[];
  readonly texts: readonly string[];
}

/** Number of a value's class, or null where it has none. */
export function classOf(value: number | null, { edges }: Classes): number | null {
  if (value === null) return null;
  return edges.reduce((k, edge) => (value >= edge ? k + 1 : k), 0);
}

/** Colour channel of a column of class numbers, with a legend that names the edges, or every second or third of them. */
export function classColours(field: string, { colours, texts }: Classes, title: string, every = 1): object {
  const named = texts.map((text, i) => (i % every === 0 ? text : ""));
  const halves = texts.map((_, i) => i + 0.5);
  return {
    field,
    type: "quantitative",
    scale: { type: "threshold", domain: halves, range: colours },
    legend: {
      title,
      // The lowest class has no lower edge to name.
      labelExpr: `datum.value > 0 ? ${JSON.stringify(named)}[datum.value - 0.5] : ''`,
      labelFontSize: 10,
      labelOverlap: false,
      gradientThickness: 9,
      gradientLength: 165,
      orient: "bottom",
      direction: "horizontal",
      titleAnchor: "start",
      offset: 8,
    },
  };
}
