/** @file Fits a conditional normalising flow: p(targets | conditions) by its likelihood. */
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { FitContext } from "../recipe.js";
import { type FlowShape, flowLoss, flowSample } from "./autoregressive-flow.js";
import { type ColumnMap, fitColumnMap, fromNormalGraph, toNormal } from "./column-map.js";
import {
  type ConditionalData,
  type ConditionalGenerator,
  checkData,
  encodeNetwork,
  fixedScope,
  type NetworkNumbers,
  relativeWeights,
} from "./generator.js";
import { normalsFrom, uniformsFor } from "./noise.js";
import { type ConditionMap, conditionGraph, fitConditionMaps, mapConditions } from "./preprocess.js";
import { type TrainingOptions, trainNetwork } from "./training.js";

export interface FlowOptions extends TrainingOptions {
  /** Widths of the hidden layers of each target's network (default [64, 64]). */
  readonly hidden?: readonly number[];
  /** Spline bins of each target (default 16). */
  readonly bins?: number;
}

/** How a flow is made, besides its trained numbers. */
export interface FlowDesign {
  readonly kind: "flow";
  readonly shape: FlowShape;
  readonly conditions: readonly ConditionMap[];
  readonly targets: readonly ColumnMap[];
}

/** A fitted flow, and figures about the fit. */
export interface FittedFlow extends ConditionalGenerator {
  readonly design: FlowDesign;
  /** Mean negative log-likelihood of held-out rows, in the space of normal quantiles. */
  readonly heldOutLoss: number;
  readonly steps: number;
}

/** Splines end here; columns are normal quantiles, which reach 4.9 for a million rows. */
export const BOUND = 5;
/** Quantiles less one of each target's map. */
export const TARGET_BINS = 32;
/** Name of the network. */
const NETWORK = "flow";

/**
 * Learns to draw targets given conditions.
 * @throws DataError for rows that cannot be used, NumericsError where training fails, InterruptedError where it is stopped.
 */
export async function fitConditionalFlow(
  data: ConditionalData,
  options: FlowOptions,
  context: FitContext,
): Promise<FittedFlow> {
  const { stage = NETWORK, hidden = [64, 64], bins = 16 } = options;
  const rows = checkData(stage, data);
  const weight = relativeWeights(data.weight);
  const seed = toSeed(context.seed);
  const design: FlowDesign = {
    kind: "flow",
    shape: { columns: data.targets.length, hidden, bins, bound: BOUND },
    conditions: fitConditionMaps(data.conditions, data.periods, weight),
    targets: data.targets.map((values) => fitColumnMap(values, weight, TARGET_BINS)),
  };
  const random = new Random(seed, STREAMS.fit + 0x300);
  const trained = await trainNetwork(
    {
      name: NETWORK,
      rows,
      tables: {
        x: mapConditions(design.conditions, data.conditions),
        y: data.targets.map((values, k) => toNormal(design.targets[k], values, random.at(k))),
      },
      ...(weight && { weight }),
      loss: (scope, table) => flowLoss(scope, table("x"), table("y"), design.shape),
    },
    { ...options, stage },
    seed,
    context,
  );
  const { heldOutLoss, steps } = trained;
  return { ...flowGenerator(design, trained), design, heldOutLoss, steps };
}

/** Builds a flow of its parts. */
export function flowGenerator(design: FlowDesign, numbers: NetworkNumbers): ConditionalGenerator {
  const { shape, conditions, targets } = design;
  return {
    conditions: conditions.length,
    targets: shape.columns,
    noises: uniformsFor(shape.columns),
    graph(raw, noise) {
      const x = conditionGraph(conditions, raw);
      const z = flowSample(fixedScope(NETWORK, numbers), x, normalsFrom(noise, shape.columns), shape);
      return fromNormalGraph(z, targets);
    },
    encode: () => encodeNetwork(design, numbers),
  };
}
