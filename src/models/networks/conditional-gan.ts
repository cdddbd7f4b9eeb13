/**
 * @file Fits a conditional generative adversarial network: a generator of targets from conditions and noise, taught by a
 * judge that sees conditions and targets together. Both see normal quantiles, as the flow does, and the generator starts
 * as standard normal noise, so that all marginals are right from the first step on.
 * References: Goodfellow et al. (2014), arXiv 1406.2661; Mirza, Osindero (2014), arXiv 1411.1784; the penalty on the
 * judge's slope at real rows, with which training settles: Mescheder, Geiger, Nowozin (2018), arXiv 1801.04406.
 */
import {
  adam,
  anyRuntime,
  averaged,
  cosine,
  gradients,
  type LossContext,
  losses,
  mlp,
  normal,
  ops,
  Parameters,
  type Scope,
  slicedWasserstein,
  type Tensor,
  train,
  warmUp,
  zeros,
} from "../../engine/index.js";
import { fillUniform } from "../../util/fill-random.js";
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { FitContext } from "../recipe.js";
import { type ColumnMap, fitColumnMap, fromNormalGraph, toNormal } from "./column-map.js";
import {
  type ConditionalData,
  type ConditionalGenerator,
  checkData,
  encodeNetwork,
  fixedScope,
  type NetworkNumbers,
  openGenerator,
  relativeWeights,
  rowMajor,
} from "./generator.js";
import { normalsFrom, uniformsFor } from "./noise.js";
import { type ConditionMap, conditionGraph, fitConditionMaps, mapConditions } from "./preprocess.js";
import { paceFor } from "./training.js";

const { add, concat, leakyRelu, mean, mul, slice, square, sum } = ops;

export interface GanOptions {
  /** Widths of the generator's hidden layers (default [96, 96]). */
  readonly hidden?: readonly number[];
  /** Widths of the judge's hidden layers (default [96, 96]). */
  readonly judge?: readonly number[];
  /** Normal numbers that a row is made of (default two for each target). */
  readonly noise?: number;
  /** Passes over the rows, at most (default 30; more where rows are few). */
  readonly epochs?: number;
  /** Rows of a training step (default by the number of rows: 576 to 2048). */
  readonly batch?: number;
  /** Largest learning rate of Adam (default 1e-3). */
  readonly rate?: number;
  /** Weight of the mean squared slope of the judge at real rows (default 1). */
  readonly penalty?: number;
  /** Looks without a nearer sample after which training stops (default 25). */
  readonly patience?: number;
  /** Name in progress reports and errors (default "gan"). */
  readonly stage?: string;
}

/** How a generator is made, besides its trained numbers. */
export interface GanDesign {
  readonly kind: "gan";
  readonly hidden: readonly number[];
  readonly noise: number;
  readonly conditions: readonly ConditionMap[];
  readonly targets: readonly ColumnMap[];
}

/** A fitted generator, and figures about the fit. */
export interface FittedGan extends ConditionalGenerator {
  /** Root of the squared sliced Wasserstein distance of held-out rows, conditions and targets together. */
  readonly distance: number;
  /** For each target the variance at fixed conditions, generated over true; far below 1 where modes are lost. */
  readonly spread: readonly number[];
  readonly steps: number;
}

const TARGET_BINS = 32;
const DEFAULT_EPOCHS = 30;
const HELD_OUT = 32_768;
const LEAST_STEPS = 4000;
/** Looks at held-out rows in one training. */
const LOOKS = 60;
/** Directions of the held-out distance, and rows that are looked at together. */
const SLICES = 96;
const LOOK_ROWS = 8192;
const NETWORK = "generator";
/** Rows from which the spread is told, and the share of the true one below which a warning is due. */
const SPREAD_ROWS = 20_000;
const LEAST_SPREAD = 0.5;

/** Targets as normal quantiles, from conditions and normal noise [n, at least as many columns as targets]. */
function generate(scope: Scope, x: Tensor, noise: Tensor, columns: number, hidden: readonly number[]): Tensor {
  const moved = mlp(scope, concat([x, noise]), [...hidden, columns], {
    activation: leakyRelu,
    last: { weight: normal(0.01), bias: zeros },
  });
  return add(moved, slice(noise, 0, columns));
}

/**
 * Learns to draw targets given conditions. The state that is kept is the one whose sample lies nearest to held-out rows;
 * losses of adversaries do not tell. Weighted rows are drawn by their weight.
 * @throws DataError for rows that cannot be used, NumericsError where training fails, InterruptedError where it is stopped.
 */
export async function fitConditionalGan(
  given: ConditionalData,
  options: GanOptions,
  context: FitContext,
): Promise<FittedGan> {
  const { stage = "gan", hidden = [96, 96], judge = [96, 96], rate = 1e-3, penalty = 1, patience = 25 } = options;
  const rows = checkData(stage, given);
  const seed = toSeed(context.seed);
  const random = new Random(seed, STREAMS.fit + 0x310);
  const data = unweighted(given, random);
  const columns = data.targets.length;
  const noise = Math.max(columns, options.noise ?? 2 * columns);
  const design: GanDesign = {
    kind: "gan",
    hidden,
    noise,
    conditions: fitConditionMaps(data.conditions, data.periods),
    targets: data.targets.map((values) => fitColumnMap(values, undefined, TARGET_BINS)),
  };
  const x = mapConditions(design.conditions, data.conditions);
  const y = data.targets.map((values, k) => toNormal(design.targets[k], values, random.at(k)));
  const defaults = { epochs: DEFAULT_EPOCHS, leastSteps: LEAST_STEPS, heldOut: HELD_OUT };
  const { batch, fraction, steps } = paceFor(rows, options, defaults);
  const generator = new Parameters(NETWORK);
  const critic = new Parameters("judge");
  const table = (c: LossContext, name: string) => c.batch("rows", name);
  const fake = (c: LossContext) => generate(c.network(generator), table(c, "x"), c.noise(noise), columns, hidden);
  const score = (c: LossContext, targets: Tensor) =>
    mlp(c.network(critic), concat([table(c, "x"), targets]), [...judge, 1], { activation: leakyRelu });
  const optimiser = adam({ beta1: 0.5, beta2: 0.99 });
  const schedule = warmUp(Math.min(100, steps / 10), cosine(rate, steps, rate / 50));
  const trained = await train(
    {
      sources: {
        rows: {
          x: { data: rowMajor(x, rows), columns: x.length },
          y: { data: rowMajor(y, rows), columns },
        },
      },
      objectives: [
        {
          name: "judge",
          networks: [critic],
          optimiser,
          rate: schedule,
          loss(c) {
            const real = table(c, "y");
            const scores = score(c, real);
            const [slope] = gradients(sum(scores), [real]);
            const told = losses.nonSaturating.critic(scores, score(c, fake(c)));
            return add(told, mul(mean(sum(square(slope), 1)), penalty / 2));
          },
        },
        {
          name: NETWORK,
          networks: [generator],
          optimiser: averaged(optimiser, 0.998),
          rate: schedule,
          loss: (c) => losses.nonSaturating.generator(score(c, fake(c))),
        },
      ],
      batch,
      steps,
      seed,
      validation: {
        fraction,
        every: Math.max(1, Math.ceil(steps / LOOKS)),
        rows: LOOK_ROWS,
        patience,
        metric: (c) =>
          slicedWasserstein(concat([table(c, "x"), fake(c)]), concat([table(c, "x"), table(c, "y")]), {
            slices: SLICES,
          }),
      },
      ...(context.signal && { signal: context.signal }),
      onProgress: ({ step, entry }) => {
        if (entry?.heldOut === undefined) return;
        context.onProgress?.({ stage, done: step, total: steps, loss: Math.sqrt(entry.heldOut.loss) });
      },
    },
    { runtime: await anyRuntime(), pool: context.pool },
  );
  const numbers = { entries: generator.entries, flat: trained.networks[NETWORK].flat };
  const made = ganGenerator(design, numbers);
  const spread = await conditionalSpread(made, data, design.targets, seed);
  spread.forEach((share, k) => {
    if (share >= LEAST_SPREAD) return;
    context.onWarning?.(
      `${stage}: target ${k} is generated too narrow: its variance at fixed conditions is ${(100 * share).toFixed(0)} % of the data's (modes are lost). Train longer, or use a flow.`,
    );
  });
  const best = trained.history.find((entry) => entry.step === trained.bestStep);
  return { ...made, spread, distance: Math.sqrt(best?.heldOut?.loss ?? Number.NaN), steps: trained.steps };
}

/** Builds a generator of its parts. */
export function ganGenerator(design: GanDesign, numbers: NetworkNumbers): ConditionalGenerator {
  const { conditions, targets, noise, hidden } = design;
  return {
    conditions: conditions.length,
    targets: targets.length,
    noises: uniformsFor(noise),
    graph(raw, uniform) {
      const x = conditionGraph(conditions, raw);
      const z = generate(fixedScope(NETWORK, numbers), x, normalsFrom(uniform, noise), targets.length, hidden);
      return fromNormalGraph(z, targets);
    },
    encode: () => encodeNetwork(design, numbers),
  };
}

/** As many rows, drawn by their weights; the same rows where all weigh alike. */
function unweighted(data: ConditionalData, random: Random): ConditionalData {
  const weight = relativeWeights(data.weight);
  if (weight === undefined) return data;
  const rows = weight.length;
  const chosen = new Uint32Array(rows);
  // Systematic sampling: a row of weight w is taken floor(w) or ceil(w) times.
  let reached = random.uniform();
  let count = 0;
  for (let i = 0; i < rows; i++) {
    reached += weight[i];
    while (count < rows && reached > count + 1) chosen[count++] = i;
  }
  while (count < rows) chosen[count++] = chosen[count - 2] ?? 0;
  const take = (values: Float32Array) => Float32Array.from(chosen, (i) => values[i]);
  return { conditions: data.conditions.map(take), periods: data.periods, targets: data.targets.map(take) };
}

/**
 * Variance of each target at fixed conditions, generated over true, in normal quantiles: from two draws a and b for each true y: E[(a - b)^2] / 2 against
 * E[(y - a)(y - b)], which is the true variance where the means agree, and larger where they do not.
 */
export async function conditionalSpread(
  generator: ConditionalGenerator,
  data: ConditionalData,
  maps: readonly ColumnMap[],
  seed: bigint,
): Promise<number[]> {
  const rows = Math.min(SPREAD_ROWS, data.targets[0].length);
  const columns = generator.targets;
  const conditions = rowMajor(
    data.conditions.map((values) => values.subarray(0, rows)),
    rows,
  );
  const session = await openGenerator(generator);
  const draws: Float32Array[] = [];
  for (const stream of [0x320, 0x321]) {
    const noise = new Float32Array(rows * generator.noises);
    fillUniform(noise, seed, STREAMS.fit + stream, 0);
    draws.push((await session.run({ conditions, noise }, rows)).targets);
  }
  await session.close();
  return maps.map((map, k) => {
    const column = (table: Float32Array) => Float32Array.from({ length: rows }, (_, i) => table[i * columns + k]);
    const [a, b] = draws.map((table) => toNormal(map, column(table)));
    const y = toNormal(map, data.targets[k].subarray(0, rows));
    let within = 0;
    let truth = 0;
    for (let i = 0; i < rows; i++) {
      within += (a[i] - b[i]) ** 2 / 2;
      truth += (y[i] - a[i]) * (y[i] - b[i]);
    }
    return truth > 0 ? within / truth : 1;
  });
}
