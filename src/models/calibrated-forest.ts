/**
 * @file A boosted classifier whose odds are put right on held-out rows: what every learned probability or density ratio
 * beyond the acceptance is made of (triggers, correlations between objects, identification).
 */
import { fitBoosting, type LogisticData } from "../trees/boosting.js";
import type { ByteReader, ByteWriter } from "../trees/bytes.js";
import type { FitContext as TreeContext } from "../trees/fit-context.js";
import { decodeForest, Forest } from "../trees/forest.js";

/** Less held-out weight of either class than this says nothing about the slope of the odds. */
const ENOUGH = 100;
/** Less training weight of either class than this is a rate, and no function of anything. */
const FEWEST = 5;

/** How the forest is grown. */
export interface ClassifierSize {
  /** Most trees. */
  readonly trees: number;
  readonly maxDepth: number;
}

/** log-odds = slope * forest + offset. */
export interface CalibratedForest {
  readonly forest: Forest;
  readonly slope: number;
  readonly offset: number;
}

/**
 * Fits a classifier on the rows with `held` 0, and chooses its number of trees and calibrates it on the others.
 * Calibration after Platt (1999), "Probabilistic outputs for support vector machines", Advances in Large Margin
 * Classifiers, 61.
 * Where a class has next to no weight, the rate alone is learned.
 */
export async function fitCalibrated(
  data: LogisticData & { readonly held: Uint8Array },
  { trees, maxDepth }: ClassifierSize,
  context: TreeContext,
): Promise<CalibratedForest> {
  const { features, positive, negative, held } = data;
  const trained = (values: Float32Array) => total(values, (i) => held[i] === 0);
  const [p, n] = [trained(positive), trained(negative)];
  if (Math.min(p, n) < FEWEST) {
    // Half an object more of either class keeps the odds finite.
    const everything = () => true;
    const base = Math.log((total(positive, everything) + 0.5) / (total(negative, everything) + 0.5));
    return { forest: constantForest(features.length, base), slope: 1, offset: 0 };
  }
  // A leaf with fewer rows than this is noise; more than a fiftieth of the smaller class would hide what there is.
  const minChildWeight = Math.max(1, Math.min(10, Math.min(p, n) / 50));
  const options = { trees, maxDepth, learningRate: 0.2, minChildWeight, patience: 10, maxBins: 256 };
  const forest = await fitBoosting(data, options, context);
  return { forest, ...calibrate(forest, data) };
}

/** Writes the log-odds of each row. A row depends on its own features alone, to the bit. */
export function logOdds(
  { forest, slope, offset }: CalibratedForest,
  features: readonly Float32Array[],
  out: Float32Array,
): void {
  forest.predict(features, out);
  for (let i = 0; i < out.length; i++) out[i] = slope * out[i] + offset;
}

/** Writes the probability of each row. */
export function probabilities(
  model: CalibratedForest,
  features: readonly Float32Array[],
  out: Float32Array,
): Float32Array {
  logOdds(model, features, out);
  for (let i = 0; i < out.length; i++) out[i] = 1 / (1 + Math.exp(-out[i]));
  return out;
}

export function writeCalibrated(writer: ByteWriter, { forest, slope, offset }: CalibratedForest): void {
  writer.float64(slope);
  writer.float64(offset);
  writer.array(forest.encode());
}

/** @throws DataError where the bytes are truncated or not a forest. */
export function readCalibrated(reader: ByteReader): CalibratedForest {
  const slope = reader.float64();
  const offset = reader.float64();
  return { slope, offset, forest: decodeForest(reader.uint8Array()) };
}

function constantForest(features: number, base: number): Forest {
  return new Forest("logistic", features, base, {
    treeStart: new Uint32Array(1),
    feature: new Uint16Array(0),
    value: new Float32Array(0),
    right: new Uint32Array(0),
  });
}

function total(values: Float32Array, counts: (i: number) => boolean): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) if (counts(i)) sum += values[i];
  return sum;
}

/** Slope and offset of the least held-out loss, by Newton's method; the slope stays 1 where there is too little to tell. */
function calibrate(
  forest: Forest,
  { features, positive, negative, held }: LogisticData & { readonly held: Uint8Array },
): { slope: number; offset: number } {
  const isHeld = (i: number) => held[i] === 1;
  if (Math.min(total(positive, isHeld), total(negative, isHeld)) < ENOUGH || forest.treeCount === 0) {
    return { slope: 1, offset: 0 };
  }
  const margin = new Float32Array(held.length);
  forest.predict(features, margin);
  let slope = 1;
  let offset = 0;
  for (let step = 0; step < 20; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
    for (let i = 0; i < held.length; i++) {
      if (held[i] === 0) continue;
      const f = margin[i];
      const weight = positive[i] + negative[i];
      const p = 1 / (1 + Math.exp(-(slope * f + offset)));
      const g = weight * p - positive[i];
      const h = weight * p * (1 - p);
      ga += g * f;
      gb += g;
      haa += h * f * f;
      hab += h * f;
      hbb += h;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 1e-9 * haa * hbb)) break;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    slope -= da;
    offset -= db;
    if (Math.abs(da) + Math.abs(db) < 1e-9) break;
  }
  // A slope far from 1 comes of a forest that has learned nothing but noise.
  return slope > 0.2 && slope < 3 && Number.isFinite(offset) ? { slope, offset } : { slope: 1, offset: 0 };
}
