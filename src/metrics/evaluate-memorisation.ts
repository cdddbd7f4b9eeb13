import type { EventTable } from "../data/event-table.js";
import { sharedArray } from "../util/pool.js";
import { Random } from "../util/random.js";
import { gather } from "./entries.js";
import type { MemorisationResult, Skipped } from "./evaluation.js";
import { copiesValue, nearestOf, ratioValue } from "./memorisation.js";
import { type Points, pointsOf, scaleOf, subsample } from "./points.js";
import type { MemorisationSpec } from "./spec.js";
import type { Tools } from "./tools.js";

/** Candidate and hold-out events that are looked up. */
const QUERIES = 5000;
/** Training and hold-out events that are searched, each. */
const MOST = 20_000;
/** Events below which the nearest of them is too far away to say anything. */
const LEAST = 50;
const BINS = 50;

/**
 * Looks for copies of training events in the candidate: distances between events, in standard deviations of the
 * reference. The reference is the hold-out: it must not have been trained on. Events count alike, whatever their weights:
 * a copy is a copy.
 */
export async function evaluateMemorisation(
  reference: EventTable,
  candidate: EventTable,
  training: EventTable | undefined,
  spec: MemorisationSpec,
  tools: Tools,
): Promise<MemorisationResult | Skipped> {
  const { name, columns, when } = spec;
  if (training === undefined) {
    return { name, reason: "no training events; expected the table that the candidate was trained on, got none." };
  }
  const all = (table: EventTable, which: string) => gather(table, columns, when, which).columns;
  const samples = [all(reference, "reference"), all(candidate, "candidate"), all(training, "training sample")];
  const fewest = samples.findIndex((sample) => sample[0].length < LEAST);
  if (fewest >= 0) {
    const which = ["reference", "candidate", "training sample"][fewest];
    const got = samples[fewest][0].length;
    return { name, reason: `too few events in the ${which}; expected at least ${LEAST}, got ${got}.` };
  }
  const [heldOut, generated, trained] = samples.map((sample) => pointsOf(columns, sample));
  const scale = scaleOf(heldOut);
  const size = Math.min(MOST, heldOut.length, trained.length);
  const random = (k: number) => new Random(tools.seed, tools.stream + k);
  const holdout = subsample(heldOut, size, random(0));
  const known = rowsOf(subsample(trained, size, random(1)), scale);
  const candidates = subsample(generated, QUERIES, random(2));
  const queries = rowsOf(candidates, scale);
  const d = columns.length;
  const title = spec.title ?? name;
  const search = async (step: number, from: Float64Array, among: Float64Array) => {
    tools.signal?.throwIfAborted();
    tools.onProgress?.(`copies among ${title}`, step, 3);
    return nearestOf(from, among, d, tools.pool);
  };
  const toTraining = await search(0, queries, known);
  const toHoldout = await search(1, queries, rowsOf(holdout, scale));
  const fromHoldout = await search(2, rowsOf(subsample(holdout, QUERIES, random(3)), scale), known);
  tools.onProgress?.(`copies among ${title}`, 3, 3);
  return {
    name,
    title,
    unit: "",
    group: spec.group ?? "",
    metrics: [copiesValue(toTraining, toHoldout, size), ratioValue(toTraining.squares, fromHoldout.squares)],
    columns,
    events: { candidate: candidates.length, training: size, holdout: size },
    duplicates: { candidate: zeros(toTraining.squares), holdout: zeros(fromHoldout.squares) },
    distances: histograms(toTraining.squares, fromHoldout.squares),
  };
}

/** Standardised points, row after row, on shared memory. */
function rowsOf(points: Points, scale: readonly { readonly mean: number; readonly deviation: number }[]): Float64Array {
  const d = points.columns.length;
  const out = sharedArray(Float64Array, points.length * d);
  for (const [k, column] of points.columns.entries()) {
    const { mean, deviation } = scale[k];
    for (let i = 0; i < column.length; i++) out[i * d + k] = (column[i] - mean) / deviation;
  }
  return out;
}

const zeros = (squares: Float64Array) => squares.reduce((sum, s) => sum + (s === 0 ? 1 : 0), 0) / squares.length;

/** Shares of distances in equal bins up to the 99 % quantile of the hold-out's; the last bin holds what lies beyond. */
function histograms(candidate: Float64Array, holdout: Float64Array): MemorisationResult["distances"] {
  const sorted = holdout.map(Math.sqrt).sort();
  const most = sorted[Math.floor(0.99 * (sorted.length - 1))] || 1;
  const shares = (squares: Float64Array) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const s of squares) counts[Math.min(BINS - 1, Math.floor((Math.sqrt(s) / most) * BINS))] += 1 / squares.length;
    return counts;
  };
  return {
    edges: Array.from({ length: BINS + 1 }, (_, k) => (most * k) / BINS),
    candidate: shares(candidate),
    holdout: shares(holdout),
  };
}
