import { type Points, pointsOf } from "../../../src/metrics/points.js";
import type { Tools } from "../../../src/metrics/tools.js";
import { inlinePool } from "../../../src/util/pool.js";
import { Random } from "../../../src/util/random.js";

export const tools = (seed = 1): Tools => ({ seed, stream: 0x6000, pool: inlinePool() });

export const points = (columns: readonly (readonly number[] | Float64Array)[], weights?: Float64Array): Points =>
  pointsOf(
    columns.map((_, k) => `c${k}`),
    columns.map((column) => Float64Array.from(column)),
    weights,
  );

/** Normal variables, each correlated with the one before it. */
export function normals(seed: number, n: number, d: number, shift = 0, weighted = false): Points {
  const random = new Random(seed, 77);
  const columns = Array.from({ length: d }, () => new Float64Array(n));
  const weights = weighted ? new Float64Array(n) : undefined;
  for (let i = 0; i < n; i++) {
    let before = 0;
    for (const column of columns) {
      before = 0.4 * before + random.normal();
      column[i] = before + shift;
    }
    if (weights !== undefined) weights[i] = 0.3 + 1.5 * random.uniform();
  }
  return points(columns, weights);
}

/** The events in another order. */
export function shuffled({ columns, weights, length }: Points, seed = 3): Points {
  const order = new Random(seed).permutation(length);
  const take = (from: Float64Array) => Float64Array.from(order, (i) => from[i]);
  return points(columns.map(take), weights && take(weights));
}

/** Integer weights, and the same as repeated events. */
export function repeated(base: Points): [Points, Points] {
  const weights = Float64Array.from({ length: base.length }, (_, i) => 1 + (i % 3));
  const rows = Array.from(weights).flatMap((w, i) => Array.from({ length: w }, () => i));
  return [points(base.columns, weights), points(base.columns.map((column) => rows.map((i) => column[i])))];
}
