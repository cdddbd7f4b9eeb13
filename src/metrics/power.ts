import type { PowerNote } from "./evaluation.js";

/** Half width of the central 95 % of a normal distribution. */
const Z95 = 1.959963984540054;

/** Standard error of a normal sample's statistic times sqrt(n), over the standard deviation. */
const MEAN = 1;
const MEDIAN = Math.sqrt(Math.PI / 2);
/** Half the central 68.27 % interval: the delta method on its two quantiles, correlated by 0.1886. */
const WIDTH = 0.9617;

/**
 * Says which relative differences samples of this size can show: those beyond the 95 % band of the statistical noise,
 * for a normal variable and two independent samples.
 * @param reference Effective number of reference events.
 * @param candidate Effective number of candidate events.
 * @param efficiencies Name and efficiency of each acceptance and yield in the reference.
 */
export function powerNotes(
  reference: number,
  candidate: number,
  efficiencies: readonly { readonly kind: "efficiency" | "yield"; readonly title: string; readonly share: number }[],
): PowerNote[] {
  const root = Z95 * Math.sqrt(1 / reference + 1 / candidate);
  const events = countWords(reference, candidate);
  const notes: PowerNote[] = [
    note("mean", MEAN * root, (d) => `${events} cannot show a shift of a mean below ${d} of the standard deviation.`),
    note(
      "median",
      MEDIAN * root,
      (d) => `${events} cannot show a shift of a median below ${d} of the standard deviation.`,
    ),
    note("width", WIDTH * root, (d) => `${events} cannot show a change of a width (resolution) below ${d}.`),
  ];
  for (const { kind, title, share } of efficiencies) {
    if (!(share > 0)) continue;
    const detectable = root * Math.sqrt((1 - share) / share);
    if (detectable === 0) continue;
    const what = kind === "yield" ? `the yield of ${title}` : `the efficiency of ${title}`;
    notes.push(note(kind, detectable, (d) => `${events} cannot show a change of ${what} below ${d}.`));
  }
  return notes;
}

function note(quantity: PowerNote["quantity"], detectable: number, words: (percent: string) => string): PowerNote {
  return { quantity, detectable, words: words(percent(detectable)) };
}

function percent(x: number): string {
  return `${Number((100 * x).toPrecision(2))} %`;
}

function countWords(reference: number, candidate: number): string {
  const format = (n: number) => Math.round(n).toLocaleString("en-US");
  return Math.round(reference) === Math.round(candidate)
    ? `Two samples of ${format(reference)} events`
    : `${format(reference)} against ${format(candidate)} events`;
}
