/**
 * @file What is reconstructed of an accepted object. Every kind of reconstruction draws responses in units of their
 * width; here the widths are learned, responses are turned into reconstructed values, and those beyond the limits of their variable are drawn again.
 */
import type { ObjectSpec } from "../../../data/objects.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import { DataError } from "../../../util/errors.js";
import type { FitContext } from "../../recipe.js";
import type { RowNoise } from "../noise.js";
import type { TrainingRows } from "../object-data.js";
import type { ReconstructionOptions } from "../options.js";
import { decodeSampler, fitSampler } from "./kinds.js";
import { applyResponse, clip, isWithin, response } from "./response.js";
import type { ResponseSampler } from "./sampler.js";
import { fitScale, type ResponseScale, readScale, standardise, widthsOf, writeScale } from "./scale.js";

const MAGIC = "PRSP";
const VERSION = 3;
/** How often an object is drawn because a variable came out beyond its limits, before it is set to the limit. */
export const ATTEMPTS = 8;

/** Values without a truth are not scaled: those that many objects share (0, or -1 for none) are to stay what they are. */
const AS_IT_IS: ResponseScale = { centre: 0 };

/** Draws reconstructed objects. */
export interface Reconstruction {
  readonly sampler: ResponseSampler;
  /** Width of each variable's response, as a function of truth. */
  readonly scales: readonly ResponseScale[];
}

/**
 * Learns the reconstruction of an object from its accepted training rows.
 * @returns The model, and the number of objects it was learned from.
 */
export async function fitReconstruction(
  spec: ObjectSpec,
  training: TrainingRows,
  options: ReconstructionOptions,
  context: FitContext,
  seed: bigint,
): Promise<{ model: Reconstruction; accepted: number }> {
  const rows = acceptedRows(training);
  const gather = (values: Float32Array) => Float32Array.from(rows, (row) => values[row]);
  const features = training.features.map(gather);
  const weight = training.weight.some((w) => w !== 1) ? gather(training.weight) : undefined;
  const raw = spec.variables.map((variable, v) =>
    responseColumn(variable.name, rows, (row) =>
      response(variable, training.features[v]?.[row], training.reco[v][row]),
    ),
  );
  const around = { pool: context.pool, seed, ...(context.signal && { signal: context.signal }) };
  const scales: ResponseScale[] = [];
  for (const [v, responses] of raw.entries()) {
    context.onProgress?.({ stage: `${spec.name}: resolution`, done: v, total: raw.length });
    if (spec.variables[v].response === "value") {
      scales.push(AS_IT_IS);
      continue;
    }
    const neutral = spec.variables[v].response === "ratio" ? 1 : 0;
    scales.push(await fitScale(features, responses, neutral, weight, around));
  }
  context.onProgress?.({ stage: `${spec.name}: resolution`, done: raw.length, total: raw.length });
  const responses = raw.map((values, v) => standardise(scales[v], features, values));
  const data = { spec, features, responses, ...(weight && { weight }) };
  return { model: { sampler: await fitSampler(data, options, context, seed), scales }, accepted: rows.length };
}

/**
 * Draws the reconstructed variables of accepted rows.
 * @param features Features of these rows. @param kept Their numbers among all rows, by which noise is drawn.
 * @param first First noise column to use. @returns One column a variable.
 */
export async function reconstruct(
  model: Reconstruction,
  spec: ObjectSpec,
  features: readonly Float32Array[],
  kept: Uint32Array,
  noise: RowNoise,
  first: number,
): Promise<Float32Array[]> {
  const { sampler, scales } = model;
  const count = kept.length;
  const widths = spec.variables.map((_, v) => widthsOf(scales[v], features, count));
  const reco = spec.variables.map(() => new Float32Array(count));
  let rows = Uint32Array.from({ length: count }, (_, k) => k);
  for (let attempt = 0; rows.length > 0; attempt++) {
    const uniform = new Float32Array(rows.length * sampler.noises);
    const numbers = rows.length === count ? kept : rows.map((k) => kept[k]);
    noise.fill(uniform, first + attempt * sampler.noises, sampler.noises, numbers);
    const given = rows.length === count ? features : features.map((values) => gatherRows(values, rows));
    const drawn = await sampler.sample(given, uniform, rows.length);
    const last = attempt === ATTEMPTS - 1;
    const outside = new Uint8Array(rows.length);
    spec.variables.forEach((variable, v) => {
      const { centre } = scales[v];
      for (let r = 0; r < rows.length; r++) {
        const k = rows[r];
        const x = applyResponse(variable, features[v]?.[k], centre + widths[v][k] * drawn[v][r]);
        if (!isWithin(variable, x)) outside[r] = 1;
        reco[v][k] = last ? clip(variable, x) : x;
      }
    });
    if (last) break;
    rows = rows.filter((_, r) => outside[r] === 1);
  }
  return reco;
}

/** The numbers of some rows. */
export function gatherRows(values: Float32Array, rows: Uint32Array): Float32Array {
  const out = new Float32Array(rows.length);
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]];
  return out;
}

export function encodeReconstruction({ sampler, scales }: Reconstruction): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  writer.uint32(scales.length);
  for (const scale of scales) writeScale(writer, scale);
  writer.array(sampler.encode());
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or not a reconstruction. */
export function decodeReconstruction(bytes: Uint8Array): Reconstruction {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "reconstruction");
  const scales = Array.from({ length: reader.uint32() }, () => readScale(reader));
  const sampler = decodeSampler(reader.uint8Array());
  reader.finish();
  return { sampler, scales };
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
