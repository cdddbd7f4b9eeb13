/** @file How a number, the learning rate as a rule, goes with the step. Steps count from 0. */
import { ConfigError } from "../../util/errors.js";

export type Schedule = (step: number) => number;

function positive(where: string, name: string, value: number): void {
  if (!(value > 0)) throw new ConfigError(`${where}: ${name} out of range; expected a number above 0, got ${value}.`);
}

export const constantly =
  (value: number): Schedule =>
  () =>
    value;

/** Half a cosine from `start` down to `end` (default 0) over `steps`, then flat. Loshchilov, Hutter (2016), arXiv:1608.03983. */
export function cosine(start: number, steps: number, end = 0): Schedule {
  positive("cosine", "number of steps", steps);
  return (step) => end + ((start - end) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;
}

/** start / (1 + epoch / scale), the epoch counted in whole passes of `stepsPerEpoch` steps. */
export function inverseEpoch(start: number, scale: number, stepsPerEpoch: number): Schedule {
  positive("inverseEpoch", "scale", scale);
  positive("inverseEpoch", "steps per epoch", stepsPerEpoch);
  return (step) => start / (1 + Math.floor(step / stepsPerEpoch) / scale);
}

/** Rises in a line from 0 over the first `steps`, then follows `then`. */
export function warmUp(steps: number, then: Schedule): Schedule {
  positive("warmUp", "number of steps", steps);
  return (step) => then(step) * Math.min(1, (step + 1) / steps);
}
