/**
 * @file What objects that are simulated by themselves do not know of each other. The simulator is a proposal q(x | t) for
 * the outcome x of a true event t; training events are drawn from p(x | t). A classifier between real events and
 * simulated ones of the same truth has the odds w = p / q in the variables that it sees (density ratio by
 * classification: Cranmer, Pavez, Louppe 2015, arXiv 1506.02169), and draws from q that are kept with probability
 * w / w_max are draws from p (von Neumann 1951).
 */
import type { EventTable } from "../../data/event-table.js";
import { ByteReader, ByteWriter } from "../../trees/bytes.js";
import type { FitContext as TreeContext } from "../../trees/fit-context.js";
import {
  type CalibratedForest,
  fitCalibrated,
  logOdds,
  readCalibrated,
  writeCalibrated,
} from "../calibrated-forest.js";
import { dealRows, type PairedEvents } from "./paired-events.js";
import type { CorrelationsSpec } from "./spec.js";
import { USE } from "./split.js";
import { type EventVariables, eventFeatures, readVariables, writeVariables } from "./variables.js";

const MAGIC = "PCOR";
const VERSION = 1;
/** Share of the real events' weight that cutting the largest ratios may cost. */
const LOSS = 1e-3;
/** Relative bias of the inverse of an event's mean ratio, before its correction, that its number of draws may leave. */
const BIAS = 0.01;
/** Fewest and most draws for the mean ratio of an event. */
const DRAWS = [4, 64] as const;

/** A learned density ratio of real to simulated events. */
export interface Correlations {
  readonly variables: EventVariables;
  /** One a round: each tells real events from those that the rounds before it make. The ratio is the product of the odds. */
  readonly classifiers: readonly CalibratedForest[];
  /** Where ratios are cut. */
  readonly cap: number;
  /** Most draws of an event. */
  readonly attempts: number;
  /** Draws from which a weighted replay finds the mean ratio of an event. */
  readonly draws: number;
}

/** Figures about the ratios, for the manifest. */
export interface RatioSummary {
  /** Mean over held-out simulated events: 1 where the ratio is right. */
  readonly mean: number;
  /** Largest ratio of a held-out simulated event, and quantiles. */
  readonly largest: number;
  readonly quantiles: Readonly<Record<string, number>>;
  readonly cap: number;
  /** Share of the real events' weight that the cut costs. */
  readonly clipped: number;
  /** Effective share of simulated events with their ratios as weights: (sum w)^2 / (n sum w^2). */
  readonly effectiveShare: number;
}

/** Density ratio of each event, cut: in [0, cap]. An event depends on itself alone, to the bit. */
export function cutRatios(model: Correlations, table: EventTable): Float32Array {
  const out = logRatios(model.classifiers, eventFeatures(model.variables, table), table.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(model.cap, Math.exp(out[i]));
  return out;
}

/** Learns to tell real events from simulated ones, in one more round. */
export function fitRound(
  spec: CorrelationsSpec,
  variables: EventVariables,
  events: PairedEvents,
  context: TreeContext,
): Promise<CalibratedForest> {
  return fitCalibrated(dealRows(events, variables, USE.grow, USE.calibrate), spec, context);
}

/** Puts rounds together, and chooses where to cut from events of the uncorrected simulation. */
export function finishCorrelations(
  spec: CorrelationsSpec,
  variables: EventVariables,
  classifiers: readonly CalibratedForest[],
  plain: PairedEvents,
): { model: Correlations; summary: RatioSummary } {
  const { ratios, weights } = heldRatios(classifiers, dealRows(plain, variables, USE.calibrate, USE.judge));
  const { cap, clipped } = chooseCap(ratios, weights, spec.maxWeight);
  const found = describe(ratios, weights);
  // The inverse of a mean of n draws is too large by the ratios' relative variance over n.
  const draws = Math.ceil((1 / found.effectiveShare - 1) / BIAS);
  return {
    model: {
      variables,
      classifiers,
      cap,
      attempts: spec.attempts,
      draws: Math.min(DRAWS[1], Math.max(DRAWS[0], draws)),
    },
    summary: { ...found, cap, clipped },
  };
}

export function encodeCorrelations({ variables, classifiers, cap, attempts, draws }: Correlations): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  writeVariables(writer, variables);
  writer.uint32(classifiers.length);
  for (const classifier of classifiers) writeCalibrated(writer, classifier);
  writer.float64(cap);
  writer.uint32(attempts);
  writer.uint32(draws);
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or not a correction. */
export function decodeCorrelations(bytes: Uint8Array): Correlations {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "correlations");
  const variables = readVariables(reader);
  const classifiers = Array.from({ length: reader.uint32() }, () => readCalibrated(reader));
  const cap = reader.float64();
  const attempts = reader.uint32();
  const draws = reader.uint32();
  reader.finish();
  return { variables, classifiers, cap, attempts, draws };
}

function logRatios(
  classifiers: readonly CalibratedForest[],
  features: readonly Float32Array[],
  n: number,
): Float32Array {
  const sum = new Float32Array(n);
  const one = new Float32Array(n);
  for (const classifier of classifiers) {
    logOdds(classifier, features, one);
    for (let i = 0; i < n; i++) sum[i] += one[i];
  }
  return sum;
}

/** Uncut ratios of the simulated ones of some rows, in rising order, with their weights. */
function heldRatios(
  classifiers: readonly CalibratedForest[],
  { features, negative }: { readonly features: readonly Float32Array[]; readonly negative: Float32Array },
): { ratios: Float64Array; weights: Float64Array } {
  const margin = logRatios(classifiers, features, negative.length);
  const order = Uint32Array.from(margin, (_, i) => i)
    .filter((i) => negative[i] > 0)
    .sort((a, b) => margin[a] - margin[b]);
  return {
    ratios: Float64Array.from(order, (i) => Math.exp(margin[i])),
    weights: Float64Array.from(order, (i) => negative[i]),
  };
}

/** The least cut that costs no more than LOSS, but at most `most`; ratios rise. */
function chooseCap(ratios: Float64Array, weights: Float64Array, most: number) {
  let all = 0;
  for (let i = 0; i < ratios.length; i++) all += weights[i] * ratios[i];
  let cap = ratios[ratios.length - 1];
  let lost = 0;
  let above = 0;
  for (let i = ratios.length - 1; i > 0 && ratios[i - 1] >= 1; i--) {
    above += weights[i];
    const next = lost + above * (ratios[i] - ratios[i - 1]);
    if (next > LOSS * all) break;
    lost = next;
    cap = ratios[i - 1];
  }
  if (cap > most) {
    cap = most;
    lost = 0;
    for (let i = 0; i < ratios.length; i++) lost += weights[i] * Math.max(0, ratios[i] - cap);
  }
  return { cap, clipped: lost / all };
}

function describe(ratios: Float64Array, weights: Float64Array) {
  let [norm, sum, squares] = [0, 0, 0];
  for (let i = 0; i < ratios.length; i++) {
    norm += weights[i];
    sum += weights[i] * ratios[i];
    squares += weights[i] * ratios[i] ** 2;
  }
  const quantile = (q: number) => ratios[Math.floor(q * (ratios.length - 1))];
  return {
    mean: sum / norm,
    largest: ratios[ratios.length - 1],
    quantiles: { "0.01": quantile(0.01), "0.5": quantile(0.5), "0.99": quantile(0.99) },
    effectiveShare: sum ** 2 / (norm * squares),
  };
}
