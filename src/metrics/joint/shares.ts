/** Pieces that work on events or directions is cut into: always as many, so that sums do not hang on the number of threads. */
const SHARES = 8;

/** Runs work on [0, length) in shares of about equal size, those that hold nothing left out; results come in their order. */
export function inShares<T>(length: number, run: (from: number, to: number) => Promise<T>): Promise<T[]> {
  const cuts = Array.from({ length: SHARES + 1 }, (_, k) => Math.round((k * length) / SHARES));
  return Promise.all(cuts.slice(1).flatMap((to, k) => (to > cuts[k] ? [run(cuts[k], to)] : [])));
}
