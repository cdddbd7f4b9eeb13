/**
 * @file Generated responses: a network turns random numbers into responses, given the truth. No training event needs to
 * be stored, and between training objects the response goes on smoothly.
 * A conditional flow learns by likelihood (Durkan et al. 2019, arXiv 1906.04032), a conditional adversarial network by a
 * judge: the outlook of Darulis et al. (2022), arXiv 2207.11254.
 */
import type { Tensor } from "../../../engine/index.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import {
  type ConditionalGenerator,
  decodeGenerator,
  fitConditionalFlow,
  fitConditionalGan,
  GENERATOR_TABLES,
  openGenerator,
  type RowSession,
  rowMajor,
} from "../../networks/index.js";
import type { FitContext } from "../../recipe.js";
import { featurePeriods } from "./neighbour-space.js";
import type { ResponseData, ResponseSampler } from "./sampler.js";

export const GENERATED_MAGIC = "PGEN";
const VERSION = 1;

/** Draws responses by a network. */
export class GeneratedResponses implements ResponseSampler {
  readonly kind: "flow" | "gan";
  readonly generator: ConditionalGenerator;
  #session: Promise<RowSession> | undefined;

  constructor(kind: "flow" | "gan", generator: ConditionalGenerator) {
    this.kind = kind;
    this.generator = generator;
  }

  get noises(): number {
    return this.generator.noises;
  }

  async sample(features: readonly Float32Array[], noise: Float32Array, rows: number): Promise<Float32Array[]> {
    this.#session ??= openGenerator(this.generator);
    const session = await this.#session;
    const tables = { [GENERATOR_TABLES.conditions]: rowMajor(features, rows), [GENERATOR_TABLES.noise]: noise };
    const drawn = (await session.run(tables, rows))[GENERATOR_TABLES.targets];
    const width = this.generator.targets;
    return Array.from({ length: width }, (_, v) => Float32Array.from({ length: rows }, (_, r) => drawn[r * width + v]));
  }

  graph(features: Tensor, noise: Tensor): Tensor {
    return this.generator.graph(features, noise);
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(GENERATED_MAGIC, VERSION);
    writer.uint8(this.kind === "flow" ? 0 : 1);
    writer.array(this.generator.encode());
    return writer.finish();
  }
}

/** @throws DataError where the bytes are truncated or hold no generator. */
export function decodeGenerated(bytes: Uint8Array): GeneratedResponses {
  const reader = new ByteReader(bytes, GENERATED_MAGIC, VERSION, "reconstruction");
  const kind = reader.uint8() === 0 ? "flow" : "gan";
  const generator = decodeGenerator(reader.uint8Array());
  reader.finish();
  return new GeneratedResponses(kind, generator);
}

/** Fits a generator of responses. */
export async function fitGenerated(
  { spec, features, responses, weight }: ResponseData,
  options: {
    readonly kind: "flow" | "gan";
    readonly hidden?: readonly number[] | undefined;
    readonly epochs?: number | undefined;
  },
  context: FitContext,
  stage: string,
): Promise<GeneratedResponses> {
  const data = {
    conditions: features,
    periods: featurePeriods(spec, features.length),
    targets: responses,
    ...(weight && { weight }),
  };
  const { kind, hidden, epochs } = options;
  const settings = { stage, ...(hidden && { hidden }), ...(epochs !== undefined && { epochs }) };
  const fitted =
    kind === "flow"
      ? await fitConditionalFlow(data, settings, context)
      : await fitConditionalGan(data, settings, context);
  return new GeneratedResponses(kind, fitted);
}
