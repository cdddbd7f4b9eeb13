import { DataError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import { erfc } from "../../util/special.js";
import type { ClassifierResult } from "../evaluation.js";
import { type MetricValue, metricValue } from "../metric.js";
import type { Points } from "../points.js";
import type { Tools } from "../tools.js";
import { accuracyOf, tailShifts, weightDiagnostics } from "./diagnostics.js";
import { calibrate, crossEntropy, divergenceOf, nullDivergences, type Rotation, rotationOf } from "./divergence.js";
import { FOLDS } from "./folds.js";
import { importanceOf } from "./importance.js";
import { fitNetwork } from "./network.js";
import { type Pooled, poolSamples, takeColumns } from "./pooled.js";
import { orderOf, type Ranking, ROC_GRID, rankingOf, rocOf } from "./roc.js";
import { fitTrees } from "./trees.js";

export type ClassifierKind = "trees" | "network";

/** Events of each sample that a classifier sees at most. */
const MOST = 250_000;
/** Times the smaller sample that is used of the larger: what more of it would add is little. */
const MOST_RATIO = 5;
/** Below so many events in the smaller sample every event is tested, in turn. */
const FEW = 10_000;
/**
 * How much noise of the mean AUC of all folds exceeds that of as many independent ones: each fold is tested by a
 * classifier that two of the other four have trained and that has trained those two, which correlates them by 1/3 at most.
 * Compare Nadeau, Bengio (2003), Mach. Learn. 52, 239.
 */
const FOLD_INFLATION = Math.sqrt(5 / 3);

/** Streams of random numbers, after the caller's first. */
const STREAM = { deal: 32, shuffle: 33, seeds: 34, importance: 40 } as const;

/**
 * Trains a classifier to tell candidate from reference, and tests it on events that it has not seen.
 * Classes count alike, events by their weights. Three fifths of the events train, one fifth calibrates and tells when to
 * stop, one tests; with fewer than 10,000 events of a class the fifths take turns, so that every event is tested.
 * @param reference, candidate Everything that the classifier sees, in the same order; at most 250,000 events are used.
 * @param groups Number of the event that each row goes back to, one array a sample (default: the row's own number). Rows
 * of both samples with one number stand on the same side of every split.
 * @returns `auc-<kind>` and `jsd-<kind>`, and what the classifier says of the events.
 * @throws DataError where a weight is negative.
 * @throws InterruptedError where `tools.signal` asked to stop.
 */
export async function classifierTest(
  reference: Points,
  candidate: Points,
  kind: ClassifierKind,
  tools: Tools,
  groups: readonly [Uint32Array, Uint32Array] = [rowNumbers(reference), rowNumbers(candidate)],
): Promise<{ metrics: MetricValue[]; result: ClassifierResult }> {
  return testPooled(await poolForTest(reference, candidate, tools, groups), kind, tools);
}

/** Both samples as all classifiers see them. @throws DataError where a weight is negative. */
export async function poolForTest(
  reference: Points,
  candidate: Points,
  { seed, stream, pool }: Pick<Tools, "seed" | "stream" | "pool">,
  groups: readonly [Uint32Array, Uint32Array],
): Promise<Pooled> {
  for (const { weights, label } of [reference, candidate]) {
    const bad = weights?.find((w) => !(w >= 0));
    if (bad === undefined) continue;
    throw new DataError(
      `classifier: ${label} has a negative weight; expected weights >= 0, got ${bad}. A classifier cannot learn from such events.`,
    );
  }
  const most = Math.min(MOST, MOST_RATIO * Math.min(reference.length, candidate.length));
  return poolSamples(reference, candidate, groups, most, new Random(seed, stream + STREAM.deal), pool);
}

/** One kind of classifier on samples that are pooled already. */
export async function testPooled(
  pooled: Pooled,
  kind: ClassifierKind,
  tools: Tools,
): Promise<{ metrics: MetricValue[]; result: ClassifierResult }> {
  const { seed, stream } = tools;
  const ofReference = pooled.labels.reduce((sum, label) => sum + label, 0);
  const fewest = Math.min(ofReference, pooled.labels.length - ofReference);
  const turns = fewest < FEW ? FOLDS : 1;
  const parts = Array.from({ length: FOLDS }, (_, fold) => eventsWhere(pooled, (own) => own === fold));
  const seeds = new Random(seed, stream + STREAM.seeds);
  const tested: Tested[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const own = { ...tools, onProgress: inTurn(tools, turn, turns) };
    tested.push(await testOnce(pooled, kind, parts, turn, seeds.uint32(), own));
  }
  return judge(pooled, kind, tested, turns === 1 ? parts.slice(0, 2) : parts, tools);
}

const rowNumbers = ({ length }: Points) => Uint32Array.from({ length }, (_, i) => i);

function inTurn({ onProgress }: Tools, turn: number, turns: number): Tools["onProgress"] {
  return (stage, done, total) => onProgress?.(stage, turn * total + done, turns * total);
}

function eventsWhere({ folds }: Pooled, isIn: (fold: number) => boolean): Uint32Array {
  const out = new Uint32Array(folds.length);
  let count = 0;
  for (let i = 0; i < folds.length; i++) if (isIn(folds[i])) out[count++] = i;
  return out.slice(0, count);
}

/** One classifier and the events that it was tested on. */
interface Tested {
  readonly events: Uint32Array;
  readonly scores: Float32Array;
  readonly ranking: Ranking;
  readonly roc: readonly number[];
  readonly rotation: Rotation;
  readonly drops: Awaited<ReturnType<typeof importanceOf>>;
  readonly train: number;
}

async function testOnce(
  pooled: Pooled,
  kind: ClassifierKind,
  parts: readonly Uint32Array[],
  turn: number,
  seed: number,
  tools: Tools,
): Promise<Tested> {
  const [events, stop] = [parts[turn], parts[(turn + 1) % FOLDS]];
  const train = eventsWhere(pooled, (fold) => fold !== turn && fold !== (turn + 1) % FOLDS);
  const scorer = await (kind === "trees"
    ? fitTrees(pooled, train, stop, seed, tools)
    : fitNetwork(pooled, train, seed, tools));
  const columns = takeColumns(pooled.columns, events);
  const scores = await scorer.score(columns);
  const stopScores = await scorer.score(takeColumns(pooled.columns, stop));
  const scored = {
    scores,
    labels: Uint8Array.from(events, (i) => pooled.labels[i]),
    weights: Float64Array.from(events, (i) => pooled.weights[i]),
  };
  const order = orderOf(scores);
  const random = new Random(tools.seed, tools.stream + STREAM.importance + turn);
  return {
    events,
    scores,
    ranking: rankingOf(scored, order),
    roc: rocOf(scored, order),
    rotation: rotationOf({ events: stop, scores: stopScores, order: orderOf(stopScores) }, { events, scores, order }),
    drops: await importanceOf(scorer, columns, scored, random),
    train: train.length,
  };
}

async function judge(
  pooled: Pooled,
  kind: ClassifierKind,
  tested: readonly Tested[],
  parts: readonly Uint32Array[],
  tools: Tools,
): Promise<{ metrics: MetricValue[]; result: ClassifierResult }> {
  const turns = tested.length;
  const meanOf = (of: (one: Tested) => number) => tested.reduce((sum, one) => sum + of(one), 0) / turns;
  const errorOf = (of: (one: Tested) => number) =>
    Math.sqrt(tested.reduce((sum, one) => sum + of(one) ** 2, 0)) / turns;
  const signed = pooled.weights.map((w, i) => (pooled.labels[i] === 1 ? w : -w));
  const rotations = tested.map(({ rotation }) => rotation);
  const entropy = crossEntropy(rotations, signed);
  const draws = await nullDivergences(rotations, signed, parts, { ...tools, stream: tools.stream + STREAM.shuffle });
  const metrics = [
    aucValue(
      kind,
      meanOf(({ ranking }) => ranking.auc),
      errorOf(({ ranking }) => ranking.error) * (turns > 1 ? FOLD_INFLATION : 1),
      errorOf(({ ranking }) => ranking.nullDeviation) * (turns > 1 ? FOLD_INFLATION : 1),
    ),
    divergenceValue(kind, divergenceOf(entropy.value), entropy.error / Math.LN2, draws, turns > 1),
  ];
  const events = Uint32Array.from(tested.flatMap((one) => Array.from(one.events)));
  const shares = rotations.map((rotation) => calibrate(rotation, signed));
  const judged = {
    labels: Uint8Array.from(events, (i) => pooled.labels[i]),
    weights: Float64Array.from(events, (i) => pooled.weights[i]),
    probabilities: Float64Array.from(rotations.flatMap(({ nearest }, t) => Array.from(nearest, (g) => shares[t][g]))),
  };
  const tails = tailShifts(
    judged,
    Float32Array.from(tested.flatMap(({ scores }) => Array.from(scores))),
    pooled.names.length,
    (feature, i) => pooled.value(feature, events[i]),
  );
  const count = (list: Uint32Array) => list.reduce((sum, i) => sum + (pooled.labels[i] === 0 ? 1 : 0), 0);
  const calibrated = tested.reduce((sum, { rotation }) => sum + count(rotation.calibrate), 0);
  return {
    metrics,
    result: {
      kind,
      features: pooled.names,
      events: {
        train: Math.round(tested[0].train / 2),
        calibrate: Math.round(rotations[0].calibrate.length / 2),
        test: Math.round(events.length / 2),
        folds: turns,
      },
      accuracy: accuracyOf(judged),
      logLoss: entropy.value,
      roc: { falsePositive: ROC_GRID, truePositive: ROC_GRID.map((_, k) => meanOf(({ roc }) => roc[k])) },
      weights: weightDiagnostics(judged, calibrated),
      importance: pooled.names
        .map((feature, k) => ({
          feature,
          drop: { value: meanOf(({ drops }) => drops[k].value), error: errorOf(({ drops }) => drops[k].error) },
          ...tails[k],
        }))
        .sort((a, b) => b.drop.value - a.drop.value),
    },
  };
}

/** Distance |AUC - 1/2|; under the null the AUC is a normal deviate about 1/2. */
function aucValue(kind: ClassifierKind, value: number, error: number, deviation: number): MetricValue {
  const distance = Math.abs(value - 0.5);
  return metricValue({
    metric: `auc-${kind}`,
    value,
    error: Math.max(error, deviation),
    distance,
    null: Math.sqrt(2 / Math.PI) * deviation,
    nullSpread: Math.sqrt(1 - 2 / Math.PI) * deviation,
    pValue: distance === 0 ? 1 : erfc(distance / deviation / Math.SQRT2),
  });
}

function divergenceValue(
  kind: ClassifierKind,
  value: number,
  error: number,
  draws: readonly number[],
  inTurns: boolean,
): MetricValue {
  const distances = draws.map(Math.abs);
  const mean = distances.reduce((a, b) => a + b, 0) / distances.length;
  // Shuffled classes know nothing of classifiers that have trained on each other's test events.
  const inflation = inTurns ? FOLD_INFLATION : 1;
  const nullSpread =
    inflation * Math.sqrt(distances.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (distances.length - 1));
  return metricValue({
    metric: `jsd-${kind}`,
    value,
    error: Math.hypot(error, nullSpread),
    distance: Math.abs(value),
    null: mean,
    nullSpread,
    nullMethod: "permutation",
  });
}
