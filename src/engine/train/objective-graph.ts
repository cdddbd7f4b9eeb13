/** @file From an objective to the graph of one step: batch, loss, gradients, optimiser. */
import { ConfigError } from "../../util/errors.js";
import { gradients } from "../graph/gradients.js";
import { mul, sum } from "../graph/ops/index.js";
import { parameter } from "../graph/ops/parameter.js";
import { nodesOf } from "../graph/order.js";
import { describe } from "../graph/shape.js";
import { input, type Tensor } from "../graph/tensor.js";
import type { Parameters } from "../nn/parameters.js";
import { scope } from "../nn/scope.js";
import { BATCH } from "../program/rows.js";
import type { LossContext, LossTerms, Matrix, Objective, Source } from "./spec.js";

/** A number that is fed: what it is at each step of training and at each update of its objective, both counted from 0. */
export type FedNumber = (step: number, update: number) => number;

/** Random numbers that are fed: their kind and number of columns. */
export interface FedNoise {
  readonly name: string;
  readonly kind: "normal" | "uniform";
  readonly columns: number;
}

/** A table of a source that is fed, the rows of the batch. */
export interface FedTable {
  readonly name: string;
  readonly source: string;
  readonly matrix: Matrix;
}

export interface StepGraph {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly tables: readonly FedTable[];
  readonly noises: readonly FedNoise[];
  readonly numbers: readonly FedNumber[];
  readonly terms: readonly string[];
  /** Networks whose parameters it reads, moved or not. */
  readonly networks: readonly Parameters[];
  /** Whether it has work that is done outside ONNX Runtime. */
  readonly hosts: boolean;
}

/** Random tables that a loss may ask for: each has a stream of random numbers of its own. */
export const MOST_NOISES = 64;
/** Name of the fed vector of numbers. */
export const NUMBERS = "numbers";
const tableName = (source: string, table: string): string => `${source}.${table}`;
export const slotName = (network: Parameters, objective: string, slot: string): string =>
  `${network.name}.${objective}.${slot}`;
/** Name of the output that replaces a fed vector. */
export const nextName = (name: string): string => `next.${name}`;

/** Collects what a loss asks for. */
class Context implements LossContext {
  readonly training: boolean;
  readonly noises: FedNoise[] = [];
  readonly tables: FedTable[] = [];
  readonly numbers: FedNumber[] = [];
  readonly used = new Set<Parameters>();
  readonly #sources: Readonly<Record<string, Source>>;
  readonly #fed = input(NUMBERS, "float32", [NUMBERS]);
  readonly #batch = new Map<string, Tensor>();
  readonly #named = new Map<string, Tensor>();

  constructor(sources: Readonly<Record<string, Source>>, training: boolean) {
    this.#sources = sources;
    this.training = training;
  }

  batch(source: string, table: string): Tensor {
    const name = tableName(source, table);
    const known = this.#batch.get(name);
    if (known !== undefined) return known;
    const matrix = this.#sources[source]?.[table];
    if (matrix === undefined) {
      const all = Object.entries(this.#sources).flatMap(([s, tables]) => Object.keys(tables).map((t) => `${s}.${t}`));
      throw new ConfigError(`train: no such table; expected one of ${all.join(", ")}, got "${source}.${table}".`);
    }
    const rows = input(name, "float32", [BATCH, matrix.columns]);
    this.#batch.set(name, rows);
    this.tables.push({ name, source, matrix });
    return rows;
  }

  noise(columns: number): Tensor {
    return this.#random("normal", columns);
  }

  uniform(columns: number): Tensor {
    return this.#random("uniform", columns);
  }

  #random(kind: FedNoise["kind"], columns: number): Tensor {
    if (this.noises.length === MOST_NOISES) {
      throw new ConfigError(
        `train: too many random tables in one loss; expected ${MOST_NOISES} at most, got one more.`,
      );
    }
    const name = `noise.${this.noises.length}`;
    this.noises.push({ name, kind, columns });
    return input(name, "float32", [BATCH, columns]);
  }

  network(parameters: Parameters) {
    if (!this.used.has(parameters)) parameters.restart();
    this.used.add(parameters);
    return scope(parameters, this.training);
  }

  number(name: string, schedule: FedNumber): Tensor {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const tensor = parameter(this.#fed, this.numbers.length, []).named(name);
    this.numbers.push(schedule);
    this.#named.set(name, tensor);
    return tensor;
  }
}

function lossOf(where: string, built: Tensor | LossTerms): LossTerms {
  const terms = "loss" in built ? built : { loss: built };
  if (terms.terms?.loss !== undefined) {
    throw new ConfigError(
      `train: a term of ${where} is named "loss"; expected another name, got that of the whole. Rename it.`,
    );
  }
  for (const [name, x] of Object.entries({ loss: terms.loss, ...terms.terms })) {
    if (x.rank !== 0)
      throw new ConfigError(`train: "${name}" of ${where} is no scalar; expected shape [], got ${describe(x)}.`);
  }
  return terms;
}

function stepGraph(
  outputs: Readonly<Record<string, Tensor>>,
  context: Context,
  terms: Readonly<Record<string, Tensor>>,
): StepGraph {
  return {
    outputs,
    tables: context.tables,
    noises: context.noises,
    numbers: context.numbers,
    terms: Object.keys(terms),
    networks: [...context.used],
    hosts: nodesOf(Object.values(outputs)).some((node) => node.op.host !== undefined),
  };
}

/** Asks the networks for all parameters that a loss needs. */
export function declareParameters(
  build: (context: LossContext) => Tensor | LossTerms,
  sources: Readonly<Record<string, Source>>,
): void {
  build(new Context(sources, true));
}

/** The graph of one training step. Its outputs: loss, terms, gradient norm, and all vectors after the step. */
export function trainingGraph(objective: Objective, sources: Readonly<Record<string, Source>>): StepGraph {
  const context = new Context(sources, true);
  const { loss, terms = {} } = lossOf(`objective "${objective.name}"`, objective.loss(context));
  const outputs: Record<string, Tensor> = { loss };
  for (const [name, x] of Object.entries(terms)) outputs[`term.${name}`] = x;
  const networks = objective.networks;
  const all = gradients(
    loss,
    networks.flatMap((network) => network.tensors),
  );
  let at = 0;
  for (const network of networks) {
    if (!context.used.has(network) || network.size === 0) {
      throw new ConfigError(
        `train: objective "${objective.name}" is to move network "${network.name}" but does not use it; expected its loss to depend on it.`,
      );
    }
    const gradient = network.join(all.slice(at, at + network.tensors.length)).named(`${network.name}.gradient`);
    at += network.tensors.length;
    const slots = objective.optimiser.slots.map((slot) =>
      input(slotName(network, objective.name, slot), "float32", [`${network.name}.size`]),
    );
    const next = objective.optimiser.update(network.flat, gradient, slots, {
      scalar: (name, value) =>
        context.number(`${objective.name} optimiser ${name}`, (step, update) =>
          value(update + 1, objective.rate(step)),
        ),
    });
    outputs[nextName(network.name)] = next.parameters;
    next.slots.forEach((slot, k) => {
      outputs[nextName(slotName(network, objective.name, objective.optimiser.slots[k]))] = slot;
    });
    outputs[`square.${network.name}`] = sum(mul(gradient, gradient));
  }
  for (const network of context.used) {
    if (network.stateSize > 0) outputs[nextName(`${network.name}.state`)] = network.updatedStates();
  }
  return stepGraph(outputs, context, terms);
}

/** The graph that looks at held-out rows. Its outputs: loss and terms. */
export function lookingGraph(
  build: (context: LossContext) => Tensor | LossTerms,
  sources: Readonly<Record<string, Source>>,
): StepGraph {
  const context = new Context(sources, false);
  const { loss, terms = {} } = lossOf("the held-out metric", build(context));
  const outputs: Record<string, Tensor> = { loss };
  for (const [name, x] of Object.entries(terms)) outputs[`term.${name}`] = x;
  return stepGraph(outputs, context, terms);
}
