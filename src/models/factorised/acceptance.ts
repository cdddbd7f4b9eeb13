/**
 * @file Acceptance as a density ratio. A classifier that tells accepted objects from *all* generated ones has the odds
 * P / (1 - P) = A, the acceptance: in a small cell with G generated and A G accepted objects, P = A G / (A G + G).
 * Reference: Darulis et al. (2022), arXiv 2207.11254, section on acceptance.
 */
import { fitBoosting } from "../../trees/boosting.js";
import type { Forest } from "../../trees/forest.js";
import { DataError } from "../../util/errors.js";
import type { FitContext } from "../recipe.js";
import type { ObjectRows, TrainingRows } from "./object-data.js";
import type { FactorisedOptions } from "./options.js";

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
export function fitAcceptance(
  object: string,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<Forest> {
  const total = (values: Float32Array) => values.reduce((sum, w) => sum + w, 0);
  const generated = total(sample.generated);
  const accepted = total(sample.accepted);
  if (!(accepted > 0) || !(generated > 0)) {
    throw new DataError(
      `${object}: nothing to learn from; expected accepted and generated objects, got ${accepted > 0 ? "no generated" : "no accepted"} one in ${sample.generated.length} rows. Check the accepted flag or the link column.`,
    );
  }
  const data = { features: sample.features, positive: sample.accepted, negative: sample.generated };
  return fitBoosting(data, options, {
    pool: context.pool,
    seed,
    ...(context.signal && { signal: context.signal }),
    onProgress: (done, total, loss) =>
      context.onProgress?.({ stage: `${object}: acceptance`, done, total, ...(loss !== undefined && { loss }) }),
  });
}

/** Writes the acceptance of each row, clipped to [0, 1]. */
export function predictAcceptance(forest: Forest, features: readonly Float32Array[], out: Float32Array): void {
  forest.predict(features, out);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.exp(out[i]));
}
