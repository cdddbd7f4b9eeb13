/**
 * @file Acceptance as a density ratio. A classifier that tells accepted objects from *all* generated ones has the odds
 * P / (1 - P) = A, the acceptance: in a small cell with G generated and A G accepted objects, P = A G / (A G + G).
 * Reference: Darulis et al. (2022), arXiv 2207.11254, section on acceptance.
 */
import { fitBoosting } from "../../trees/boosting.js";
import { ByteReader, ByteWriter } from "../../trees/bytes.js";
import { decodeForest, type Forest } from "../../trees/forest.js";
import { DataError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import type { FitContext } from "../recipe.js";
import type { ObjectRows, TrainingRows } from "./object-data.js";
import type { FactorisedOptions } from "./options.js";
import { findProjections, type Projection, withProjections } from "./projections.js";

const MAGIC = "PACC";
const VERSION = 1;

/** A learned acceptance: a forest over the features and some projections of them. */
export interface Acceptance {
  readonly forest: Forest;
  readonly projections: readonly Projection[];
}

/** All generated objects with their weights, and among them or beside them the accepted ones. */
export interface AcceptanceSample {
  readonly features: readonly Float32Array[];
  readonly accepted: Float32Array;
  readonly generated: Float32Array;
}

/** Every training row is a generated object; those with the flag are accepted ones, too. */
export function flaggedSample({ features, accepted, weight }: TrainingRows): AcceptanceSample {
  return { features, accepted: weight.map((w, i) => (accepted[i] ? w : 0)), generated: weight };
}

/** Accepted objects from one file, all generated ones from another. */
export function separateSample(detected: TrainingRows, all: ObjectRows, allWeight: Float32Array): AcceptanceSample {
  const rows = all.rows + detected.rows;
  const features = all.features.map((values, f) => {
    const joined = new Float32Array(rows);
    joined.set(values);
    joined.set(detected.features[f], all.rows);
    return joined;
  });
  const accepted = new Float32Array(rows);
  const generated = new Float32Array(rows);
  generated.set(allWeight);
  for (let i = 0; i < detected.rows; i++) if (detected.accepted[i]) accepted[all.rows + i] = detected.weight[i];
  return { features, accepted, generated };
}

/**
 * Learns the acceptance.
 * @throws DataError where no object was accepted, or none generated.
 */
export async function fitAcceptance(
  object: string,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<Acceptance> {
  const total = (values: Float32Array) => values.reduce((sum, w) => sum + w, 0);
  const generated = total(sample.generated);
  const accepted = total(sample.accepted);
  if (!(accepted > 0) || !(generated > 0)) {
    throw new DataError(
      `${object}: nothing to learn from; expected accepted and generated objects, got ${accepted > 0 ? "no generated" : "no accepted"} one in ${sample.generated.length} rows. Check the accepted flag or the link column.`,
    );
  }
  const projections = findProjections(sample.features, sample.accepted, sample.generated, new Random(seed, 1));
  const features = withProjections(projections, sample.features);
  const data = { features, positive: sample.accepted, negative: sample.generated };
  const forest = await fitBoosting(data, options, {
    pool: context.pool,
    seed,
    ...(context.signal && { signal: context.signal }),
    onProgress: (done, total, loss) =>
      context.onProgress?.({ stage: `${object}: acceptance`, done, total, ...(loss !== undefined && { loss }) }),
  });
  return { forest, projections };
}

/** Writes the acceptance of each row, clipped to [0, 1]. */
export function predictAcceptance(model: Acceptance, features: readonly Float32Array[], out: Float32Array): void {
  model.forest.predict(withProjections(model.projections, features), out);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.exp(out[i]));
}

export function encodeAcceptance({ forest, projections }: Acceptance): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  writer.uint32(projections.length);
  for (const { first, second, a, b } of projections) {
    writer.uint32(first);
    writer.uint32(second);
    writer.float64(a);
    writer.float64(b);
  }
  writer.array(forest.encode());
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or not an acceptance. */
export function decodeAcceptance(bytes: Uint8Array): Acceptance {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "acceptance");
  const projections = Array.from({ length: reader.uint32() }, () => ({
    first: reader.uint32(),
    second: reader.uint32(),
    a: reader.float64(),
    b: reader.float64(),
  }));
  const forest = decodeForest(reader.uint8Array());
  reader.finish();
  return { forest, projections };
}
