/**
 * @file Oblique edges. Trees cut along the axes, and follow a detector edge that runs across two variables (a sector
 * boundary that bends with angle or momentum) by a staircase. So directions are sought along which the acceptance
 * changes most sharply, and those that beat their own axes become further features.
 * Reference: Friedman and Tukey (1974), "A projection pursuit algorithm for exploratory data analysis", IEEE Trans.
 * Comput. C-23, 881; here the index is the information about acceptance in a histogram of the projection.
 */
import { ops, type Tensor } from "../../../engine/index.js";
import type { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import type { Random } from "../../../util/random.js";

/** The feature `a * features[first] + b * features[second]`. */
export interface Projection {
  readonly first: number;
  readonly second: number;
  readonly a: number;
  readonly b: number;
}

/** Objects for the first look in all directions, and for the refinement of the best. */
const SAMPLES = [25_000, 400_000];
/** Directions tried in a half turn, before the best is refined. */
const DIRECTIONS = 256;
/** Histogram bins of the first look and of the refinements. */
const BINS = [64, 256, 1024];
/** Most projections that are added. */
const MOST = 3;
/** A projection must hold so much more information than its better axis. */
const LEAST_GAIN = 1.05;

export function writeProjections(writer: ByteWriter, projections: readonly Projection[]): void {
  writer.uint32(projections.length);
  for (const { first, second, a, b } of projections) {
    writer.uint32(first);
    writer.uint32(second);
    writer.float64(a);
    writer.float64(b);
  }
}

/** @throws DataError where the bytes are truncated. */
export function readProjections(reader: ByteReader): Projection[] {
  return Array.from({ length: reader.uint32() }, () => ({
    first: reader.uint32(),
    second: reader.uint32(),
    a: reader.float64(),
    b: reader.float64(),
  }));
}

/** Adds the projections as further columns. */
export function withProjections(projections: readonly Projection[], features: readonly Float32Array[]): Float32Array[] {
  return [
    ...features,
    ...projections.map(({ first, second, a, b }) => {
      const [x, y] = [features[first], features[second]];
      const out = new Float32Array(x.length);
      // Rounded as single precision rounds: an exported model then takes the same decisions.
      const [p, q] = [Math.fround(a), Math.fround(b)];
      for (let i = 0; i < out.length; i++) out[i] = Math.fround(p * x[i]) + Math.fround(q * y[i]);
      return out;
    }),
  ];
}

/** Features with the projections as further columns, as a graph. */
export function projectedGraph(projections: readonly Projection[], features: Tensor): Tensor {
  const { add, concat, mul, slice } = ops;
  const column = (f: number) => slice(features, f, f + 1);
  return concat([
    features,
    ...projections.map(({ first, second, a, b }) => add(mul(column(first), a), mul(column(second), b))),
  ]);
}

/**
 * Seeks the directions in each pair of features along which acceptance changes most sharply.
 * @param accepted Weight of each object as an accepted one. @param generated Its weight as a generated one.
 */
export function findProjections(
  features: readonly Float32Array[],
  accepted: Float32Array,
  generated: Float32Array,
  random: Random,
): Projection[] {
  const order = random.permutation(generated.length);
  const full = viewOf(features, accepted, generated, order.subarray(0, SAMPLES[1]));
  const rough = head(full, SAMPLES[0]);
  const found: { projection: Projection; gain: number }[] = [];
  for (let first = 0; first < features.length; first++) {
    for (let second = first + 1; second < features.length; second++) {
      const best = bestDirection(rough, full, first, second);
      if (best === undefined) continue;
      const [x, y] = [full.columns[first], full.columns[second]];
      const projection = { first, second, a: Math.cos(best.angle) / x.scale, b: Math.sin(best.angle) / y.scale };
      found.push({ projection, gain: best.gain });
    }
  }
  return found
    .sort((p, q) => q.gain - p.gain)
    .slice(0, MOST)
    .map(({ projection }) => projection);
}

interface View {
  readonly columns: readonly { values: Float64Array; scale: number }[];
  readonly accepted: Float64Array;
  readonly generated: Float64Array;
}

function viewOf(
  features: readonly Float32Array[],
  accepted: Float32Array,
  generated: Float32Array,
  rows: Uint32Array,
): View {
  const pick = (values: Float32Array) => Float64Array.from(rows, (row) => values[row]);
  return { columns: features.map((f) => scaled(pick(f))), accepted: pick(accepted), generated: pick(generated) };
}

function head({ columns, accepted, generated }: View, n: number): View {
  return {
    columns: columns.map(({ values, scale }) => ({ values: values.subarray(0, n), scale })),
    accepted: accepted.subarray(0, n),
    generated: generated.subarray(0, n),
  };
}

function scaled(values: Float64Array): { values: Float64Array; scale: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const scale = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) || 1;
  return { values: values.map((x) => x / scale), scale };
}

/** The direction of most information in a pair, if it beats both axes: seen roughly first, then refined. */
function bestDirection(
  rough: View,
  full: View,
  first: number,
  second: number,
): { angle: number; gain: number } | undefined {
  const step = Math.PI / DIRECTIONS;
  const values = Float64Array.from({ length: DIRECTIONS }, (_, k) =>
    information(rough, first, second, k * step, BINS[0]),
  );
  const most = Math.max(...values);
  if (most <= 0 || most <= Math.max(values[0], values[DIRECTIONS >> 1])) return undefined;
  const at = (angle: number, bins: number) => information(full, first, second, angle, bins);
  let angle = values.indexOf(most) * step;
  let width = step;
  for (const bins of BINS.slice(1)) {
    angle = refine((a) => at(a, bins), angle, width);
    width /= 4;
  }
  const axes = Math.max(at(0, BINS[2]), at(Math.PI / 2, BINS[2]));
  const value = at(angle, BINS[2]);
  return value > LEAST_GAIN * axes && value > 0 ? { angle, gain: value - axes } : undefined;
}

/** The highest of 33 values around an angle: the index has many small hills, so it is not climbed. */
function refine(at: (angle: number) => number, centre: number, width: number): number {
  let best = centre;
  let most = at(centre);
  for (let k = -16; k <= 16; k++) {
    const angle = centre + (k / 16) * width;
    const value = at(angle);
    if (value > most) [best, most] = [angle, value];
  }
  return best;
}

/**
 * How much better the acceptance in each bin of the projection explains what was accepted than its mean does: the
 * gain of log-likelihood less what as many bins gain from noise, half a unit each.
 */
function information(view: View, first: number, second: number, angle: number, bins: number): number {
  const [x, y] = [view.columns[first].values, view.columns[second].values];
  const { accepted, generated } = view;
  const [a, b] = [Math.cos(angle), Math.sin(angle)];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    const t = a * x[i] + b * y[i];
    if (t < low) low = t;
    if (t > high) high = t;
  }
  if (!(high > low)) return 0;
  const scale = bins / (high - low);
  const inside = new Float64Array(bins + 1);
  const all = new Float64Array(bins + 1);
  for (let i = 0; i < x.length; i++) {
    const bin = ((a * x[i] + b * y[i] - low) * scale) | 0;
    inside[bin] += accepted[i];
    all[bin] += generated[i];
  }
  let sum = 0;
  let filled = 0;
  let [insideTotal, allTotal] = [0, 0];
  for (let k = 0; k <= bins; k++) {
    if (all[k] + inside[k] === 0) continue;
    sum += logLikelihood(inside[k], all[k]);
    insideTotal += inside[k];
    allTotal += all[k];
    filled++;
  }
  return sum - logLikelihood(insideTotal, allTotal) - (filled - 1) / 2;
}

/** Log-likelihood of telling `accepted` from `generated` objects by their shares alone, as the density ratio does. */
function logLikelihood(accepted: number, generated: number): number {
  const total = accepted + generated;
  const term = (part: number) => (part > 0 ? part * Math.log(part / total) : 0);
  return term(accepted) + term(generated);
}
