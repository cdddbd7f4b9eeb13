/** @file Draws whole events from a simulator until one is kept: rejection sampling event by event. */
import { concatTables, type EventTable } from "../../data/event-table.js";
import { type Draws, eventIndex, type Simulator } from "../../data/simulator.js";
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { type Correlations, cutRatios } from "./correlations.js";

/** How the draws of some events went. */
export interface RejectionCount {
  /** Events drawn in all. */
  drawn: number;
  /** Events of which no draw was kept, so that one was taken by weight. */
  exhausted: number;
}

/** Seed of a further draw of the same events; the first draw has the seed itself. */
export function attemptSeed(seed: number | bigint, attempt: number): bigint {
  if (attempt === 0) return toSeed(seed);
  const random = new Random(seed, STREAMS.events + 1).at(attempt);
  return (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
}

/**
 * Simulates each event until a draw is kept, with probability ratio / cap. Where `attempts` draws are refused, one of them
 * is taken with probability in proportion to its ratio, which tends to the same distribution with their number.
 * Every event has exactly one outcome, whatever happens to its neighbours.
 */
export async function drawCorrelated(
  base: Simulator,
  model: Correlations,
  truth: EventTable,
  draws: Draws,
  count: RejectionCount = { drawn: 0, exhausted: 0 },
): Promise<EventTable> {
  const n = truth.length;
  const outputs = base.outputs.names;
  const attempts: EventTable[] = [];
  const rowOf = new Uint32Array(n);
  const sums = new Float64Array(n);
  let pending = Uint32Array.from({ length: n }, (_, i) => i);
  let first = 0;
  for (let attempt = 0; attempt < model.attempts && (pending.length > 0 || attempt === 0); attempt++) {
    const seed = attemptSeed(draws.seed, attempt);
    const events = Float64Array.from(pending, (i) => eventIndex(draws, i));
    const given = pending.length === n ? truth : truth.take(pending);
    const drawn = await base.simulate(given, { seed, events });
    const ratios = cutRatios(model, drawn);
    const random = new Random(seed, STREAMS.events);
    const refused = new Uint8Array(pending.length);
    for (let k = 0; k < pending.length; k++) {
      const i = pending[k];
      random.at(events[k]);
      const kept = random.uniform() * model.cap < ratios[k];
      sums[i] += ratios[k];
      // A reservoir of one: each draw so far is the one in it with probability in proportion to its ratio.
      if (kept || attempt === 0 || random.uniform() * sums[i] < ratios[k]) rowOf[i] = first + k;
      refused[k] = kept ? 0 : 1;
    }
    attempts.push(drawn.select(outputs));
    first += pending.length;
    pending = pending.filter((_, k) => refused[k] === 1);
  }
  count.drawn += first;
  count.exhausted += pending.length;
  return truth.with(concatTables(attempts).take(rowOf).columns);
}

/**
 * Weights that make draws from the simulator draws from the corrected one: ratio over the mean ratio of all outcomes of
 * the same truth, which further draws tell. This is what rejection does, without losing an event.
 * @param base Draws outcomes, lost objects included. @param outcomes What the weights are for.
 */
export async function correlationWeights(
  base: Simulator,
  model: Correlations,
  truth: EventTable,
  outcomes: EventTable,
  draws: Draws,
): Promise<Float32Array> {
  const n = truth.length;
  const events = Float64Array.from({ length: n }, (_, i) => eventIndex(draws, i));
  const sums = new Float64Array(n);
  const squares = new Float64Array(n);
  for (let draw = 0; draw < model.draws; draw++) {
    // The first draw has the random numbers of the outcomes themselves.
    const seed = attemptSeed(draws.seed, draw + 1);
    const ratios = cutRatios(model, await base.simulate(truth, { seed, events }));
    for (let i = 0; i < n; i++) {
      sums[i] += ratios[i];
      squares[i] += ratios[i] ** 2;
    }
  }
  return cutRatios(model, outcomes).map((ratio, i) => {
    const mean = sums[i] / model.draws;
    if (!(mean > 0)) return ratio;
    const variance = Math.max(0, squares[i] / model.draws - mean * mean) / (model.draws - 1);
    // The inverse of a mean is too large by its relative variance.
    return ratio / mean / (1 + variance / (mean * mean));
  });
}
