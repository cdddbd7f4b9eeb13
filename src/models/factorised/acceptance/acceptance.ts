import { ops, type Tensor } from "../../../engine/index.js";
import type { ObjectRows, TrainingRows } from "../object-data.js";

/** All generated objects with their weights, and among them or beside them the accepted ones. */
export interface AcceptanceSample {
  /** Whether each generated object has its flag, so that the lost ones are known, too. */
  readonly flagged: boolean;
  readonly features: readonly Float32Array[];
  readonly accepted: Float32Array;
  readonly generated: Float32Array;
  /** 1 for objects held out: not learned from, but for when to stop. Absent where the fit may choose them. */
  readonly held?: Uint8Array;
}

/** What odds mean: the acceptance itself, or accepted against lost objects. */
export type AcceptanceForm = "ratio" | "direct";

/** The probability that an object is accepted, as a function of truth. */
export interface Acceptance {
  readonly kind: string;
  /** Writes the probability of each row, in [0, 1]. A row depends on its own features alone, to the bit. */
  predict(features: readonly Float32Array[], out: Float32Array): void | Promise<void>;
  encode(): Uint8Array;
  /** The same as an ONNX graph, in single precision. @param features [n, features] @returns [n, 1] */
  graph(features: Tensor): Tensor;
  /** Figures for the manifest. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Probability of log-odds, as a graph. */
export function probabilityGraph(form: AcceptanceForm, margin: Tensor): Tensor {
  return form === "ratio" ? ops.minimum(ops.exp(margin), 1) : ops.sigmoid(margin);
}

/** Every training row is a generated object; those with the flag are accepted ones, too. */
export function flaggedSample({ features, accepted, weight }: TrainingRows): AcceptanceSample {
  return { flagged: true, features, accepted: weight.map((w, i) => (accepted[i] ? w : 0)), generated: weight };
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
  return { flagged: false, features, accepted, generated };
}
