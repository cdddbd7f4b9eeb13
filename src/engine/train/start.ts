/** @file What training starts from: checked options and first values of all vectors. */
import { ConfigError, DataError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { Parameters } from "../nn/parameters.js";
import { slotName } from "./objective-graph.js";
import type { TrainSpec } from "./spec.js";
import { Vectors } from "./vectors.js";

export function checkSpec(spec: TrainSpec): void {
  const whole = (name: string, value: number) => {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError(`train: ${name} out of range; expected a positive integer, got ${value}.`);
    }
  };
  whole("batch", spec.batch);
  whole("steps", spec.steps);
  if (spec.objectives.length === 0) throw new ConfigError("train: no objectives; expected at least one, got none.");
  if (Object.keys(spec.sources).length === 0) {
    throw new ConfigError("train: no data; expected at least one source, got none.");
  }
  const names = spec.objectives.map((objective) => objective.name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) {
    throw new ConfigError(`train: two objectives are named "${twice}"; expected a name for each. Rename one.`);
  }
  for (const { name, repeats = 1 } of spec.objectives) whole(`repeats of objective "${name}"`, repeats);
  if (spec.checkpoint !== undefined) whole("steps between checkpoints", spec.checkpoint.every);
  if (spec.validation === false || spec.validation === undefined) return;
  const { fraction = 0.1, every = 1, rows = 1, patience = 1, minimumGain = 0 } = spec.validation;
  if (!(minimumGain >= 0)) {
    throw new ConfigError(`train: minimum gain out of range; expected a number >= 0, got ${minimumGain}.`);
  }
  if (!(fraction > 0 && fraction < 1)) {
    throw new ConfigError(`train: share of held-out rows out of range; expected a number in (0, 1), got ${fraction}.`);
  }
  whole("steps between looks", every);
  whole("rows of a look", rows);
  whole("patience", patience);
}

/** Draws the first parameters of each network, or takes those given; optimisers start from zeros. */
export function startVectors(spec: TrainSpec, networks: readonly Parameters[]): Vectors {
  const vectors = new Vectors();
  const names = networks.map((network) => network.name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) {
    throw new ConfigError(`train: two networks are named "${twice}"; expected a name for each. Rename one.`);
  }
  const unknown = Object.keys(spec.start ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(`train: start of an unknown network; expected one of ${names.join(", ")}, got "${unknown}".`);
  }
  networks.forEach((network, k) => {
    const drawn = network.initialise(new Random(spec.seed, STREAMS.fit + k));
    const given = spec.start?.[network.name];
    const flat = given?.flat ?? drawn.flat;
    const state = given?.state ?? drawn.state;
    if (flat.length !== network.size || state.length !== network.stateSize) {
      throw new DataError(
        `train: start of network "${network.name}" does not fit; expected ${network.size} parameters and ${network.stateSize} states, got ${flat.length} and ${state.length}.`,
      );
    }
    vectors.set(network.name, flat);
    if (network.stateSize > 0) vectors.set(`${network.name}.state`, state);
    for (const objective of spec.objectives) {
      if (!objective.networks.includes(network)) continue;
      for (const slot of objective.optimiser.slots) {
        vectors.set(slotName(network, objective.name, slot), new Float32Array(network.size));
      }
    }
  });
  return vectors;
}
