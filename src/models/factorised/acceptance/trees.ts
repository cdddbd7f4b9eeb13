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
import type { Tensor } from "../../../engine/index.js";
import { fitBoosting, type LogisticData } from "../../../trees/boosting.js";
import type { BoostingOptions } from "../../../trees/boosting-options.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import type { FitContext as TreeContext } from "../../../trees/fit-context.js";
import { decodeForest, type Forest } from "../../../trees/forest.js";
import { forestGraph } from "../../../trees/onnx/forest.js";
import { DataError } from "../../../util/errors.js";
import { Random } from "../../../util/random.js";
import type { FitContext } from "../../recipe.js";
import type { FactorisedOptions } from "../options.js";
import { type Acceptance, type AcceptanceForm, type AcceptanceSample, probabilityGraph } from "./acceptance.js";
import {
  findProjections,
  type Projection,
  projectedGraph,
  readProjections,
  withProjections,
  writeProjections,
} from "./projections.js";

export const TREE_ACCEPTANCE_MAGIC = "PACC";
const VERSION = 2;

/** Below so many objects the size of the forest is chosen by repeated splits; above, by one part held out. */
const MANY = 50_000;
/** An edge is known to the distance of its nearest objects, so its place should not be blurred by coarser bins. */
const ROWS_A_BIN = 48;
const MOST_BINS = 32_768;
/** Objects held out of many. */
const HELD_OUT = 50_000;
/** Splits of few objects, each holding out a fifth. */
const SPLITS = 5;
/** Depths tried for few objects, as far as the options allow. */
const DEPTHS = [3, 5, 8];

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
    return { form: this.form, trees: this.forest.treeCount, projections: this.projections };
  }

  predict(features: readonly Float32Array[], out: Float32Array): void {
    this.forest.predict(withProjections(this.projections, features), out);
    if (this.form === "ratio") for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.exp(out[i]));
    else for (let i = 0; i < out.length; i++) out[i] = 1 / (1 + Math.exp(-out[i]));
  }

  graph(features: Tensor): Tensor {
    return probabilityGraph(this.form, forestGraph(this.forest, projectedGraph(this.projections, features)));
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(TREE_ACCEPTANCE_MAGIC, VERSION);
    writer.uint8(this.form === "ratio" ? 0 : 1);
    writeProjections(writer, this.projections);
    writer.array(this.forest.encode());
    return writer.finish();
  }
}

/** @throws DataError where the bytes are truncated or not an acceptance. */
export function decodeTreeAcceptance(bytes: Uint8Array): TreeAcceptance {
  const reader = new ByteReader(bytes, TREE_ACCEPTANCE_MAGIC, VERSION, "acceptance");
  const form = reader.uint8() === 0 ? "ratio" : "direct";
  const projections = readProjections(reader);
  const forest = decodeForest(reader.uint8Array());
  reader.finish();
  return new TreeAcceptance(form, forest, projections);
}

/**
 * Weights of the two classes that are told apart.
 * @throws DataError where no object was accepted, or none generated.
 */
export function classes(object: string, sample: AcceptanceSample, options: FactorisedOptions["acceptance"]) {
  const total = (values: Float32Array) => values.reduce((sum, w) => sum + w, 0);
  const generated = total(sample.generated);
  const accepted = total(sample.accepted);
  if (!(accepted > 0) || !(generated > 0)) {
    throw new DataError(
      `${object}: nothing to learn from; expected accepted and generated objects, got ${accepted > 0 ? "no generated" : "no accepted"} one in ${sample.generated.length} rows. Check the accepted flag or the link column.`,
    );
  }
  const direct = sample.flagged && !options.densityRatio && accepted < generated;
  const form: AcceptanceForm = direct ? "direct" : "ratio";
  const negative = direct ? sample.generated.map((w, i) => w - sample.accepted[i]) : sample.generated;
  return { form, positive: sample.accepted, negative };
}

/** How the forest is grown for so many objects. */
export function boostingSize(rows: number, options: FactorisedOptions["acceptance"]): BoostingOptions {
  const { trees, maxDepth, learningRate } = options;
  return {
    trees,
    maxDepth,
    learningRate,
    l2: 10,
    maxBins: Math.min(MOST_BINS, Math.max(1024, Math.round(rows / ROWS_A_BIN))),
    heldOut: Math.min(0.1, HELD_OUT / rows),
  };
}

/** Learns the acceptance. @throws DataError as `classes`. */
export async function fitTreeAcceptance(
  object: string,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<TreeAcceptance> {
  const { form, positive, negative } = classes(object, sample, options);
  const projections = findProjections(sample.features, sample.accepted, sample.generated, new Random(seed, 1));
  const features = withProjections(projections, sample.features);
  const data = { features, positive, negative, ...(sample.held && { held: sample.held }) };
  const report = (done: number, total: number, loss?: number) =>
    context.onProgress?.({ stage: `${object}: acceptance`, done, total, ...(loss !== undefined && { loss }) });
  const around = { pool: context.pool, seed, ...(context.signal && { signal: context.signal }), onProgress: report };
  const rows = sample.generated.length;
  if (rows > MANY) {
    return new TreeAcceptance(form, await fitBoosting(data, boostingSize(rows, options), around), projections);
  }
  const few = sample.held === undefined ? data : withoutHeld(data, sample.held);
  const size = await chooseSize(few, options, around);
  return new TreeAcceptance(form, await fitBoosting(few, size, around), projections);
}

/** Only the rows that may be learned from. */
function withoutHeld({ features, positive, negative }: LogisticData, held: Uint8Array): LogisticData {
  const keep = (values: Float32Array) => values.filter((_, i) => held[i] === 0);
  return { features: features.map(keep), positive: keep(positive), negative: keep(negative) };
}

/**
 * Chooses depth and number of trees for few objects: those of the least mean held-out loss over several random splits.
 * One split of few objects would choose by chance; and all of them are needed for the final fit.
 */
async function chooseSize(
  data: LogisticData,
  { trees, maxDepth, learningRate }: FactorisedOptions["acceptance"],
  around: TreeContext,
): Promise<BoostingOptions> {
  let best: BoostingOptions = { trees, maxDepth, learningRate };
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
    if (loss < least) [least, best] = [loss, { trees: sums.indexOf(loss) + 1, maxDepth: depth, learningRate }];
  }
  return best;
}
