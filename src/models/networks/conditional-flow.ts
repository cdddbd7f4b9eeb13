/** @file Fits a conditional normalising flow: p(targets | conditions) by its likelihood. */
import {
  adam,
  anyRuntime,
  averaged,
  cosine,
  type LossContext,
  ops,
  Parameters,
  type Tensor,
  train,
  warmUp,
} from "../../engine/index.js";
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
  rowMajor,
} from "./generator.js";
import { normalsFrom, uniformsFor } from "./noise.js";
import { type ConditionMap, conditionGraph, fitConditionMaps, mapConditions } from "./preprocess.js";

export interface FlowOptions {
  /** Widths of the hidden layers of each target's network (default [64, 64]). */
  readonly hidden?: readonly number[];
  /** Spline bins of each target (default 16). */
  readonly bins?: number;
  /** Passes over the rows, at most (default 20; more where rows are few). */
  readonly epochs?: number;
  /** Rows of a training step (default by the number of rows: 576 to 2048). */
  readonly batch?: number;
  /** Largest learning rate of Adam (default 2e-3). */
  readonly rate?: number;
  /** Passes without a better held-out loss after which training stops (default 8). */
  readonly patience?: number;
  /** Name in progress reports and errors (default "flow"). */
  readonly stage?: string;
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
const BOUND = 5;
/** Quantiles less one of each target's map. */
const TARGET_BINS = 32;
/** Rows that are held out at most. */
const HELD_OUT = 50_000;
/** Steps that training takes at least, as far as patience lasts. */
const LEAST_STEPS = 1500;
/** Name of the network. */
const NETWORK = "flow";

/** Batches of up to 512 rows are worked on as a whole, which would let the number of threads decide the last bits. */
const batchFor = (rows: number): number => Math.min(2048, Math.max(576, 64 * Math.round(rows / 64 / 64)));

/**
 * Learns to draw targets given conditions.
 * @throws DataError for rows that cannot be used, NumericsError where training fails, InterruptedError where it is stopped.
 */
export async function fitConditionalFlow(
  data: ConditionalData,
  options: FlowOptions,
  context: FitContext,
): Promise<FittedFlow> {
  const { stage = "flow", hidden = [64, 64], bins = 16, rate = 2e-3, patience = 8 } = options;
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
  const x = mapConditions(design.conditions, data.conditions);
  const y = data.targets.map((values, k) => toNormal(design.targets[k], values, random.at(k)));
  const batch = Math.min(rows, options.batch ?? batchFor(rows));
  const fraction = Math.min(0.1, HELD_OUT / rows);
  const perEpoch = Math.max(1, Math.floor(((1 - fraction) * rows) / batch));
  const steps = options.epochs === undefined ? Math.max(LEAST_STEPS, 20 * perEpoch) : options.epochs * perEpoch;
  const network = new Parameters(NETWORK);
  const loss = (c: LossContext): Tensor => {
    const each = flowLoss(c.network(network), c.batch("rows", "x"), c.batch("rows", "y"), design.shape);
    return ops.mean(weight === undefined ? each : ops.mul(each, ops.reshape(c.batch("rows", "w"), [each.shape[0]])));
  };
  const trained = await train(
    {
      sources: {
        rows: {
          x: { data: rowMajor(x, rows), columns: x.length },
          y: { data: rowMajor(y, rows), columns: y.length },
          ...(weight && { w: { data: rowMajor([weight], rows), columns: 1 } }),
        },
      },
      objectives: [
        {
          name: NETWORK,
          networks: [network],
          optimiser: averaged(adam(), 0.99),
          rate: warmUp(Math.min(100, steps / 10), cosine(rate, steps, rate / 100)),
          loss,
        },
      ],
      batch,
      steps,
      seed,
      validation: { fraction, every: Math.max(perEpoch, Math.ceil(steps / 100)), patience },
      ...(context.signal && { signal: context.signal }),
      onProgress: ({ step, entry }) => {
        if (entry?.heldOut === undefined) return;
        context.onProgress?.({ stage, done: step, total: steps, loss: entry.heldOut.loss });
      },
    },
    { runtime: await anyRuntime(), pool: context.pool },
  );
  const numbers = { entries: network.entries, flat: trained.networks[NETWORK].flat };
  const best = trained.history.find((entry) => entry.step === trained.bestStep);
  return {
    ...flowGenerator(design, numbers),
    design,
    heldOutLoss: best?.heldOut?.loss ?? Number.NaN,
    steps: trained.steps,
  };
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
