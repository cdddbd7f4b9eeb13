/** @file One step of one objective. */
import { NumericsError } from "../../util/errors.js";
import type { Parameters } from "../nn/parameters.js";
import type { Runtime, Value, Values } from "../runtime/runtime.js";
import type { Batches } from "./batches.js";
import { firstBad } from "./diagnose.js";
import { NUMBERS, type StepGraph } from "./objective-graph.js";
import type { Runner } from "./runner.js";
import type { Objective, TrainSpec } from "./spec.js";
import type { HeldOut } from "./validate.js";
import type { Vectors } from "./vectors.js";

/** An objective made ready to step. */
export interface Stepper {
  readonly objective: Objective;
  readonly graph: StepGraph;
  readonly runner: Runner;
  readonly numbers: Value;
  /** Vectors that a step replaces. */
  readonly moved: readonly string[];
  readonly repeats: number;
}

/** What one training works with, from the first step to the last. */
export interface Training {
  readonly spec: TrainSpec;
  readonly seed: bigint;
  readonly runtime: Runtime;
  readonly networks: readonly Parameters[];
  readonly vectors: Vectors;
  readonly steppers: readonly Stepper[];
  readonly dealers: Readonly<Record<string, Batches>>;
  readonly taken: Readonly<Record<string, Int32Array>>;
  readonly perEpoch: number;
  readonly heldOut: HeldOut | undefined;
  /** What a checkpoint must agree with. */
  readonly fingerprint: string;
}

/** One update of one objective; returns its loss and terms. */
export async function update(
  { spec, seed, runtime, vectors, steppers, dealers, taken }: Training,
  number: number,
  step: number,
  repeat: number,
): Promise<Record<string, number>> {
  const { objective, graph, runner, numbers, moved, repeats } = steppers[number];
  const index = step * repeats + repeat;
  const updates = (list: readonly Stepper[]) => list.reduce((sum, stepper) => sum + stepper.repeats, 0);
  const batch = step * updates(steppers) + updates(steppers.slice(0, number)) + repeat;
  for (const [name, dealer] of Object.entries(dealers)) dealer.fill(batch, taken[name]);
  graph.numbers.forEach((at, k) => {
    numbers.data[k] = at(step, index);
  });
  const wholes: Values = { ...vectors.values(), [NUMBERS]: numbers };
  const results = await runner.run(index, wholes, vectors.targets(moved));
  const values: Record<string, number> = { loss: Number(results.loss.data[0]) };
  for (const name of graph.terms) values[name] = Number(results[`term.${name}`].data[0]);
  const squares = objective.networks.map((network) => Number(results[`square.${network.name}`].data[0]));
  if (![...Object.values(values), ...squares].every(Number.isFinite)) {
    const bad = await firstBad(graph.outputs, runner.feeds(index, wholes), runtime, { seed, index });
    throw new NumericsError(
      `train: step ${step + 1}: ${bad === undefined ? "the loss" : `"${bad.name}"`} became ${bad?.what ?? "infinite"}; expected finite numbers in objective "${objective.name}" of ${spec.steps} steps. Look for a learning rate too high, a division by zero, or values far out of scale.`,
    );
  }
  vectors.advance(moved);
  return values;
}

/** What a step wrote is looked at before it is kept: a bad rate spoils parameters whose gradient was good. */
export function checkVectors(vectors: Vectors, step: number): void {
  const bad = vectors.firstBad();
  if (bad !== undefined) {
    throw new NumericsError(
      `train: step ${step}: "${bad}" holds numbers that are not finite; expected finite ones after the step. Look for a learning rate too high or not a number.`,
    );
  }
}
