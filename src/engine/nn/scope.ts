/** @file Where a layer finds its parameters: a network's list under a growing prefix. */
import type { Tensor } from "../graph/tensor.js";
import type { Initialiser } from "./initialise.js";
import type { Parameters } from "./parameters.js";

export interface Scope {
  /** Whether batch statistics are used and updated, as in training. */
  readonly training: boolean;
  get(name: string, shape: readonly number[], initial: Initialiser): Tensor;
  state(name: string, shape: readonly number[], initial: Initialiser): Tensor;
  update(name: string, value: Tensor): void;
  /** The same list under a longer prefix. */
  in(name: string | number): Scope;
}

/** Opens the parameters of a network for its layers. */
export function scope(parameters: Parameters, training: boolean, prefix = ""): Scope {
  return {
    training,
    get: (name, shape, initial) => parameters.get(prefix + name, shape, initial),
    state: (name, shape, initial) => parameters.state(prefix + name, shape, initial),
    update: (name, value) => {
      parameters.update(prefix + name, value);
    },
    in: (name) => scope(parameters, training, `${prefix}${name}.`),
  };
}
