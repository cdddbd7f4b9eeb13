/** @file The kinds of reconstruction: how each is fitted, and got back from its bytes. */
import { decodeByMagic } from "../../../trees/bytes.js";
import type { FitContext } from "../../recipe.js";
import type { ReconstructionOptions } from "../options.js";
import { DONORS_MAGIC, decodeDonors, fitNeighbours, fitTrees } from "./donors.js";
import { decodeGenerated, fitGenerated, GENERATED_MAGIC } from "./generated.js";
import { decodeQuantiles, fitQuantiles, QUANTILES_MAGIC } from "./quantiles.js";
import type { ResponseData, ResponseSampler } from "./sampler.js";

/** Fits the sampler of the kind that the options name. */
export async function fitSampler(
  data: ResponseData,
  options: ReconstructionOptions,
  context: FitContext,
  seed: bigint,
): Promise<ResponseSampler> {
  const stage = `${data.spec.name}: reconstruction`;
  const onProgress = (done: number, total: number, loss?: number) =>
    context.onProgress?.({ stage, done, total, ...(loss !== undefined && { loss }) });
  const around = { pool: context.pool, seed, onProgress, ...(context.signal && { signal: context.signal }) };
  onProgress(0, 1);
  switch (options.kind) {
    case "trees":
      return fitTrees(data, options, around);
    case "neighbours": {
      const sampler = fitNeighbours(data, options);
      onProgress(1, 1);
      return sampler;
    }
    case "quantiles":
      return fitQuantiles(data, options, around);
    case "flow":
    case "gan":
      return fitGenerated(data, options, { ...context, seed }, stage);
  }
}

const decoders: Readonly<Record<string, (bytes: Uint8Array) => ResponseSampler>> = {
  [DONORS_MAGIC]: decodeDonors,
  [GENERATED_MAGIC]: decodeGenerated,
  [QUANTILES_MAGIC]: decodeQuantiles,
};

/** Reads a sampler of any kind. @throws DataError where the bytes are truncated or not a sampler. */
export function decodeSampler(bytes: Uint8Array): ResponseSampler {
  return decodeByMagic("reconstruction", decoders, bytes);
}
