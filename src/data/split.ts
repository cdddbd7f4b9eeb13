import { ConfigError } from "../util/errors.js";
import { Random } from "../util/random.js";
import { STREAMS } from "../util/streams.js";
import type { EventTable } from "./event-table.js";

/**
 * Shares events out at random: event i goes to part k with probability `fractions[k]`. The draw depends on the seed and
 * the event's index alone, so a sample is split alike whole or in chunks; part sizes fluctuate binomially.
 * @param n Number of events.
 * @param fractions Positive numbers that add up to 1, at most 255.
 * @param seed Any integer in [0, 2^64).
 * @param firstEvent Index of the first of the n events in the whole sample (default 0).
 * @returns The part of each event, counted from 0.
 * @throws ConfigError where the fractions are not positive or do not add up to 1.
 */
export function splitMask(n: number, fractions: readonly number[], seed: number | bigint, firstEvent = 0): Uint8Array {
  const total = fractions.reduce((sum, f) => sum + f, 0);
  if (fractions.length > 255 || !fractions.every((f) => f > 0) || !(Math.abs(total - 1) < 1e-9)) {
    throw new ConfigError(
      `split: fractions out of range; expected at most 255 positive numbers that add up to 1, got [${fractions.join(", ")}].`,
    );
  }
  const bounds: number[] = [];
  for (const f of fractions) bounds.push((bounds.at(-1) ?? 0) + f);
  // Rounding must not leave a gap below 1.
  bounds[bounds.length - 1] = 1;
  const random = new Random(seed, STREAMS.split);
  const parts = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const u = random.at(firstEvent + i).uniform();
    let part = 0;
    while (u >= bounds[part]) part++;
    parts[i] = part;
  }
  return parts;
}

/** Returns one table for each fraction, events in their old order; see `splitMask`. */
export function splitTable(
  table: EventTable,
  fractions: readonly number[],
  seed: number | bigint,
  firstEvent = 0,
): EventTable[] {
  const parts = splitMask(table.length, fractions, seed, firstEvent);
  return fractions.map((_, k) => table.take(indicesOf(parts, k)));
}

function indicesOf(parts: Uint8Array, wanted: number): Uint32Array {
  const indices = new Uint32Array(parts.length);
  let n = 0;
  for (let i = 0; i < parts.length; i++) if (parts[i] === wanted) indices[n++] = i;
  return indices.subarray(0, n);
}
