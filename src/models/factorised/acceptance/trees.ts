/**
 * @file Acceptance by classification, in two forms.
 *
 * Density ratio: a classifier that tells accepted objects from *all* generated ones has the odds P / (1 - P) = A, the
 * acceptance: in a small cell with G generated and A G accepted objects, P = A G / (A G + G). It needs no more than two
 * samples. Reference: Darulis et al. (2022), arXiv 2207.11254, section on acceptance.
 *
 * Direct: where each generated object has its flag, a classifier that tells accepted from lost ones has P = A. The same
 * objects then say more: odds that come out above 1 by chance are lost to clipping, which biases the ratio downwards
 * (by 1 % for 6,000 jets), and the direct form has no such limit.
 */
import { fitBoosting, type LogisticData } from "../../../trees/boosting.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import type { FitContext as TreeContext } from "../../../trees/fit-context.js";
import { decodeForest, type Forest } from "../../../trees/forest.js";
import { DataError } from "../../../util/errors.js";
import { Random } from "../../../util/random.js";
import type { FitContext } from "../../recipe.js";
import type { FactorisedOptions } from "../options.js";
import type { Acceptance, AcceptanceSample } from "./acceptance.js";
import { findProjections, type Projection, withProjections } from "./projections.js";

export const TREE_ACCEPTANCE_MAGIC = "PACC";
const VERSION = 2;

/** Below so many objects the size of the forest is chosen by repeated splits; above, by one part held out. */
const MANY = 50_000;
/** Objects held out of many. */
const HELD_OUT = 50_000;
/** Splits of few objects, each holding out a fifth. */
const SPLITS = 5;
/** Depths tried for few objects, as far as the options allow. */
const DEPTHS = [3, 5, 8];

/** What a forest's odds mean: the acceptance itself, or accepted against lost objects. */
export type AcceptanceForm = "ratio" | "direct";

/** A learned acceptance: a forest over the features and some projections of them. */
export class TreeAcceptance implements Acceptance {
  readonly kind = "trees";
  readonly form: AcceptanceForm;
  readonly forest: Forest;
  readonly projections: readonly Projection[];

  constructor(form: AcceptanceForm, forest: Forest, projections: readonly Projection[]) {
    this.form = form;
    this.forest = forest;
    this.projections = projections;
  }

  get summary(): Record<string, unknown> {
    return { trees: this.forest.treeCount, projections: this.projections };
  }

  predict(features: readonly Float32Array[], out: Float32Array): void {
    this.forest.predict(withProjections(this.projections, features), out);
    if (this.form === "ratio") for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.exp(out[i]));
    else for (let i = 0; i < out.length; i++) out[i] = 1 / (1 + Math.exp(-out[i]));
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(TREE_ACCEPTANCE_MAGIC, VERSION);
    writer.uint8(this.form === "ratio" ? 0 : 1);
    writer.uint32(this.projections.length);
    for (const { first, second, a, b } of this.projections) {
      writer.uint32(first);
      writer.uint32(second);
      writer.float64(a);
      writer.float64(b);
    }
    writer.array(this.forest.encode());
    return writer.finish();
  }
}

/** @throws DataError where the bytes are truncated or not an acceptance. */
export function decodeTreeAcceptance(bytes: Uint8Array): TreeAcceptance {
  const reader = new ByteReader(bytes, TREE_ACCEPTANCE_MAGIC, VERSION, "acceptance");
  const form = reader.uint8() === 0 ? "ratio" : "direct";
  const projections = Array.from({ length: reader.uint32() }, () => ({
    first: reader.uint32(),
    second: reader.uint32(),
    a: reader.float64(),
    b: reader.float64(),
  }));
  const forest = decodeForest(reader.uint8Array());
  reader.finish();
  return new TreeAcceptance(form, forest, projections);
}

/**
 * Learns the acceptance.
 * @throws DataError where no object was accepted, or none generated.
 */
export async function fitTreeAcceptance(
  object: string,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<TreeAcceptance> {
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
  const form = sample.flagged && !options.densityRatio && accepted < generated ? "direct" : "ratio";
  const negative = form === "ratio" ? sample.generated : sample.generated.map((w, i) => w - sample.accepted[i]);
  const data = { features, positive: sample.accepted, negative };
  const report = (done: number, total: number, loss?: number) =>
    context.onProgress?.({ stage: `${object}: acceptance`, done, total, ...(loss !== undefined && { loss }) });
  const around = { pool: context.pool, seed, ...(context.signal && { signal: context.signal }), onProgress: report };
  const { trees, maxDepth, learningRate } = options;
  const size =
    sample.generated.length > MANY
      ? { trees, maxDepth, heldOut: Math.min(0.1, HELD_OUT / sample.generated.length) }
      : await chooseSize(data, options, around);
  const forest = await fitBoosting(data, { ...size, learningRate }, around);
  return new TreeAcceptance(form, forest, projections);
}

/**
 * Chooses depth and number of trees for few objects: those of the least mean held-out loss over several random splits.
 * One split of few objects would choose by chance; and all of them are needed for the final fit.
 */
async function chooseSize(
  data: LogisticData,
  { trees, maxDepth, learningRate }: FactorisedOptions["acceptance"],
  around: TreeContext,
): Promise<{ trees: number; maxDepth: number }> {
  let best = { trees, maxDepth };
  let least = Number.POSITIVE_INFINITY;
  for (const depth of new Set(DEPTHS.map((d) => Math.min(d, maxDepth)))) {
    const sums = new Float64Array(trees);
    for (let split = 0; split < SPLITS; split++) {
      const seed = new Random(around.seed, 2).at(split).uint32();
      const onProgress = (done: number, _: number, loss?: number) => {
        sums[done - 1] += loss as number;
      };
      const options = { trees, maxDepth: depth, learningRate, heldOut: 0.2, patience: trees };
      await fitBoosting(data, options, { ...around, seed, onProgress });
    }
    const loss = Math.min(...sums);
    if (loss < least) [least, best] = [loss, { trees: sums.indexOf(loss) + 1, maxDepth: depth }];
  }
  return best;
}
