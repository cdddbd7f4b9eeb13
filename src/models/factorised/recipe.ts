import { type ObjectSpec, trueVariables } from "../../data/objects.js";
import { DataError } from "../../util/errors.js";
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { FitContext, FittedModel, Recipe, TrainingData } from "../recipe.js";
import { type Acceptance, type AcceptanceSample, flaggedSample, separateSample } from "./acceptance/acceptance.js";
import { decodeAcceptance, fitAcceptance } from "./acceptance/kinds.js";
import { decodeCategories, encodeCategories, fitCategories } from "./categories.js";
import { factorisedGraphs } from "./export.js";
import { objectRows, rowWeights, type TrainingRows, trainingRows } from "./object-data.js";
import { type FactorisedOptions, factorisedOptions } from "./options.js";
import { decodeReconstruction, encodeReconstruction, fitReconstruction } from "./reconstruction/reconstruction.js";
import { factorisedSimulator, type ObjectModel } from "./simulator.js";

/** Fewer accepted training objects than this call for a warning. */
const FEW = 1000;

/**
 * Each object by itself: first whether it is accepted, then what is reconstructed.
 * Reference: Darulis, Tyson, Ireland, Glazier, McKinnon, Pauli (2022), arXiv 2207.11254.
 */
export const factorised: Recipe<FactorisedOptions> = {
  name: "factorised",
  description: "each object by itself: learned acceptance, then a response borrowed from similar training objects",
  reference: "Darulis et al. (2022), Machine Learned Particle Detector Simulations, arXiv 2207.11254",
  options: factorisedOptions,
  async fit(objects, options, data, context): Promise<FittedModel> {
    const parts = new Map<string, Uint8Array>();
    const summary: Record<string, unknown> = {};
    for (const [index, spec] of objects.entries()) {
      // Two seeds an object, drawn from the run's: adding an object leaves the others' models as they were.
      const random = new Random(context.seed, STREAMS.fit).at(index);
      const seeds = [toSeed(random.uint32()), toSeed(random.uint32())];
      const fitted = await fitObject(spec, options, data, context, seeds);
      parts.set(`${spec.name}.acceptance`, fitted.model.acceptance.encode());
      parts.set(`${spec.name}.reconstruction`, encodeReconstruction(fitted.model.reconstruction));
      if (fitted.model.categories) parts.set(`${spec.name}.categories`, encodeCategories(fitted.model.categories));
      summary[spec.name] = fitted.summary;
    }
    return { parts, summary };
  },
  graphs: (objects, parts) => factorisedGraphs(objects, objectModels(objects, parts)),
  load: (objects, parts, replay) => factorisedSimulator(objects, objectModels(objects, parts), replay),
};

function objectModels(
  objects: readonly ObjectSpec[],
  parts: ReadonlyMap<string, Uint8Array>,
): Map<string, ObjectModel> {
  const part = (name: string): Uint8Array => {
    const bytes = parts.get(name);
    if (bytes === undefined) throw new DataError(`bundle: part "${name}" is missing. Fit the model again.`);
    return bytes;
  };
  return new Map(
    objects.map(({ name, categories }): [string, ObjectModel] => [
      name,
      {
        acceptance: decodeAcceptance(part(`${name}.acceptance`)),
        reconstruction: decodeReconstruction(part(`${name}.reconstruction`)),
        ...(categories && { categories: decodeCategories(part(`${name}.categories`)) }),
      },
    ]),
  );
}

async function fitObject(
  spec: ObjectSpec,
  options: FactorisedOptions,
  data: TrainingData,
  context: FitContext,
  seeds: readonly bigint[],
): Promise<{ model: ObjectModel; summary: Record<string, unknown> }> {
  const training = trainingRows(data.events, spec, spec.name);
  let sample = flaggedSample(training);
  if (data.generated !== undefined) {
    const all = objectRows(data.generated, spec, spec.name);
    sample = separateSample(training, all, rowWeights(data.generated, all));
  }
  const { model: acceptance, choice } = await fitAcceptance(spec, sample, options.acceptance, context, seeds[0]);
  const { model, accepted } = await fitReconstruction(spec, training, options.reconstruction, context, seeds[1]);
  if (accepted < FEW) {
    context.onWarning?.(
      `${spec.name}: only ${accepted} accepted objects to learn from; the response is a coarse average below about ${FEW}.`,
    );
  }
  const tagged = spec.categories && (await fitCategories(spec, data.events, training, context, seeds[1]));
  return {
    model: { acceptance, reconstruction: model, ...(tagged && { categories: tagged.models }) },
    summary: {
      ...(await closure(acceptance, sample)),
      accepted,
      acceptanceModel: { kind: acceptance.kind, ...acceptance.summary, ...(choice && { choice }) },
      reconstructionModel: { kind: model.sampler.kind },
      domain: domains(spec, training),
      ...(tagged && { categories: tagged.summary }),
    },
  };
}

/** Mean acceptance of the training objects: as counted, and as the model has it. */
async function closure(model: Acceptance, sample: AcceptanceSample) {
  const predicted = new Float32Array(sample.generated.length);
  await model.predict(sample.features, predicted);
  let generated = 0;
  let counted = 0;
  let learned = 0;
  for (let i = 0; i < predicted.length; i++) {
    generated += sample.generated[i];
    counted += sample.accepted[i];
    learned += sample.generated[i] * predicted[i];
  }
  return { generated, acceptance: counted / generated, learnedAcceptance: learned / generated };
}

/** Range of each truth variable in training. */
function domains(spec: ObjectSpec, training: TrainingRows): Record<string, [number, number]> {
  return Object.fromEntries(
    trueVariables(spec).map(({ name }, v) => {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const x of training.features[v]) {
        if (x < low) low = x;
        if (x > high) high = x;
      }
      return [name, [low, high]];
    }),
  );
}
