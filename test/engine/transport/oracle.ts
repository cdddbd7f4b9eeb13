/** @file Transport written down as it is defined, with no care for speed. */
import { Random } from "../../../src/util/random.js";

/** Rows of each rank, equal values by row. */
export function orderOf(values: Float32Array): number[] {
  return Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
}

/** Quantile functions met piece by piece: the ranks on either side, and the probability that they share. */
export function* couplings(m: number, n: number): Generator<{ i: number; j: number; mass: number }> {
  const cuts = new Set<number>();
  for (let i = 0; i <= m; i++) cuts.add(i * n);
  for (let j = 0; j <= n; j++) cuts.add(j * m);
  const sorted = [...cuts].sort((a, b) => a - b);
  for (let k = 1; k < sorted.length; k++) {
    const middle = (sorted[k - 1] + sorted[k]) / 2;
    yield { i: Math.floor(middle / n), j: Math.floor(middle / m), mass: (sorted[k] - sorted[k - 1]) / (m * n) };
  }
}

/** W_p^p of two one-dimensional samples, its slope by each source value, and the mean target of each. */
export function transport1d(source: Float32Array, target: Float32Array, p: 1 | 2) {
  const a = orderOf(source);
  const b = orderOf(target);
  const slope = new Float64Array(source.length);
  const matched = new Float64Array(source.length);
  let loss = 0;
  for (const { i, j, mass } of couplings(source.length, target.length)) {
    const gap = source[a[i]] - target[b[j]];
    loss += mass * Math.abs(gap) ** p;
    slope[a[i]] += mass * (p === 2 ? 2 * gap : Math.sign(gap));
    matched[a[i]] += mass * source.length * target[b[j]];
  }
  return { loss, slope, matched };
}

export interface Sample {
  readonly values: Float32Array;
  readonly kept?: Uint8Array;
}

/** Sliced W_p^p and its gradient. */
export function sliced(source: Sample, target: Sample, directions: Float32Array, dims: number, p: 1 | 2) {
  const gradient = new Float64Array(source.values.length);
  const slices = directions.length / dims;
  let loss = 0;
  const rowsOf = ({ values, kept }: Sample) =>
    Array.from({ length: values.length / dims }, (_, i) => i).filter((i) => kept === undefined || kept[i] !== 0);
  const rows = rowsOf(source);
  for (let l = 0; l < slices; l++) {
    const along = (values: Float32Array, i: number) => {
      let sum = 0;
      for (let k = 0; k < dims; k++) sum += values[i * dims + k] * directions[l * dims + k];
      return sum;
    };
    const a = Float32Array.from(rows, (i) => along(source.values, i));
    const b = Float32Array.from(rowsOf(target), (i) => along(target.values, i));
    const one = transport1d(a, b, p);
    loss += one.loss / slices;
    rows.forEach((i, r) => {
      for (let k = 0; k < dims; k++) gradient[i * dims + k] += (one.slope[r] * directions[l * dims + k]) / slices;
    });
  }
  return { loss, gradient };
}

/** Samples of all kinds of shape. */
export const SHAPES: Record<string, (random: Random) => number> = {
  normal: (random) => random.normal(),
  "far from zero": (random) => 5000 + random.normal(),
  "with ties": (random) => Math.round(2 * random.normal()),
  constant: () => -3.25,
  "mostly constant": (random) => (random.uniform() < 0.9 ? 1 : random.normal()),
  "with heavy tails": (random) => random.normal() / random.normal(),
  "on two scales": (random) => (random.uniform() < 0.5 ? 1e-12 : 1) * random.normal(),
  "with an outlier": (random) => (random.uniform() < 0.001 ? 1e30 : random.normal()),
  "of zeros with either sign": (random) => (random.uniform() < 0.5 ? -0 : 0),
  subnormal: (random) => 1e-42 * random.normal(),
};

export function draw(shape: string, n: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: n }, () => SHAPES[shape](random));
}
