/** @file What the matching of one slice says to the gradient. */
import { matchSlot, signSlot } from "./match.js";
import { largeGroup, matchLarge, signLarge } from "./match-large.js";
import * as scratch from "./scratch.js";

const { CAPACITY, MATCHED, SOURCE, TARGET, values } = scratch;

/**
 * Matches the projections of a slice.
 * @param slopes Receives, by source row from `at` on, the mean over what the row is matched with of
 * |a - b|^(power - 1) sign(a - b): the gradient of the cost without its factor power / M.
 * @returns The sum over source rows of the mean of |a - b|^power.
 */
export function slopesOf(
  source: Float32Array,
  target: Float32Array,
  power: 1 | 2,
  slopes: Float32Array,
  at: number,
): number {
  const m = source.length;
  const n = target.length;
  if (Math.max(m, n) > CAPACITY) {
    const large = largeGroup(1, m, n);
    large.source.set(source);
    large.target.set(target);
    const cost = power === 2 ? matchLarge(large, 0, m, n) : signLarge(large, 0, m, n);
    return cost + gaps(large.source, 0, large.matched, 0, m, power, slopes, at);
  }
  values.set(source, SOURCE);
  values.set(target, TARGET);
  const cost = power === 2 ? matchSlot(0, m, n) : signSlot(0, m, n);
  return cost + gaps(values, SOURCE, values, MATCHED, m, power, slopes, at);
}

/** Source minus matched numbers, and for squared distances the sum of their squares. */
function gaps(
  source: Float32Array,
  from: number,
  matched: Float32Array,
  to: number,
  rows: number,
  power: 1 | 2,
  slopes: Float32Array,
  at: number,
): number {
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    const gap = source[from + i] - matched[to + i];
    slopes[at + i] = gap;
    squares += gap * gap;
  }
  return power === 2 ? squares : 0;
}
