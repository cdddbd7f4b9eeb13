import {
  type BoostingOptions,
  decodeForest,
  type FitContext,
  type Forest,
  fitBoosting,
  type LogisticData,
} from "../../trees/index.js";
import { defineTask, sharedArray } from "../../util/pool.js";
import type { Tools } from "../tools.js";
import { type Pooled, takeColumns } from "./pooled.js";
import type { Scorer } from "./scorer.js";

/** Rows that a thread takes at once; with fewer than a forest's map is made for, every row walks the same way. */
const PART = 16_384;
/** Trees of a forest that did not pay on held-out rows. */
const LEAST_TREES = 10;

interface ScoreJob {
  readonly forest: Uint8Array;
  readonly features: readonly Float32Array[];
  readonly out: Float32Array;
  readonly start: number;
  readonly stop: number;
}

/** Writes the scores of some rows. */
export const forestScores = defineTask(
  import.meta.url,
  "forestScores",
  ({ forest, features, out, start, stop }: ScoreJob): void => {
    decodeForest(forest).predict(features, out, start, stop);
  },
);

/** Scores rows with a forest, on all threads. @param features On shared memory. */
export async function scoreForest(
  forest: Forest,
  features: readonly Float32Array[],
  { pool }: Pick<Tools, "pool">,
): Promise<Float32Array> {
  const out = sharedArray(Float32Array, features[0].length);
  const bytes = forest.encode();
  const parts = Array.from({ length: Math.ceil(out.length / PART) }, (_, k) => k * PART);
  await Promise.all(
    parts.map((start) =>
      pool.run(forestScores, { forest: bytes, features, out, start, stop: Math.min(out.length, start + PART) }),
    ),
  );
  return out;
}

/** Options by the number of training rows: small samples want shallow trees of large leaves. */
export function treeOptions(rows: number): BoostingOptions {
  const common = { trees: 300, maxBins: 256, patience: 25 };
  if (rows < 3000) return { ...common, learningRate: 0.05, maxDepth: 3, minChildWeight: 10 };
  if (rows < 60_000) return { ...common, learningRate: 0.06, maxDepth: 5, minChildWeight: 20 };
  // Coarser steps lose nothing where there are many events, and take a third of the time.
  return { ...common, patience: 10, learningRate: 0.2, maxDepth: 5, minChildWeight: 20 };
}

/**
 * Fits a forest that stops where held-out rows no longer gain; where they gain next to nothing, a few trees
 * stand in, as a forest without any would give every row the same score.
 * @param held 1 for rows held out.
 */
export async function fitStopped(
  data: LogisticData,
  held: Uint8Array,
  options: BoostingOptions,
  context: FitContext,
): Promise<Forest> {
  const forest = await fitBoosting({ ...data, held }, options, context);
  if (forest.treeCount >= LEAST_TREES) return forest;
  const side = (weights: Float32Array) => weights.map((w, i) => (held[i] === 1 ? 0 : w));
  const rest = { features: data.features, positive: side(data.positive), negative: side(data.negative) };
  return fitBoosting(rest, { ...options, trees: LEAST_TREES }, context);
}

/** Boosted trees that tell the reference from the candidate; the number of trees is chosen on `stop`. */
export async function fitTrees(
  { columns, labels, weights }: Pooled,
  train: Uint32Array,
  stop: Uint32Array,
  seed: number,
  tools: Tools,
): Promise<Scorer> {
  const all = new Uint32Array(train.length + stop.length);
  all.set(train);
  all.set(stop, train.length);
  const side = (label: number) => Float32Array.from(all, (i) => (labels[i] === label ? weights[i] : 0));
  const forest = await fitStopped(
    { features: takeColumns(columns, all), positive: side(1), negative: side(0) },
    new Uint8Array(all.length).fill(1, train.length),
    treeOptions(train.length),
    {
      pool: tools.pool,
      seed,
      ...(tools.signal && { signal: tools.signal }),
      onProgress: (done, total) => tools.onProgress?.("boosted trees", done, total),
    },
  );
  return { score: (features) => scoreForest(forest, features, tools), close: async () => {} };
}
