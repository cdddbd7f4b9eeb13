/** @file Small data sets and trainings that several tests share. */
import {
  adam,
  constantly,
  type LossContext,
  type Matrix,
  mlp,
  type Objective,
  ops,
  Parameters,
  type Source,
  type Tensor,
  type TrainSpec,
} from "../../src/engine/index.js";
import { Random } from "../../src/util/random.js";

/** A table whose row i is a function of i and of random numbers of its own. */
export function table(rows: number, columns: number, seed: number, draw: (random: Random) => number): Matrix {
  const random = new Random(seed);
  return { data: Float32Array.from({ length: rows * columns }, () => draw(random)), columns };
}

/** x of independent normal numbers, and y made of each row of x, with noise. */
export function pairs(
  rows: number,
  columns: number,
  make: (x: ArrayLike<number>) => readonly number[],
  noise = 0,
  seed = 5,
): Source & { readonly x: Matrix; readonly y: Matrix } {
  const x = table(rows, columns, seed, (random) => random.normal());
  const random = new Random(seed + 1);
  const y = Array.from({ length: rows }, (_, i) => make(x.data.subarray(i * columns, (i + 1) * columns)));
  return {
    x,
    y: { data: Float32Array.from(y.flat(), (v) => v + noise * random.normal()), columns: y[0].length },
  };
}

export const meanSquare = (a: Tensor, b: Tensor): Tensor => ops.mean(ops.square(ops.sub(a, b)));

/** Fits y to x with a perceptron by Adam. */
export function fit(network: Parameters, widths: readonly number[], more: Partial<Objective> = {}): Objective {
  return {
    name: "fit",
    networks: [network],
    optimiser: adam(),
    rate: constantly(0.01),
    loss: (context: LossContext) =>
      meanSquare(mlp(context.network(network), context.batch("data", "x"), widths), context.batch("data", "y")),
    ...more,
  };
}

/** Everything that must be said to train; tests change what they are about. */
export function specOf(objectives: readonly Objective[], data: Source, more: Partial<TrainSpec> = {}): TrainSpec {
  return { sources: { data }, objectives, batch: 64, steps: 20, seed: 3, validation: false, ...more };
}

/** What went wrong. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("nothing went wrong"),
    (error: Error) => error,
  );
}

export const newNetwork = (name = "net"): Parameters => new Parameters(name);
