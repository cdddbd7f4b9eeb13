/**
 * @file How wide each response is, as a function of truth. A donor's response is divided by the width at its own truth and
 * multiplied by that at the simulated object's, so it may come from farther away: cells can be large, each donor is
 * drawn seldom, and the resolution still follows the object. What is left for the cells is the response's shape.
 * The width is that of a location-scale family: log|r - centre| = log sigma(x) + log|z|, and a regression of the left
 * side on x gives log sigma(x) up to a constant, which cancels (Davidian and Carroll 1987, J. Am. Stat. Assoc. 82, 1079).
 */
import { fitBoosting } from "../../../trees/boosting.js";
import type { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import type { FitContext as TreeContext } from "../../../trees/fit-context.js";
import { decodeForest, type Forest } from "../../../trees/forest.js";

/** Responses nearer to the centre than this share of the typical distance count as this near: log 0 is no number. */
const NEAREST = 0.01;
/** Steps this large reach the full change of width before held-out noise stops them. */
const TREES = { trees: 40, maxDepth: 5, learningRate: 0.3, heldOut: 0.1 };
/** Fewest objects in a leaf: a width from so many is known to 5 %. */
const LEAF = 300;

/** Fewer objects than this do not tell how the width changes. */
const FEWEST = 1000;

/** Width of one variable's response about a centre; without a forest the same everywhere. */
export interface ResponseScale {
  /** What no detector would change (reco - truth = 0, reco / truth = 1); the median, where the bias exceeds the spread. */
  readonly centre: number;
  readonly forest?: Forest;
}

/**
 * Learns the width of a response.
 * @param neutral Response of a perfect detector: 0 for differences, 1 for ratios. Shifts usually grow with the width, as
 * an asymmetric tail does; about this centre both scale together.
 */
export async function fitScale(
  features: readonly Float32Array[],
  responses: Float32Array,
  neutral: number,
  weight: Float32Array | undefined,
  context: TreeContext,
): Promise<ResponseScale> {
  const n = responses.length;
  const median = responses.slice().sort()[n >> 1];
  const spread = responses.map((r) => Math.abs(r - median)).sort()[n >> 1];
  const centre = Math.abs(median - neutral) < spread ? neutral : median;
  const distances = responses.map((r) => Math.abs(r - centre));
  const typical = distances.slice().sort()[n >> 1];
  // Most responses are equal (an exact variable), or there are too few to tell widths from outliers.
  if (typical === 0 || n < FEWEST) return { centre };
  const target = distances.map((d) => Math.log(Math.max(d, NEAREST * typical)));
  const minChildWeight = Math.max(20, Math.min(LEAF, n / 50));
  const data = { features, target, ...(weight && { weight }) };
  return { centre, forest: await fitBoosting(data, { ...TREES, minChildWeight }, context) };
}

/** Divides responses by their widths, in place of the responses. */
export function standardise(
  scale: ResponseScale,
  features: readonly Float32Array[],
  responses: Float32Array,
): Float32Array {
  const widths = widthsOf(scale, features, responses.length);
  return responses.map((r, i) => (r - scale.centre) / widths[i]);
}

/** Width at each row. */
export function widthsOf({ forest }: ResponseScale, features: readonly Float32Array[], n: number): Float32Array {
  const widths = new Float32Array(n);
  forest?.predict(features, widths);
  for (let i = 0; i < n; i++) widths[i] = Math.exp(widths[i]);
  return widths;
}

export function writeScale(writer: ByteWriter, { centre, forest }: ResponseScale): void {
  writer.float64(centre);
  writer.array(forest?.encode() ?? new Uint8Array(0));
}

/** @throws DataError where the bytes are truncated or not a scale. */
export function readScale(reader: ByteReader): ResponseScale {
  const centre = reader.float64();
  const forest = reader.uint8Array();
  return forest.length === 0 ? { centre } : { centre, forest: decodeForest(forest) };
}
