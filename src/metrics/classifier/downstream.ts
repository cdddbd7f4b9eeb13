import type { EventTable } from "../../data/event-table.js";
import type { Forest } from "../../trees/index.js";
import { Random } from "../../util/random.js";
import { erfc } from "../../util/special.js";
import { eventNumbers, gather } from "../entries.js";
import type { DownstreamResult, Skipped } from "../evaluation.js";
import { type MetricValue, metricValue } from "../metric.js";
import type { DownstreamSpec } from "../spec.js";
import type { Tools } from "../tools.js";
import { takeColumns } from "./pooled.js";
import { orderOf, pairedError, type Ranking, ROC_GRID, rankingOf, rocOf, type Scored } from "./roc.js";
import { fitStopped, scoreForest, treeOptions } from "./trees.js";

/** Events to train on, and events to test on, at most. */
const MOST = 100_000;
/** Share of the training events that tells when to stop. */
const HELD_OUT = 0.2;
/** Least events of each class in each part. */
const LEAST = 20;
/** Disjoint parts of each training sample whose classifiers tell how much a classifier depends on its sample. */
const PARTS = 4;

/** Labelled events. */
interface Labelled {
  readonly features: readonly Float32Array[];
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  /** Number of the event in its table. */
  readonly events: Uint32Array;
}

/**
 * Trains the same classifier on half of the reference, on as many candidate events, and on both, and tests each on the
 * other half of the reference. Where both tables have one length, rows of one number may share their truth: then candidate
 * events of the test half are left out, too.
 */
export async function evaluateDownstream(
  reference: EventTable,
  candidate: EventTable,
  spec: DownstreamSpec,
  tools: Tools,
): Promise<DownstreamResult | Skipped> {
  const { name, label, features } = spec;
  const real = labelled(reference, spec, "reference");
  const made = labelled(candidate, spec, "candidate");
  const random = new Random(tools.seed, tools.stream);
  const isTest = (event: number) => random.at(event).uniform() < 0.5;
  const all = (from: Labelled) => Uint32Array.from(from.events.keys());
  const shuffled = (rows: Uint32Array, k: number) =>
    new Random(tools.seed, tools.stream + k).permutation(rows.length).map((i) => rows[i]);
  const test = shuffled(
    all(real).filter((i) => isTest(real.events[i])),
    1,
  )
    .slice(0, MOST)
    .sort();
  const realTrain = shuffled(
    all(real).filter((i) => !isTest(real.events[i])),
    2,
  );
  const isPaired = reference.length === candidate.length;
  const madeTrain = shuffled(
    all(made).filter((i) => !(isPaired && isTest(made.events[i]))),
    3,
  );
  const count = Math.min(MOST, realTrain.length, madeTrain.length);
  const onReal = take(real, realTrain.subarray(0, count));
  const onMade = take(made, madeTrain.subarray(0, count));
  const tested = take(real, test);
  for (const [part, which] of [
    [onReal, "reference"],
    [onMade, "candidate"],
    [tested, "reference's test half"],
  ] as const) {
    const signal = part.labels.reduce((sum, y, i) => sum + (part.weights[i] > 0 ? y : 0), 0);
    const background = part.labels.length - signal;
    if (Math.min(signal, background) >= LEAST * PARTS) continue;
    return {
      name,
      reason: `too few events of one class of "${label}" in the ${which}; expected at least ${LEAST * PARTS} of each, got ${signal} that are set and ${background} that are not.`,
    };
  }
  const bad = [onReal, onMade, tested].some(({ weights }) => weights.some((w) => w < 0));
  if (bad) return { name, reason: "negative weights, from which a classifier cannot learn." };

  const samples = [onReal, onMade, joined(onReal, onMade)];
  const quarters = [onReal, onMade].flatMap((part) => Array.from({ length: PARTS }, (_, k) => everyOf(part, k)));
  const scored: Scored[] = [];
  const rankings: Ranking[] = [];
  for (const [k, sample] of [...samples, ...quarters].entries()) {
    tools.onProgress?.(`downstream ${spec.title ?? name}`, k, samples.length + quarters.length);
    // Options of a whole sample for its parts, too: the spread among them is to stand for that of the whole.
    const forest = await fit(sample, count, k, tools);
    const one = { ...tested, scores: await scoreForest(forest, tested.features, tools) };
    const order = orderOf(one.scores);
    rankings.push(rankingOf(one, order));
    if (k < samples.length) scored.push(one);
  }
  const [a, b] = rankings;
  const training = trainingVariance(tested, rankings.slice(samples.length));
  return {
    name,
    title: spec.title ?? name,
    unit: "",
    group: spec.group ?? "",
    metrics: [closure(a.auc - b.auc, Math.sqrt(pairedError(tested, a, b) ** 2 + 2 * training))],
    label,
    features,
    events: { train: count, test: test.length },
    trained: (["reference", "candidate", "both"] as const).map((on, k) => ({
      on,
      auc: { value: rankings[k].auc, error: rankings[k].error },
      roc: { falsePositive: ROC_GRID, truePositive: rocOf(scored[k]) },
    })),
  };
}

function labelled(table: EventTable, { features, label, when }: DownstreamSpec, which: string): Labelled {
  const { columns, weights } = gather(table, [...features, label], when, which);
  const flags = columns[features.length];
  return {
    features: columns.slice(0, features.length).map((column) => Float32Array.from(column)),
    labels: Uint8Array.from(flags, (flag) => (flag === 0 ? 0 : 1)),
    weights: weights ?? new Float64Array(flags.length).fill(1),
    events: eventNumbers(table, features[0], when, which),
  };
}

function take(from: Labelled, rows: Uint32Array): Labelled {
  return {
    features: takeColumns(from.features, rows),
    labels: Uint8Array.from(rows, (i) => from.labels[i]),
    weights: Float64Array.from(rows, (i) => from.weights[i]),
    events: rows.map((i) => from.events[i]),
  };
}

/** Every PARTS-th event, from the k-th on. */
function everyOf(from: Labelled, k: number): Labelled {
  return take(
    from,
    Uint32Array.from(from.labels.keys()).filter((i) => i % PARTS === k),
  );
}

function joined(a: Labelled, b: Labelled): Labelled {
  return {
    features: a.features.map((column, k) => Float32Array.from([...column, ...b.features[k]])),
    labels: Uint8Array.from([...a.labels, ...b.labels]),
    weights: Float64Array.from([...a.weights, ...b.weights]),
    events: Uint32Array.from([...a.events, ...b.events]),
  };
}

function fit({ features, labels, weights }: Labelled, rows: number, k: number, tools: Tools): Promise<Forest> {
  const side = (label: number) => Float32Array.from(labels, (y, i) => (y === label ? weights[i] : 0));
  const random = new Random(tools.seed, tools.stream + 4).at(k);
  return fitStopped(
    { features, positive: side(1), negative: side(0) },
    Uint8Array.from(labels, () => (random.uniform() < HELD_OUT ? 1 : 0)),
    treeOptions(rows),
    { pool: tools.pool, seed: 0, ...(tools.signal && { signal: tools.signal }) },
  );
}

/**
 * Variance of the AUC of a classifier that comes from its training sample, from the differences between classifiers of
 * disjoint parts, less what the test events alone make differ. It falls at least as fast as the sample grows.
 */
function trainingVariance(tested: Labelled, rankings: readonly Ranking[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < rankings.length; i++) {
    for (let j = i - (i % PARTS); j < i; j++) {
      sum += (rankings[i].auc - rankings[j].auc) ** 2 - pairedError(tested, rankings[i], rankings[j]) ** 2;
      pairs++;
    }
  }
  return Math.max(0, sum / pairs / 2 / PARTS);
}

function closure(value: number, deviation: number): MetricValue {
  const distance = Math.abs(value);
  return metricValue({
    metric: "downstream",
    value,
    error: deviation,
    distance,
    null: Math.sqrt(2 / Math.PI) * deviation,
    nullSpread: Math.sqrt(1 - 2 / Math.PI) * deviation,
    pValue: distance === 0 ? 1 : erfc(distance / deviation / Math.SQRT2),
  });
}
