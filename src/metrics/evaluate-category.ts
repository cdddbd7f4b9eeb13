import type { EventTable } from "../data/event-table.js";
import type { Random } from "../util/random.js";
import { perDegree } from "./chi-square.js";
import { type Entries, gather } from "./entries.js";
import type { CategoryResult, Skipped } from "./evaluation.js";
import { type MetricInfo, type MetricValue, metricValue } from "./metric.js";
import type { CategorySpec } from "./spec.js";
import { tooFew } from "./summary.js";

/** More different codes than this are no categories. */
const MOST = 32;
/** Codes that are rarer than this in both samples together are counted as one. */
const FEWEST = 10;
/** Draws of the largest difference that noise gives. */
const DRAWS = 400;

export const categoriesInfo: MetricInfo = {
  name: "categories",
  title: "χ² / ndf of categories",
  description: "Chi-square per degree of freedom of the shares of each reconstructed category, for each true one.",
  reference: "Gagunashvili (2010), Nucl. Instrum. Meth. A 614, 287, arXiv:0905.4221",
  scope: "category",
  symmetric: true,
};

export const categoryShiftInfo: MetricInfo = {
  name: "category-shift",
  title: "Largest share difference",
  description: "Largest difference of a share in the table of true and reconstructed categories.",
  reference: "Its null: the largest of as many normal differences of the shares' errors, drawn at random.",
  scope: "category",
  symmetric: true,
};

/** One true category: weights by reconstructed code. */
interface Row {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly total: number;
}

/** Compares what objects are taken for: the shares of reconstructed categories, for each true one where it is known. */
export function evaluateCategory(
  reference: EventTable,
  candidate: EventTable,
  spec: CategorySpec,
  random: Random,
): CategoryResult | Skipped {
  const { name, reco, truth, when } = spec;
  const names = truth === undefined ? [reco] : [reco, truth];
  const a = gather(reference, names, when, "reference");
  const b = gather(candidate, names, when, "candidate");
  const reason = tooFew(a.columns[0].length, b.columns[0].length);
  if (reason !== undefined) return { name, reason };
  const distinct = (column: number) => [...new Set([...a.columns[column], ...b.columns[column]])].sort((x, y) => x - y);
  const codes = distinct(0);
  const trueCodes = truth === undefined ? [null] : distinct(1);
  if (Math.max(codes.length, trueCodes.length) > MOST) {
    return { name, reason: `has more than ${MOST} different codes` };
  }
  const rowsA = tabulate(a, codes, trueCodes);
  const rowsB = tabulate(b, codes, trueCodes);
  const shares = (rows: readonly Row[]) =>
    rows.map(({ sums, total }) => [...sums].map((w) => (total > 0 ? w / total : 0)));
  const [p, q] = [shares(rowsA), shares(rowsB)];
  const errors = trueCodes.map((_, r) => codes.map((__, c) => Math.hypot(errorOf(rowsA[r], c), errorOf(rowsB[r], c))));
  // A true category that one sample does not have tells nothing about what it is taken for.
  const compared = trueCodes.flatMap((_, r) => (rowsA[r].total > 0 && rowsB[r].total > 0 ? [r] : []));
  return {
    name,
    title: spec.title ?? name,
    unit: "",
    group: spec.group ?? "",
    reco,
    ...(truth !== undefined && { truth }),
    ...(when !== undefined && { when }),
    codes,
    trueCodes,
    entries: { reference: rowsA.map(({ total }) => total), candidate: rowsB.map(({ total }) => total) },
    reference: p,
    candidate: q,
    errors,
    metrics: [
      chiSquare(
        compared.map((r) => rowsA[r]),
        compared.map((r) => rowsB[r]),
      ),
      largestShift(
        compared.flatMap((r) => codes.map((_, c) => ({ shift: Math.abs(q[r][c] - p[r][c]), error: errors[r][c] }))),
        random,
      ),
    ],
  };
}

function tabulate(
  { columns, weights }: Entries,
  codes: readonly number[],
  trueCodes: readonly (number | null)[],
): Row[] {
  const place = new Map(codes.map((code, c) => [code, c]));
  const rowOf = new Map(trueCodes.map((code, r) => [code, r]));
  const sums = trueCodes.map(() => new Float64Array(codes.length));
  const squares = trueCodes.map(() => new Float64Array(codes.length));
  const [reco, truth] = columns;
  for (let i = 0; i < reco.length; i++) {
    const r = rowOf.get(truth === undefined ? null : truth[i]) as number;
    const c = place.get(reco[i]) as number;
    const w = weights === undefined ? 1 : weights[i];
    sums[r][c] += w;
    squares[r][c] += w * w;
  }
  return sums.map((row, r) => ({ sums: row, squares: squares[r], total: row.reduce((x, y) => x + y, 0) }));
}

/** Standard error of a share, by its weighted binomial variance. */
function errorOf({ sums, squares, total }: Row, c: number): number {
  if (!(total > 0)) return 0;
  const p = sums[c] / total;
  const others = squares.reduce((sum, x) => sum + x, 0) - squares[c];
  return Math.sqrt((1 - p) ** 2 * squares[c] + p * p * others) / total;
}

function chiSquare(a: readonly Row[], b: readonly Row[]): MetricValue {
  let chi = 0;
  let degrees = 0;
  a.forEach((one, r) => {
    const other = b[r];
    const effective = ({ sums, squares, total }: Row) => {
      const all = squares.reduce((sum, x) => sum + x, 0);
      return (c: number) => (all > 0 ? (sums[c] * total) / all : 0);
    };
    const [inOne, inOther] = [effective(one), effective(other)];
    const cells: [number, number, number, number][] = [];
    const rest: [number, number, number, number] = [0, 0, 0, 0];
    one.sums.forEach((_, c) => {
      const cell = [one.sums[c], other.sums[c], one.squares[c], other.squares[c]] as [number, number, number, number];
      if (inOne(c) + inOther(c) >= FEWEST) cells.push(cell);
      else for (let k = 0; k < 4; k++) rest[k] += cell[k];
    });
    if (rest[0] + rest[1] > 0) cells.push(rest);
    for (const [w1, w2, s1, s2] of cells) {
      const variance = one.total ** 2 * s2 + other.total ** 2 * s1;
      if (variance > 0) chi += (one.total * w2 - other.total * w1) ** 2 / variance;
    }
    degrees += Math.max(0, cells.length - 1);
  });
  return perDegree("categories", chi, degrees);
}

function largestShift(
  cells: readonly { readonly shift: number; readonly error: number }[],
  random: Random,
): MetricValue {
  let [sum, squares] = [0, 0];
  for (let draw = 0; draw < DRAWS; draw++) {
    const most = cells.reduce((largest, { error }) => Math.max(largest, Math.abs(error * random.normal())), 0);
    sum += most;
    squares += most * most;
  }
  const mean = sum / DRAWS;
  const worst = cells.reduce((a, b) => (b.shift > a.shift ? b : a), { shift: 0, error: 0 });
  return metricValue({
    metric: "category-shift",
    value: worst.shift,
    error: worst.error,
    null: mean,
    nullSpread: Math.sqrt(Math.max(0, squares / DRAWS - mean * mean)),
    nullMethod: "simulation",
  });
}
