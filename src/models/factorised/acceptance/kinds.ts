/** @file The kinds of acceptance: how each is fitted, and got back from its bytes. */
import { magicOf } from "../../../trees/bytes.js";
import { DataError } from "../../../util/errors.js";
import type { FitContext } from "../../recipe.js";
import type { FactorisedOptions } from "../options.js";
import type { Acceptance, AcceptanceSample } from "./acceptance.js";
import { decodeTreeAcceptance, fitTreeAcceptance, TREE_ACCEPTANCE_MAGIC } from "./trees.js";

/**
 * Learns the acceptance of an object.
 * @throws DataError where no object was accepted, or none generated.
 */
export async function fitAcceptance(
  object: string,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<Acceptance> {
  return fitTreeAcceptance(object, sample, options, context, seed);
}

const decoders: Readonly<Record<string, (bytes: Uint8Array) => Acceptance>> = {
  [TREE_ACCEPTANCE_MAGIC]: decodeTreeAcceptance,
};

/** Reads an acceptance of any kind. @throws DataError where the bytes are truncated or not an acceptance. */
export function decodeAcceptance(bytes: Uint8Array): Acceptance {
  const magic = magicOf(bytes);
  const decode = decoders[magic];
  if (decode !== undefined) return decode(bytes);
  throw new DataError(
    `acceptance: unknown kind; expected one of the letters ${Object.keys(decoders).join(", ")}, got "${magic}". It may be of a newer version.`,
  );
}
