/** @file Which kind of acceptance fits an object best, by objects that none of them learned from. */
import { Random } from "../../../util/random.js";
import type { Acceptance, AcceptanceSample } from "./acceptance.js";

/** How one kind did on held-out objects. */
export interface AcceptanceScore {
  readonly kind: string;
  /** Mean of -a log A - (g - a) log(1 - A) over held-out objects. */
  readonly logLoss: number;
  /** Accepted objects against the sum of A in bins of A: chi2 per bin. About 1 where probabilities mean what they say. */
  readonly calibration: number;
}

export interface AcceptanceChoice {
  readonly scores: readonly AcceptanceScore[];
  readonly chosen: string;
}

/** Above so many objects one part is held out once; below, each fifth in turn, and the best kind is fitted to all. */
const MANY = 50_000;
const FOLDS = 5;
const HELD_OUT = 50_000;
/** Bins of the calibration, each with as many objects. */
const BINS = 20;
/** Probabilities nearer to 0 and 1 than this count as this near: the loss would be infinite. */
const NEAREST = 1e-6;

/**
 * Fits each kind, and keeps the one with the lowest log-loss on held-out objects.
 * @param fit Fits a kind to a sample, of which `held` rows are not to be learned from.
 */
export async function chooseAcceptance<Kind extends string>(
  kinds: readonly Kind[],
  sample: AcceptanceSample,
  fit: (kind: Kind, sample: AcceptanceSample) => Promise<Acceptance>,
  seed: bigint,
): Promise<{ readonly model: Acceptance; readonly choice: AcceptanceChoice }> {
  const rows = sample.generated.length;
  const random = new Random(seed, 3);
  const many = rows > MANY;
  const folds = many ? Math.max(10, Math.round(rows / HELD_OUT)) : FOLDS;
  const fold = Uint32Array.from({ length: rows }, () => random.integer(folds));
  const scores: AcceptanceScore[] = [];
  const models = new Map<Kind, Acceptance>();
  for (const kind of kinds) {
    const predicted = new Float32Array(rows).fill(Number.NaN);
    for (let k = 0; k < (many ? 1 : FOLDS); k++) {
      const held = fold.map((f) => (f === k ? 1 : 0));
      const model = await fit(kind, { ...sample, held: Uint8Array.from(held) });
      const all = new Float32Array(rows);
      await model.predict(sample.features, all);
      for (let i = 0; i < rows; i++) if (fold[i] === k) predicted[i] = all[i];
      if (many) models.set(kind, model);
    }
    scores.push({ kind, ...score(sample, predicted) });
  }
  const best = scores.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  const kind = best.kind as Kind;
  return { model: models.get(kind) ?? (await fit(kind, sample)), choice: { scores, chosen: kind } };
}

/** Judges probabilities; rows where they are NaN do not count. */
export function score({ flagged, accepted, generated }: AcceptanceSample, predicted: Float32Array) {
  const rows = Array.from(predicted.keys()).filter((i) => !Number.isNaN(predicted[i]));
  let loss = 0;
  let total = 0;
  for (const i of rows) {
    const a = Math.min(1 - NEAREST, Math.max(NEAREST, predicted[i]));
    // Of two separate samples only the odds of accepted against generated objects can be told.
    const [p, lost] = flagged ? [a, generated[i] - accepted[i]] : [a / (1 + a), generated[i]];
    loss -= accepted[i] * Math.log(p) + lost * Math.log(1 - p);
    total += flagged ? generated[i] : generated[i] + accepted[i];
  }
  rows.sort((i, j) => predicted[i] - predicted[j]);
  let chi2 = 0;
  let bins = 0;
  for (let b = 0; b < BINS; b++) {
    let [found, expected, variance] = [0, 0, 0];
    for (const i of rows.slice((b * rows.length) / BINS, ((b + 1) * rows.length) / BINS)) {
      const a = predicted[i];
      found += accepted[i];
      expected += generated[i] * a;
      variance += flagged ? generated[i] ** 2 * a * (1 - a) : accepted[i] ** 2 + (generated[i] * a) ** 2;
    }
    if (!(variance > 1)) continue;
    chi2 += (found - expected) ** 2 / variance;
    bins++;
  }
  return { logLoss: loss / total, calibration: chi2 / Math.max(1, bins) };
}
