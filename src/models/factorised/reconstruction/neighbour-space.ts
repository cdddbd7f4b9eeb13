import { type ObjectSpec, trueVariables } from "../../../data/objects.js";

/**
 * Maps features to the space in which neighbours are near: each divided by its standard deviation in training, and a
 * cyclic variable laid on a circle, so that phi = -pi and phi = pi are the same place.
 */
export interface NeighbourSpace {
  readonly scales: readonly number[];
  readonly periods: readonly (number | null)[];
}

/** Finds the scales from training features; a constant feature gets scale 1. */
export function fitNeighbourSpace(spec: ObjectSpec, features: readonly Float32Array[]): NeighbourSpace {
  const scales = features.map((values) => {
    let sum = 0;
    let squares = 0;
    for (const x of values) sum += x;
    const mean = sum / values.length;
    for (const x of values) squares += (x - mean) * (x - mean);
    return Math.sqrt(squares / values.length) || 1;
  });
  return { scales, periods: featurePeriods(spec, features.length) };
}

/** Period of each feature (variables, then conditions), null where it has none. */
export function featurePeriods(spec: ObjectSpec, count: number): (number | null)[] {
  return Array.from({ length: count }, (_, f) => trueVariables(spec)[f]?.period ?? null);
}

/** Applies the map; a cyclic variable becomes two columns. */
export function toNeighbourSpace(space: NeighbourSpace, features: readonly Float32Array[]): Float32Array[] {
  return features.flatMap((values, f) => {
    const scale = space.scales[f];
    const period = space.periods[f];
    if (period === null) return [values.map((x) => x / scale)];
    const turn = (2 * Math.PI) / period;
    const radius = 1 / (turn * scale);
    return [values.map((x) => radius * Math.cos(turn * x)), values.map((x) => radius * Math.sin(turn * x))];
  });
}
