import type { Random } from "../../util/random.js";
import type { Points } from "../points.js";

/** Weights that sum to 1, and the cell of each event. */
export interface Membership {
  readonly p: Float64Array;
  readonly cell: Uint32Array;
}

/** A variable of which one value holds more than this share of a cell does not split it well; another one does, if any. */
const TIED = 0.2;

/** Where a cell is cut: below `at`, and a share of what is equal to it. */
interface Cut {
  readonly column: number;
  readonly at: number;
  readonly share: number;
}

/**
 * Halves each of the 2^(level - 1) cells at the weighted median of one variable of the reference, cell c becoming 2c and
 * 2c + 1. Variables take turns; within a cell one passes its turn on if a single value holds much of the cell. Events that
 * are equal to the median are dealt out at random, so that every event lies in one cell and all cells hold the same.
 */
export function splitAll(
  reference: Points,
  a: Membership,
  candidate: Points,
  b: Membership,
  level: number,
  random: Random,
): void {
  const cells = 2 ** (level - 1);
  const d = reference.columns.length;
  const rows = rowsByCell(a.cell, cells);
  const cuts = rows.map((own) => {
    let best: (Cut & { readonly tied: number }) | undefined;
    for (let k = 0; k < d && (best === undefined || best.tied > TIED); k++) {
      const column = (level - 1 + k) % d;
      const cut = { column, ...medianOf(reference.columns[column], a.p, own) };
      if (best === undefined || cut.tied < best.tied) best = cut;
    }
    return best as Cut;
  });
  assign(candidate, b, cuts, random.at(2 * level));
  dealReference(reference, a, cuts, rows, random.at(2 * level + 1));
}

function rowsByCell(cell: Uint32Array, cells: number): Uint32Array[] {
  const counts = new Uint32Array(cells);
  for (let i = 0; i < cell.length; i++) counts[cell[i]]++;
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let i = 0; i < cell.length; i++) rows[cell[i]][counts[cell[i]]++] = i;
  return rows;
}

/** The weighted median of some rows, the share of its ties that belong below, and the share of all that they are. */
function medianOf(column: Float64Array, p: Float64Array, rows: Uint32Array) {
  const values = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) values[k] = column[rows[k]];
  const order = isUniform(p, rows)
    ? undefined
    : Uint32Array.from(values, (_, k) => k).sort((i, j) => values[i] - values[j]);
  if (order === undefined) values.sort();
  const valueAt = (r: number) => (order === undefined ? values[r] : values[order[r]]);
  const weightAt = (r: number) => (order === undefined ? 1 : p[rows[order[r]]]);
  let total = 0;
  for (let r = 0; r < rows.length; r++) total += weightAt(r);
  let below = 0;
  for (let r = 0; r < rows.length; ) {
    const at = valueAt(r);
    let ties = 0;
    for (; r < rows.length && valueAt(r) === at; r++) ties += weightAt(r);
    if (below + ties >= total / 2 && ties > 0) {
      return { at, share: Math.max(0, Math.min(1, (total / 2 - below) / ties)), tied: total > 0 ? ties / total : 1 };
    }
    below += ties;
  }
  return { at: Number.NEGATIVE_INFINITY, share: 0, tied: 1 };
}

function isUniform(p: Float64Array, rows: Uint32Array): boolean {
  for (let k = 1; k < rows.length; k++) if (p[rows[k]] !== p[rows[0]]) return false;
  return true;
}

function assign({ columns }: Points, { cell }: Membership, cuts: readonly Cut[], random: Random): void {
  for (let i = 0; i < cell.length; i++) {
    const { column, at, share } = cuts[cell[i]];
    const x = columns[column][i];
    const isBelow = x < at || (x === at && random.uniform() < share);
    cell[i] = 2 * cell[i] + (isBelow ? 0 : 1);
  }
}

/** The reference's own ties are dealt so that exactly their share goes below: its cells are to hold the same. */
function dealReference(
  { columns }: Points,
  { p, cell }: Membership,
  cuts: readonly Cut[],
  rows: readonly Uint32Array[],
  random: Random,
): void {
  for (const [c, own] of rows.entries()) {
    const { column, at, share } = cuts[c];
    const x = columns[column];
    const ties = own.filter((i) => x[i] === at);
    let weight = 0;
    for (const i of ties) weight += p[i];
    let left = share * weight;
    const below = new Set<number>();
    for (const k of random.permutation(ties.length)) {
      const i = ties[k];
      // The one event that the share ends within goes where more of it lies.
      if (left < p[i] / 2) break;
      left -= p[i];
      below.add(i);
    }
    for (const i of own) cell[i] = 2 * c + (x[i] < at || below.has(i) ? 0 : 1);
  }
}
