import type { Random } from "../../util/random.js";

/** Parts of equal size: three to train on, one to calibrate and to stop on, one to test. */
export const FOLDS = 5;

/** Rows of one sample that take part, in ascending order, and the fold of each. */
export interface Dealt {
  readonly rows: Uint32Array;
  readonly folds: Uint8Array;
}

/**
 * Deals the events of two samples to folds by the number of the event, so that rows of both samples that go back to one
 * event never stand on two sides: a classifier that has seen one of them in training expects the other class of the second.
 * Events of both samples, and those of one alone, are each dealt evenly.
 * @param groups Number of the event of each row, one array a sample.
 * @param most Rows of each sample that take part at most, drawn at random.
 */
export function dealFolds(groups: readonly [Uint32Array, Uint32Array], most: number, random: Random): [Dealt, Dealt] {
  const size = 1 + groups.reduce((top, list) => list.reduce((a, b) => Math.max(a, b), top), 0);
  const counts = groups.map((list) => {
    const count = new Uint32Array(size);
    for (const g of list) count[g]++;
    return count;
  });
  const present = new Uint32Array(size);
  let events = 0;
  for (let g = 0; g < size; g++) if (counts[0][g] + counts[1][g] > 0) present[events++] = g;
  const order = random.permutation(events);
  const fold = new Uint8Array(size);
  const taken = [new Uint8Array(size), new Uint8Array(size)];
  const rows = [0, 0];
  const dealt = [0, 0, 0, 0];
  for (const position of order) {
    const g = present[position];
    const kind = (counts[0][g] > 0 ? 1 : 0) + (counts[1][g] > 0 ? 2 : 0);
    fold[g] = dealt[kind]++ % FOLDS;
    for (const sample of [0, 1]) {
      const count = counts[sample][g];
      if (rows[sample] + count > most) continue;
      rows[sample] += count;
      taken[sample][g] = 1;
    }
  }
  const deal = (sample: 0 | 1): Dealt => {
    const kept: Dealt = { rows: new Uint32Array(rows[sample]), folds: new Uint8Array(rows[sample]) };
    let at = 0;
    for (const [row, g] of groups[sample].entries()) {
      if (taken[sample][g] === 0) continue;
      kept.rows[at] = row;
      kept.folds[at++] = fold[g];
    }
    return kept;
  };
  return [deal(0), deal(1)];
}
