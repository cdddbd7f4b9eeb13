import { sharedArray } from "../../util/pool.js";
import type { Random } from "../../util/random.js";
import type { Estimate } from "../evaluation.js";
import { pairedError, rankingOf, type Scored } from "./roc.js";
import type { Scorer } from "./scorer.js";

/** Test events that are looked at: enough to see a drop of the AUC of 0.002. */
const MOST = 40_000;
/** Test events from which a feature is dealt out once only; below, several times. */
const ENOUGH = 10_000;
const REPEATS = 3;

/**
 * How much the AUC falls when a feature is dealt out anew among the test events of both classes.
 * Source: Breiman (2001), Mach. Learn. 45, 5; Fisher, Rudin, Dominici (2019), J. Mach. Learn. Res. 20, 177.
 * @param columns Features of the test events.
 */
export async function importanceOf(
  scorer: Scorer,
  columns: readonly Float32Array[],
  test: Scored,
  random: Random,
): Promise<Estimate[]> {
  const n = test.scores.length;
  const rows = n <= MOST ? Uint32Array.from({ length: n }, (_, i) => i) : random.permutation(n).slice(0, MOST).sort();
  const take = (from: Float32Array, order = rows): Float32Array => {
    const out = sharedArray(Float32Array, rows.length);
    for (let i = 0; i < rows.length; i++) out[i] = from[order[i]];
    return out;
  };
  const own = columns.map((column) => take(column));
  const some: Scored = {
    scores: take(test.scores),
    labels: Uint8Array.from(rows, (i) => test.labels[i]),
    weights: Float64Array.from(rows, (i) => test.weights[i]),
  };
  const plain = rankingOf(some);
  const repeats = rows.length < ENOUGH ? REPEATS : 1;
  const drops: Estimate[] = [];
  for (const [f, column] of columns.entries()) {
    let value = 0;
    let variance = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = random.permutation(rows.length).map((k) => rows[k]);
      const dealt = own.map((one, k) => (k === f ? take(column, order) : one));
      const ranking = rankingOf({ ...some, scores: await scorer.score(dealt) });
      value += (plain.auc - ranking.auc) / repeats;
      variance += pairedError(some, plain, ranking) ** 2 / repeats;
    }
    drops.push({ value, error: Math.sqrt(variance) });
  }
  return drops;
}
