/** @file The named parameters of a network, laid out in one flat vector. */
import { ConfigError } from "../../util/errors.js";
import type { Random } from "../../util/random.js";
import { join, parameter } from "../graph/ops/parameter.js";
import { sameShape } from "../graph/shape.js";
import { constant, type DType, input, type Tensor } from "../graph/tensor.js";
import type { Initialiser } from "./initialise.js";

/** Where one parameter lies in the flat vector. */
export interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

interface Slot extends ParameterEntry {
  readonly initial: Initialiser;
  readonly tensor: Tensor;
}

/** A growing list of named pieces of one flat input. */
class FlatList {
  readonly slots = new Map<string, Slot>();
  readonly flat: Tensor;
  size = 0;

  constructor(name: string, dtype: DType) {
    this.flat = input(name, dtype, [`${name}.size`]);
  }

  get(name: string, shape: readonly number[], initial: Initialiser): Tensor {
    const known = this.slots.get(name);
    if (known !== undefined) {
      if (sameShape(known.shape, shape)) return known.tensor;
      throw new ConfigError(
        `parameters: "${name}" is asked for in two shapes; expected [${known.shape}], got [${shape}]. Give one of them another name.`,
      );
    }
    const size = shape.reduce((a, b) => a * b, 1);
    const tensor = parameter(this.flat, this.size, shape).named(name);
    this.slots.set(name, { name, shape, offset: this.size, size, initial, tensor });
    this.size += size;
    return tensor;
  }

  initialise(random: Random): Float32Array {
    const flat = new Float32Array(this.size);
    let index = 0;
    // Each parameter draws from a place of its own, so that adding one leaves the others as they were.
    for (const { shape, offset, initial } of this.slots.values()) flat.set(initial(shape, random.at(index++)), offset);
    return flat;
  }
}

/**
 * Parameters of one network: trained ones, and states such as running means that training updates without gradients.
 * Asking for the same name again gives the same tensor, so a network that is applied twice shares its parameters.
 */
export class Parameters {
  readonly name: string;
  readonly dtype: DType;
  readonly #trained: FlatList;
  readonly #states: FlatList;
  readonly #updates = new Map<string, Tensor>();

  /** @param name Prefix of all names in messages and files, unique among the networks that train together. */
  constructor(name: string, dtype: DType = "float32") {
    this.name = name;
    this.dtype = dtype;
    this.#trained = new FlatList(name, dtype);
    this.#states = new FlatList(`${name}.state`, dtype);
  }

  /** The parameter of that name; made where it is new. */
  get(name: string, shape: readonly number[], initial: Initialiser): Tensor {
    return this.#trained.get(`${this.name}.${name}`, shape, initial);
  }

  /** The state of that name, as last updated in this graph. */
  state(name: string, shape: readonly number[], initial: Initialiser): Tensor {
    const full = `${this.name}.${name}`;
    const slot = this.#states.get(full, shape, initial);
    return this.#updates.get(full) ?? slot;
  }

  /** Says what a state becomes after this step. */
  update(name: string, value: Tensor): void {
    this.#updates.set(`${this.name}.${name}`, value);
  }

  /** Forgets the updates of the last graph; call before building another. */
  restart(): void {
    this.#updates.clear();
  }

  /** The flat vector, an input of the graph. */
  get flat(): Tensor {
    return this.#trained.flat;
  }

  get flatState(): Tensor {
    return this.#states.flat;
  }

  /** Number of trained numbers. */
  get size(): number {
    return this.#trained.size;
  }

  get stateSize(): number {
    return this.#states.size;
  }

  get entries(): readonly ParameterEntry[] {
    return [...this.#trained.slots.values()];
  }

  get tensors(): readonly Tensor[] {
    return [...this.#trained.slots.values()].map((slot) => slot.tensor);
  }

  /** Joins one tensor for each parameter, gradients as a rule, into a flat vector. */
  join(pieces: readonly Tensor[]): Tensor {
    return join(this.flat, pieces);
  }

  /** The flat states after this step. */
  updatedStates(): Tensor {
    const slots = [...this.#states.slots.values()];
    return join(
      this.flatState,
      slots.map(({ name, tensor }) => this.#updates.get(name) ?? tensor),
    );
  }

  /** Draws starting values. */
  initialise(random: Random): { readonly flat: Float32Array; readonly state: Float32Array } {
    return { flat: this.#trained.initialise(random), state: this.#states.initialise(random) };
  }

  /** Trained numbers as constants, to be written into an exported model in the place of the inputs. */
  constants(flat: Float32Array, state: Float32Array): ReadonlyMap<Tensor, Tensor> {
    const map = new Map<Tensor, Tensor>();
    for (const [list, data] of [
      [this.#trained, flat],
      [this.#states, state],
    ] as const) {
      for (const { name, shape, offset, size, tensor } of list.slots.values()) {
        map.set(tensor, constant(this.dtype, shape, data.subarray(offset, offset + size)).named(name));
      }
    }
    return map;
  }
}
