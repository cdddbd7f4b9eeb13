/**
 * @file Acceptance by a network, and boosted trees for what it leaves: the published form. The network sees normal
 * quantiles of the truth (cyclic variables as points on a circle) and follows smooth changes and oblique edges; the trees
 * then reweight, starting from the network's log-odds, and sharpen edges along the axes.
 * Reference: Darulis et al. (2022), arXiv 2207.11254. There the trees tell accepted objects from generated ones that one
 * random draw with the network's weight kept; here they start from the network's odds, which is the same without that
 * draw's noise. Odds of the density ratio are clipped at 1.
 */
import { exportModel, input, mlp, ops, type Scope, type Tensor } from "../../../engine/index.js";
import { fitBoosting } from "../../../trees/boosting.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import { decodeForest, type Forest } from "../../../trees/forest.js";
import { forestGraph } from "../../../trees/onnx/forest.js";
import { DataError } from "../../../util/errors.js";
import { Random } from "../../../util/random.js";
import { decodeNetwork, encodeNetwork, fixedScope, type NetworkNumbers } from "../../networks/generator.js";
import { RowSession, rowMajor } from "../../networks/index.js";
import { type ConditionMap, conditionGraph, fitConditionMaps, mapConditions } from "../../networks/preprocess.js";
import { trainNetwork } from "../../networks/training.js";
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
import { boostingSize, classes } from "./trees.js";

export const NETWORK_ACCEPTANCE_MAGIC = "PANN";
const VERSION = 1;
const NETWORK = "acceptance";
const RATE = 3e-3;
/** Passes over the rows, where they are so many that these are enough. */
const EPOCHS = 6;
const MANY = 500_000;

interface Design {
  readonly widths: readonly number[];
  readonly conditions: readonly ConditionMap[];
}

/** A network's log-odds, and trees for the rest. */
export class NetworkAcceptance implements Acceptance {
  readonly kind = "network";
  readonly form: AcceptanceForm;
  readonly design: Design;
  readonly numbers: NetworkNumbers;
  readonly forest: Forest | undefined;
  readonly projections: readonly Projection[];
  #session: Promise<RowSession> | undefined;

  constructor(
    form: AcceptanceForm,
    design: Design,
    numbers: NetworkNumbers,
    forest: Forest | undefined,
    projections: readonly Projection[],
  ) {
    this.form = form;
    this.design = design;
    this.numbers = numbers;
    this.forest = forest;
    this.projections = projections;
  }

  get summary(): Record<string, unknown> {
    const { form, design, forest, projections } = this;
    return { form, hidden: design.widths.slice(0, -1), trees: forest?.treeCount ?? 0, projections };
  }

  /** Log-odds of the network alone, as a graph. @param features [n, features] @returns [n, 1] */
  networkGraph(features: Tensor): Tensor {
    const scope = fixedScope(NETWORK, this.numbers);
    return layers(scope, conditionGraph(this.design.conditions, features), this.design.widths);
  }

  /** Log-odds of the network alone. */
  async networkMargin(features: readonly Float32Array[]): Promise<Float32Array> {
    this.#session ??= this.#open(features.length);
    const rows = features[0].length;
    const session = await this.#session;
    return (await session.run({ features: rowMajor(features, rows) }, rows)).margin;
  }

  #open(columns: number): Promise<RowSession> {
    const features = input("features", "float32", ["n", columns]);
    const bytes = exportModel({ margin: this.networkGraph(features) }, { inputs: [features] });
    return RowSession.open({
      bytes,
      inputs: [{ name: "features", columns }],
      outputs: [{ name: "margin", columns: 1 }],
    });
  }

  async predict(features: readonly Float32Array[], out: Float32Array): Promise<void> {
    const margin = await this.networkMargin(features);
    if (this.forest === undefined) out.fill(0);
    else this.forest.predict(withProjections(this.projections, features), out);
    for (let i = 0; i < out.length; i++) {
      const total = margin[i] + out[i];
      out[i] = this.form === "ratio" ? Math.min(1, Math.exp(total)) : 1 / (1 + Math.exp(-total));
    }
  }

  graph(features: Tensor): Tensor {
    const margin = this.networkGraph(features);
    if (this.forest === undefined) return probabilityGraph(this.form, margin);
    const rest = forestGraph(this.forest, projectedGraph(this.projections, features));
    return probabilityGraph(this.form, ops.add(margin, rest));
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(NETWORK_ACCEPTANCE_MAGIC, VERSION);
    writer.uint8(this.form === "ratio" ? 0 : 1);
    writer.array(encodeNetwork(this.design, this.numbers));
    writeProjections(writer, this.projections);
    writer.array(this.forest?.encode() ?? new Uint8Array(0));
    return writer.finish();
  }
}

/** @throws DataError where the bytes are truncated or not an acceptance. */
export function decodeNetworkAcceptance(bytes: Uint8Array): NetworkAcceptance {
  const reader = new ByteReader(bytes, NETWORK_ACCEPTANCE_MAGIC, VERSION, "acceptance");
  const form = reader.uint8() === 0 ? "ratio" : "direct";
  const { made, numbers } = decodeNetwork(reader.uint8Array());
  const projections = readProjections(reader);
  const forest = reader.uint8Array();
  reader.finish();
  const rest = forest.length === 0 ? undefined : decodeForest(forest);
  return new NetworkAcceptance(form, made as Design, numbers, rest, projections);
}

function layers(scope: Scope, x: Tensor, widths: readonly number[]): Tensor {
  return mlp(scope, x, widths, { activation: ops.leakyRelu });
}

/** Learns the acceptance: first a network, then, unless the options say otherwise, trees for what it leaves. */
export async function fitNetworkAcceptance(
  object: string,
  sample: AcceptanceSample,
  periods: readonly (number | null)[],
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<NetworkAcceptance> {
  const { form, positive, negative } = classes(object, sample, options);
  const network = await fitNetwork(object, { ...sample, positive, negative }, periods, options, context, seed);
  const alone = new NetworkAcceptance(form, network.design, network.numbers, undefined, []);
  if (!options.reweight) return alone;
  const offset = await alone.networkMargin(sample.features);
  const projections = findProjections(sample.features, sample.accepted, sample.generated, new Random(seed, 1));
  const features = withProjections(projections, sample.features);
  const stage = `${object}: acceptance, reweighting`;
  const forest = await fitBoosting(
    { features, positive, negative, offset, ...(sample.held && { held: sample.held }) },
    boostingSize(sample.generated.length, options),
    {
      pool: context.pool,
      seed,
      ...(context.signal && { signal: context.signal }),
      onProgress: (done, total, loss) =>
        context.onProgress?.({ stage, done, total, ...(loss !== undefined && { loss }) }),
    },
  );
  return new NetworkAcceptance(form, network.design, network.numbers, forest, projections);
}

async function fitNetwork(
  object: string,
  { features, positive, negative, held }: AcceptanceSample & { positive: Float32Array; negative: Float32Array },
  periods: readonly (number | null)[],
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<{ design: Design; numbers: NetworkNumbers }> {
  const use = held === undefined ? undefined : indicesOf(held, 0);
  const take = (values: Float32Array) => (use === undefined ? values : Float32Array.from(use, (i) => values[i]));
  const given = features.map(take);
  const [p, n] = [take(positive), take(negative)];
  const rows = p.length;
  if (rows < 40) {
    throw new DataError(
      `${object}: too few objects for a network; expected at least 40, got ${rows}. Use \`acceptance: { kind: trees }\`.`,
    );
  }
  const conditions = fitConditionMaps(given, periods);
  const widths = [...options.hidden, 1];
  // A mean weight of 1, so that the learning rate means the same whatever the weights are.
  const factor = (2 * rows) / p.reduce((sum, w, i) => sum + w + n[i], 0);
  const scaled = (values: Float32Array) => [values.map((w) => w * factor)];
  const numbers = await trainNetwork(
    {
      name: NETWORK,
      rows,
      tables: { x: mapConditions(conditions, given), positive: scaled(p), negative: scaled(n) },
      loss(scope, table) {
        const z = layers(scope, table("x"), widths);
        const each = ops.add(
          ops.mul(ops.softplus(ops.neg(z)), table("positive")),
          ops.mul(ops.softplus(z), table("negative")),
        );
        return ops.reshape(each, [each.shape[0]]);
      },
    },
    { stage: `${object}: acceptance, network`, rate: RATE, ...(rows > MANY && { epochs: EPOCHS }) },
    seed,
    context,
  );
  return { design: { widths, conditions }, numbers };
}

function indicesOf(flags: Uint8Array, wanted: number): Uint32Array {
  const out = new Uint32Array(flags.length);
  let count = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i] === wanted) out[count++] = i;
  return out.subarray(0, count);
}
