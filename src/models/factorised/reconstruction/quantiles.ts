/**
 * @file Responses by quantile regression trees, one variable after another: each given the truth and the variables before
 * it. Of what is known before, a boosted forest takes the mean, so that the trees are left with the shape about it; their
 * cells alone would follow a correlation by steps.
 */
import { ops, type Tensor } from "../../../engine/index.js";
import { fitBoosting } from "../../../trees/boosting.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import type { FitContext } from "../../../trees/fit-context.js";
import { decodeForest, type Forest } from "../../../trees/forest.js";
import { forestGraph } from "../../../trees/onnx/forest.js";
import { quantileGraph } from "../../../trees/onnx/random-trees.js";
import { decodeQuantileTrees, fitQuantileTrees, type QuantileTrees } from "../../../trees/quantile-trees.js";
import type { ResponseData, ResponseSampler } from "./sampler.js";

export const QUANTILES_MAGIC = "PQRS";
const VERSION = 1;
/** Forest of the mean. */
const MEAN = { trees: 80, maxDepth: 6, learningRate: 0.2, heldOut: 0.1 };
/** Fewer rows than this do not tell a mean from outliers, nor a leaf's quantiles. */
const FEWEST = 1000;

/** One variable given those before it. */
export interface QuantileStep {
  /** Mean given truth and the variables before; absent for the first, and where rows are few. */
  readonly mean?: Forest;
  /** What is left. */
  readonly rest: QuantileTrees;
}

/** Draws responses by quantile trees. */
export class QuantileResponses implements ResponseSampler {
  readonly kind = "quantiles";
  readonly steps: readonly QuantileStep[];

  constructor(steps: readonly QuantileStep[]) {
    this.steps = steps;
  }

  get noises(): number {
    return 2 * this.steps.length;
  }

  sample(features: readonly Float32Array[], noise: Float32Array, rows: number): Float32Array[] {
    const drawn: Float32Array[] = [];
    const words = new Uint32Array(2 * rows);
    for (const [v, { mean, rest }] of this.steps.entries()) {
      for (let r = 0, at = 2 * v; r < rows; r++, at += this.noises) {
        words[2 * r] = noise[at] * 4294967296;
        words[2 * r + 1] = noise[at + 1] * 4294967296;
      }
      const known = [...features, ...drawn];
      const values = new Float32Array(rows);
      rest.sample(known, words, values);
      if (mean !== undefined) {
        const expected = new Float32Array(rows);
        mean.predict(known, expected);
        for (let r = 0; r < rows; r++) values[r] += expected[r];
      }
      drawn.push(values);
    }
    return drawn;
  }

  graph(features: Tensor, noise: Tensor): Tensor {
    const drawn: Tensor[] = [];
    for (const [v, { mean, rest }] of this.steps.entries()) {
      const known = ops.concat([features, ...drawn]);
      const value = quantileGraph(rest, known, ops.slice(noise, 2 * v, 2 * v + 2));
      drawn.push(mean === undefined ? value : ops.add(value, forestGraph(mean, known)));
    }
    return ops.concat(drawn);
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(QUANTILES_MAGIC, VERSION);
    writer.uint32(this.steps.length);
    for (const { mean, rest } of this.steps) {
      writer.array(mean?.encode() ?? new Uint8Array(0));
      writer.array(rest.encode());
    }
    return writer.finish();
  }
}

/** @throws DataError where the bytes are truncated or hold no quantile trees. */
export function decodeQuantiles(bytes: Uint8Array): QuantileResponses {
  const reader = new ByteReader(bytes, QUANTILES_MAGIC, VERSION, "reconstruction");
  const steps = Array.from({ length: reader.uint32() }, (): QuantileStep => {
    const mean = reader.uint8Array();
    const rest = decodeQuantileTrees(reader.uint8Array());
    return mean.length === 0 ? { rest } : { mean: decodeForest(mean), rest };
  });
  reader.finish();
  return new QuantileResponses(steps);
}

/** Fits the variables in turn. */
export async function fitQuantiles(
  { features, responses, weight }: ResponseData,
  options: { readonly trees: number; readonly minLeaf?: number | undefined },
  context: FitContext,
): Promise<QuantileResponses> {
  const rows = features[0].length;
  const minLeaf = options.minLeaf ?? Math.max(20, Math.min(400, Math.round(Math.sqrt(rows) / 2)));
  const steps: QuantileStep[] = [];
  for (const [v, target] of responses.entries()) {
    const known = [...features, ...responses.slice(0, v)];
    const around = {
      ...context,
      onProgress: (done: number, total: number) => context.onProgress?.(v * total + done, responses.length * total),
    };
    const quiet = {
      seed: context.seed,
      ...(context.pool && { pool: context.pool }),
      ...(context.signal && { signal: context.signal }),
    };
    const mean =
      v === 0 || rows < FEWEST
        ? undefined
        : await fitBoosting(
            { features: known, target, ...(weight && { weight }) },
            { ...MEAN, minChildWeight: 20 },
            quiet,
          );
    const left = mean === undefined ? target : minus(target, mean, known);
    const data = { features: known, target: left, ...(weight && { weight }) };
    const rest = await fitQuantileTrees(data, { trees: options.trees, minLeaf }, around);
    steps.push(mean === undefined ? { rest } : { mean, rest });
  }
  return new QuantileResponses(steps);
}

function minus(target: Float32Array, mean: Forest, known: readonly Float32Array[]): Float32Array {
  const expected = new Float32Array(target.length);
  mean.predict(known, expected);
  return target.map((x, i) => x - expected[i]);
}
