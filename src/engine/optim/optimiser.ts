/** @file Optimisers, as graph fragments over the flat parameter vector. */
import { ConfigError } from "../../util/errors.js";
import { add, div, minimum, mul, sqrt, sub, sum } from "../graph/ops/index.js";
import type { Tensor } from "../graph/tensor.js";

/** What a step knows besides the gradient: numbers worked out in double precision for each step, fed as scalars. */
export interface StepNumbers {
  /** Declares a number that is fed; `at(step, rate)` gives its value, steps counted from 1. */
  scalar(name: string, at: (step: number, rate: number) => number): Tensor;
}

export interface Optimiser {
  readonly name: string;
  /** Names of the vectors that it keeps beside the parameters, all zero at first. */
  readonly slots: readonly string[];
  /** Returns the parameters and slots after one step. */
  update(
    parameters: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    numbers: StepNumbers,
  ): { readonly parameters: Tensor; readonly slots: readonly Tensor[] };
}

function checkShare(where: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1))
    throw new ConfigError(`${where}: ${name} out of range; expected [0, 1), got ${value}.`);
}

/** Stochastic gradient descent, with momentum where it is above 0 (default 0), as PyTorch writes it. */
export function sgd({ momentum = 0 }: { readonly momentum?: number } = {}): Optimiser {
  checkShare("sgd", "momentum", momentum);
  return {
    name: "sgd",
    slots: momentum > 0 ? ["velocity"] : [],
    update(parameters, gradient, slots, numbers) {
      const rate = numbers.scalar("rate", (_, r) => r);
      if (momentum === 0) return { parameters: sub(parameters, mul(gradient, rate)), slots: [] };
      const velocity = add(mul(slots[0], momentum), gradient);
      return { parameters: sub(parameters, mul(velocity, rate)), slots: [velocity] };
    },
  };
}

export interface AdamOptions {
  /** Decay of the mean gradient (default 0.9). */
  readonly beta1?: number;
  /** Decay of the mean squared gradient (default 0.999). */
  readonly beta2?: number;
  /** Added to its root (default 1e-8). */
  readonly epsilon?: number;
}

/** Kingma, Ba (2014), arXiv:1412.6980, algorithm 1. */
export function adam(options: AdamOptions = {}): Optimiser {
  return { ...adamw({ ...options, decay: 0 }), name: "adam" };
}

/** Adam with decoupled weight decay (default 0.01): Loshchilov, Hutter (2017), arXiv:1711.05101, algorithm 2. */
export function adamw(options: AdamOptions & { readonly decay?: number } = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0.01 } = options;
  checkShare("adam", "beta1", beta1);
  checkShare("adam", "beta2", beta2);
  return {
    name: "adamw",
    slots: ["mean", "square"],
    update(parameters, gradient, [first, second], numbers) {
      const step = numbers.scalar("step", (t, rate) => rate / (1 - beta1 ** t));
      const correction = numbers.scalar("correction", (t) => 1 / Math.sqrt(1 - beta2 ** t));
      const mean = add(mul(first, beta1), mul(gradient, 1 - beta1));
      const square = add(mul(second, beta2), mul(mul(gradient, gradient), 1 - beta2));
      const root = add(mul(sqrt(square), correction), epsilon);
      const kept =
        decay === 0
          ? parameters
          : mul(
              parameters,
              numbers.scalar("keep", (_, rate) => 1 - rate * decay),
            );
      return { parameters: sub(kept, mul(div(mean, root), step)), slots: [mean, square] };
    },
  };
}

/** Shortens the gradient to a norm of at most `limit` before the optimiser sees it. */
export function clipped(optimiser: Optimiser, limit: number): Optimiser {
  if (!(limit > 0)) throw new ConfigError(`clipped: limit out of range; expected a number above 0, got ${limit}.`);
  return {
    ...optimiser,
    update(parameters, gradient, slots, numbers) {
      const norm = sqrt(sum(mul(gradient, gradient)));
      const factor = minimum(div(limit, add(norm, 1e-6)), 1);
      return optimiser.update(parameters, mul(gradient, factor), slots, numbers);
    },
  };
}

/** Name of the slot in which `averaged` keeps its mean. */
export const AVERAGE = "average";

/**
 * Keeps an exponential moving average of the parameters (default decay 0.999), in place of which a simple mean stands
 * until enough steps are done: the decay at step t is at most (1 + t) / (10 + t).
 */
export function averaged(optimiser: Optimiser, decay = 0.999): Optimiser {
  checkShare("averaged", "decay", decay);
  return {
    name: optimiser.name,
    slots: [...optimiser.slots, AVERAGE],
    update(parameters, gradient, slots, numbers) {
      const next = optimiser.update(parameters, gradient, slots.slice(0, -1), numbers);
      const share = numbers.scalar("average", (t) => (t === 1 ? 1 : 1 - Math.min(decay, (1 + t) / (10 + t))));
      const average = slots[slots.length - 1];
      const moved = add(average, mul(sub(next.parameters, average), share));
      return { parameters: next.parameters, slots: [...next.slots, moved] };
    },
  };
}
