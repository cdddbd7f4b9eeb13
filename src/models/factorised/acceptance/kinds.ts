/** @file The kinds of acceptance: how each is fitted, and got back from its bytes. */

import type { ObjectSpec } from "../../../data/objects.js";
import { decodeByMagic } from "../../../trees/bytes.js";
import type { FitContext } from "../../recipe.js";
import type { FactorisedOptions } from "../options.js";
import { featurePeriods } from "../reconstruction/neighbour-space.js";
import type { Acceptance, AcceptanceSample } from "./acceptance.js";
import { type AcceptanceChoice, chooseAcceptance } from "./choose.js";
import { decodeNetworkAcceptance, fitNetworkAcceptance, NETWORK_ACCEPTANCE_MAGIC } from "./network.js";
import { decodeTreeAcceptance, fitTreeAcceptance, TREE_ACCEPTANCE_MAGIC } from "./trees.js";

/**
 * Learns the acceptance of an object.
 * @throws DataError where no object was accepted, or none generated.
 */
export async function fitAcceptance(
  spec: ObjectSpec,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<{ readonly model: Acceptance; readonly choice?: AcceptanceChoice }> {
  if (options.kind !== "auto") return { model: await fitKind(options.kind, spec, sample, options, context, seed) };
  return chooseAcceptance(KINDS, sample, (kind, part) => fitKind(kind, spec, part, options, context, seed), seed);
}

const KINDS = ["trees", "network"] as const;

function fitKind(
  kind: (typeof KINDS)[number],
  spec: ObjectSpec,
  sample: AcceptanceSample,
  options: FactorisedOptions["acceptance"],
  context: FitContext,
  seed: bigint,
): Promise<Acceptance> {
  if (kind === "trees") return fitTreeAcceptance(spec.name, sample, options, context, seed);
  const periods = featurePeriods(spec, sample.features.length);
  return fitNetworkAcceptance(spec.name, sample, periods, options, context, seed);
}

const decoders: Readonly<Record<string, (bytes: Uint8Array) => Acceptance>> = {
  [TREE_ACCEPTANCE_MAGIC]: decodeTreeAcceptance,
  [NETWORK_ACCEPTANCE_MAGIC]: decodeNetworkAcceptance,
};

/** Reads an acceptance of any kind. @throws DataError where the bytes are truncated or not an acceptance. */
export function decodeAcceptance(bytes: Uint8Array): Acceptance {
  return decodeByMagic("acceptance", decoders, bytes);
}
