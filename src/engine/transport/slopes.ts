/** @file What the matching of one slice says to the gradient. */
import { compiled } from "./compiled-sort.js";
import { matchSlot, signSlot } from "./match.js";
import { largeSlice, matchLarge, signLarge } from "./match-large.js";
import * as scratch from "./scratch.js";

const { CAPACITY, MATCHED, SOURCE, TARGET, VALUES_AT, values } = scratch;

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
    const large = largeSlice(m, n);
    large.source.set(source);
    large.target.set(target);
    const cost = power === 2 ? matchLarge(large, m, n) : signLarge(large, m, n);
    return cost + gaps(large.source, 0, large.matched, 0, m, power, slopes, at);
  }
  values.set(source, SOURCE);
  values.set(target, TARGET);
  const cost = power === 2 ? matchSlot(m, n) : signSlot(m, n);
  if (compiled) {
    const squares = compiled.gaps(VALUES_AT + 4 * SOURCE, VALUES_AT + 4 * MATCHED, m);
    slopes.set(values.subarray(MATCHED, MATCHED + m), at);
    return power === 2 ? cost + squares : cost;
  }
  return cost + gaps(values, SOURCE, values, MATCHED, m, power, slopes, at);
}

/** Source minus matched numbers, and for squared distances the sum of their squares, in the order of the compiled code. */
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
  const squares = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const gap = source[from + i] - matched[to + i];
    slopes[at + i] = gap;
    squares[i & 3] += gap * gap;
  }
  return power === 2 ? squares[0] + squares[1] + squares[2] + squares[3] : 0;
}
