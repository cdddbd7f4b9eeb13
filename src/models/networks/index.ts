/** @file Conditional generators: a normalising flow and an adversarial network behind one interface. */
import { DataError } from "../../util/errors.js";
import { type FlowDesign, flowGenerator } from "./conditional-flow.js";
import { type GanDesign, ganGenerator } from "./conditional-gan.js";
import { type ConditionalGenerator, decodeNetwork } from "./generator.js";

export { type FittedFlow, type FlowOptions, fitConditionalFlow } from "./conditional-flow.js";
export { type FittedGan, fitConditionalGan, type GanOptions } from "./conditional-gan.js";
export {
  type ConditionalData,
  type ConditionalGenerator,
  GENERATOR_TABLES,
  generatorModel,
  openGenerator,
  rowMajor,
} from "./generator.js";
export { RowSession, type RowSessionSpec, type SessionTable } from "./row-session.js";

/** Reads a generator from what `encode` gave. @throws DataError where the bytes are truncated or no generator. */
export function decodeGenerator(bytes: Uint8Array): ConditionalGenerator {
  const { made, numbers } = decodeNetwork(bytes);
  const design = made as FlowDesign | GanDesign;
  if (design.kind === "flow") return flowGenerator(design, numbers);
  if (design.kind === "gan") return ganGenerator(design, numbers);
  throw new DataError(
    `network: unknown kind; expected a flow or gan, got "${(design as { kind?: unknown }).kind}". Fit the model again.`,
  );
}
