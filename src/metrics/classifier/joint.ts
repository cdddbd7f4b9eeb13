import type { ClassifierResult } from "../evaluation.js";
import type { MetricValue } from "../metric.js";
import { type Points, pointsOf } from "../points.js";
import type { JointSpec } from "../spec.js";
import type { Tools } from "../tools.js";
import { type ClassifierKind, poolForTest, testPooled } from "./classifier-test.js";
import { hasRuntime } from "./network.js";

/** Columns by name, and weights, of the events of one sample. */
export interface FeatureEvents {
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly weights: Float64Array | undefined;
}

/**
 * What a classifier sees of the events of a joint comparison: its variables, the differences from truth (wrapped to
 * [-period / 2, period / 2) where they have a period), and its conditions.
 */
export function classifierFeatures({ columns, weights }: FeatureEvents, spec: JointSpec, label: string): Points {
  const column = (name: string) => columns.get(name) as Float64Array;
  const features = new Map(spec.columns.map((name) => [name, column(name)]));
  for (const { reco, truth, period } of spec.residuals ?? []) {
    const from = column(truth);
    features.set(
      `${reco} − ${truth}`,
      column(reco).map((x, i) => wrapped(x - from[i], period)),
    );
  }
  for (const name of spec.conditions ?? []) features.set(name, column(name));
  return pointsOf([...features.keys()], [...features.values()], weights, label);
}

function wrapped(difference: number, period: number | undefined): number {
  return period === undefined ? difference : difference - period * Math.floor(difference / period + 0.5);
}

/**
 * Runs both classifiers. Where ONNX Runtime does not load there is no network, and where events have negative weights
 * there is none at all: progress says so.
 * @param groups Number of the event of each row, one array a sample.
 */
export async function classifierTests(
  reference: Points,
  candidate: Points,
  groups: readonly [Uint32Array, Uint32Array],
  title: string,
  tools: Tools,
): Promise<{ metrics: MetricValue[]; results: ClassifierResult[] }> {
  const metrics: MetricValue[] = [];
  const results: ClassifierResult[] = [];
  const onProgress: Tools["onProgress"] = (stage, done, total) =>
    tools.onProgress?.(`${stage} on ${title}`, done, total);
  if ([reference, candidate].some(({ weights }) => weights?.some((w) => w < 0))) {
    onProgress("no classifier: negative weights", 1, 1);
    return { metrics, results };
  }
  const kinds: ClassifierKind[] = ["trees"];
  if (await hasRuntime()) kinds.push("network");
  else onProgress("no network: ONNX Runtime does not load here", 1, 1);
  const pooled = await poolForTest(reference, candidate, tools, groups);
  for (const kind of kinds) {
    const test = await testPooled(pooled, kind, { ...tools, onProgress });
    metrics.push(...test.metrics);
    results.push(test.result);
  }
  return { metrics, results };
}
