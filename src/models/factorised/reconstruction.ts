/**
 * @file Reconstruction by borrowed responses: a simulated object takes the response (reco against truth, all variables
 * together) of a similar accepted training object, so tails and correlations are those of the training events.
 * Reference: Darulis et al. (2022), arXiv 2207.11254. Their fully grown trees put outliers into cells of their own and so
 * draw them too often; trees whose cells are filled with other rows than they were learned from do not, nor do neighbours.
 */
import type { ObjectSpec } from "../../data/objects.js";
import { ByteReader, ByteWriter } from "../../trees/bytes.js";
import { type DonorSampler, decodeDonorSampler } from "../../trees/donor-sampler.js";
import { buildKdTree } from "../../trees/kd-tree.js";
import { fitRandomTrees } from "../../trees/random-trees.js";
import { DataError } from "../../util/errors.js";
import type { FitContext } from "../recipe.js";
import { fitNeighbourSpace, type NeighbourSpace, toNeighbourSpace } from "./features.js";
import type { TrainingRows } from "./object-data.js";
import type { FactorisedOptions } from "./options.js";
import { response } from "./response.js";
import { fitScale, type ResponseScale, readScale, standardise, writeScale } from "./scale.js";

const MAGIC = "PRSP";
const VERSION = 2;

/** Draws reconstructed objects. */
export interface Reconstruction {
  readonly sampler: DonorSampler;
  /** Map of features before the sampler sees them; absent for trees, which take them as they are. */
  readonly space?: NeighbourSpace;
  /** Width of each variable's response, as a function of truth. */
  readonly scales: readonly ResponseScale[];
  /** Response of each training object in units of its width, one column a variable. */
  readonly responses: readonly Float32Array[];
}

/** Learns the reconstruction of an object from its accepted training rows. */
export async function fitReconstruction(
  spec: ObjectSpec,
  training: TrainingRows,
  options: FactorisedOptions["reconstruction"],
  context: FitContext,
  seed: bigint,
): Promise<Reconstruction> {
  const stage = `${spec.name}: reconstruction`;
  const rows = acceptedRows(training);
  const gather = (values: Float32Array) => Float32Array.from(rows, (row) => values[row]);
  const features = training.features.map(gather);
  const weight = training.weight.some((w) => w !== 1) ? gather(training.weight) : undefined;
  const raw = spec.variables.map((variable, v) =>
    responseColumn(variable.name, rows, (row) => response(variable, training.features[v][row], training.reco[v][row])),
  );
  const around = { pool: context.pool, seed, ...(context.signal && { signal: context.signal }) };
  const scales: ResponseScale[] = [];
  for (const [v, responses] of raw.entries()) {
    context.onProgress?.({ stage: `${spec.name}: resolution`, done: v, total: raw.length });
    const neutral = spec.variables[v].response === "ratio" ? 1 : 0;
    scales.push(await fitScale(features, responses, neutral, weight, around));
  }
  context.onProgress?.({ stage: `${spec.name}: resolution`, done: raw.length, total: raw.length });
  const responses = raw.map((values, v) => standardise(scales[v], features, values));
  context.onProgress?.({ stage, done: 0, total: 1 });
  if (options.kind === "neighbours") {
    const space = fitNeighbourSpace(spec, features);
    const points = toNeighbourSpace(space, features);
    const sampler = buildKdTree(points, {
      neighbours: Math.min(options.neighbours, rows.length),
      ...(weight && { weight }),
    });
    context.onProgress?.({ stage, done: 1, total: 1 });
    return { sampler, space, scales, responses };
  }
  const data = { features, targets: responses, ...(weight && { weight }) };
  const minLeaf = options.minLeaf ?? Math.max(5, Math.round(Math.sqrt(rows.length) / 4));
  const sampler = await fitRandomTrees(
    data,
    { trees: options.trees, minLeaf },
    { ...around, onProgress: (done, total) => context.onProgress?.({ stage, done, total }) },
  );
  return { sampler, scales, responses };
}

/**
 * Draws a donor for each row.
 * @param words Two random words a row. @param out Row of the donor among the training objects.
 */
export function drawDonors(
  model: Reconstruction,
  features: readonly Float32Array[],
  words: Uint32Array,
  out: Uint32Array,
): void {
  model.sampler.sample(model.space ? toNeighbourSpace(model.space, features) : features, words, out);
}

export function encodeReconstruction(model: Reconstruction): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  writer.array(new TextEncoder().encode(JSON.stringify(model.space ?? null)));
  writer.uint32(model.responses.length);
  for (const scale of model.scales) writeScale(writer, scale);
  for (const column of model.responses) writer.array(column);
  writer.array(model.sampler.encode());
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or not a reconstruction. */
export function decodeReconstruction(bytes: Uint8Array): Reconstruction {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "reconstruction");
  const space = JSON.parse(new TextDecoder().decode(reader.uint8Array().slice())) as NeighbourSpace | null;
  const count = reader.uint32();
  const scales = Array.from({ length: count }, () => readScale(reader));
  const responses = Array.from({ length: count }, () => reader.float32Array());
  const sampler = decodeDonorSampler(reader.uint8Array());
  reader.finish();
  return { sampler, scales, responses, ...(space && { space }) };
}

function acceptedRows({ accepted, weight }: TrainingRows): Uint32Array {
  const rows = new Uint32Array(accepted.length);
  let count = 0;
  for (let i = 0; i < accepted.length; i++) if (accepted[i] && weight[i] > 0) rows[count++] = i;
  return rows.subarray(0, count);
}

function responseColumn(name: string, rows: Uint32Array, of: (row: number) => number): Float32Array {
  return Float32Array.from(rows, (row) => {
    const value = of(row);
    if (Number.isFinite(value)) return value;
    throw new DataError(
      `variable "${name}": no finite response; expected a ratio reco / truth, got ${value} in row ${row}. Use \`response: difference\` where the truth can be 0.`,
    );
  });
}
