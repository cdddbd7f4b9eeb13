import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";

/** What an event is used for: to grow trees, to stop and calibrate them, to judge the result. */
export const USE = { grow: 0, calibrate: 1, judge: 2 } as const;

/** Deals events out at random: 70 % grow, 15 % calibrate, 15 % judge. An event's real and simulated forms stay together. */
export function dealEvents(n: number, seed: number | bigint): Uint8Array {
  const random = new Random(seed, STREAMS.events);
  return Uint8Array.from({ length: n }, () => {
    const u = random.uniform();
    if (u < 0.7) return USE.grow;
    return u < 0.85 ? USE.calibrate : USE.judge;
  });
}

/** The events of some uses, in order. */
export function eventsFor(uses: Uint8Array, ...wanted: readonly number[]): Uint32Array {
  const out = new Uint32Array(uses.length);
  let count = 0;
  for (let i = 0; i < uses.length; i++) if (wanted.includes(uses[i])) out[count++] = i;
  return out.slice(0, count);
}
