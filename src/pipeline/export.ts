import { exportModel } from "../engine/index.js";
import { findRecipe } from "../models/registry.js";
import { ConfigError } from "../util/errors.js";
import type { Bundle } from "./bundle.js";
import { PACKAGE } from "./package.js";

/** A bundle as one ONNX file. */
export interface ExportedFile {
  readonly bytes: Uint8Array;
  /** Names and columns of the inputs and outputs, as they stand in the file's metadata under "peregrine". */
  readonly description: unknown;
  /** What of the model the file does not hold, in sentences. */
  readonly without: readonly string[];
}

/**
 * Writes a fitted model as an ONNX file that needs no Peregrine: truth and noise in, acceptance and reconstruction out.
 * @throws ConfigError where the method, or a part of the model, cannot be written as ONNX.
 */
export function exportBundle({ manifest, parts }: Bundle): ExportedFile {
  const { method, spec, training } = manifest;
  const recipe = findRecipe(method);
  if (recipe.graphs === undefined) {
    throw new ConfigError(
      `export: the method "${method}" cannot be written as ONNX; expected a model of another method, got one of "${method}".`,
    );
  }
  const { inputs, outputs, description, without: left } = recipe.graphs(spec.data.objects, parts);
  const whole = [...parts.keys()].some((part) => part.startsWith("events."));
  const without = whole
    ? [
        ...left,
        "What was learned of whole events (corrections, triggers) is not in the file, which knows single objects.",
      ]
    : left;
  const about = { format: 1, method, objects: description, without };
  const metadata = {
    peregrine: JSON.stringify(about),
    spec: JSON.stringify(spec),
    training: JSON.stringify(training),
  };
  const bytes = exportModel(outputs, {
    inputs,
    name: spec.name,
    version: PACKAGE,
    documentation: `Detector simulation learned by Peregrine: ${recipe.description}. Fitted by ${manifest.package}.`,
    metadata,
  });
  return { bytes, description: about, without };
}
