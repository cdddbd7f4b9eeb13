import type { EventTable } from "../data/event-table.js";

/** How the rows of two tables go together. */
export interface Alignment {
  /** Rows of the candidate for each row of the reference, of the same truth: 1, or draws of an oversampled simulation. */
  readonly draws: number;
}

/** Rows that are looked at: enough that equal truth is no accident. */
const LOOKS = 1000;

/**
 * Finds out whether the candidate holds the reference's truth events, row by row or several times in a row each.
 * @returns undefined where it holds others, or no truth is known.
 */
export function alignmentOf(reference: EventTable, candidate: EventTable): Alignment | undefined {
  const draws = candidate.length / reference.length;
  if (!Number.isInteger(draws) || draws < 1) return undefined;
  const truths = reference.schema.fields.filter(
    ({ name, jagged, width }) => name.startsWith("truth_") && !jagged && (width ?? 1) === 1 && candidate.has(name),
  );
  if (truths.length === 0) return undefined;
  const step = Math.max(1, Math.floor(reference.length / LOOKS));
  for (const { name } of truths) {
    const a = reference.flat(name);
    const b = candidate.flat(name);
    if (a.length > 1 && b.every((x) => x === b[0])) continue;
    for (let i = 0; i < a.length; i += step) {
      for (let k = 0; k < draws; k++) if (!same(Number(a[i]), Number(b[i * draws + k]))) return undefined;
    }
  }
  return { draws };
}

/** Equal, but for single precision on one side. */
function same(x: number, y: number): boolean {
  return x === y || (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= 1e-6 * Math.abs(x);
}
