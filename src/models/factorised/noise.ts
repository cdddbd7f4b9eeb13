import { type Draws, eventIndex } from "../../data/simulator.js";
import { philox4x32 } from "../../util/philox.js";
import { toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { ObjectRows } from "./object-data.js";

const TWO_POW_32 = 4294967296;
/** Bits of the first counter word that count the objects of one event; the rest count blocks of four numbers. */
const PLACE_BITS = 20;

/**
 * The random numbers of rows: a table of uniform numbers in (0, 1) with as many columns as anyone asks for, each a pure
 * function of seed, event, object and place in the event's list. They are of the form (k + 1/2) / 2^23, so single
 * precision holds them exactly and an exported model that is fed the same numbers takes the same decisions.
 */
export interface RowNoise {
  /**
   * Writes columns [first, first + count) of some rows, row after row.
   * @param rows Which rows (default all).
   */
  fill(out: Float32Array, first: number, count: number, rows?: Uint32Array): void;
}

/** The uniform number that a random word stands for. */
export function uniformOf(word: number): number {
  return ((word >>> 9) + 0.5) / 8388608;
}

/** Noise of the rows of one object. @param stream Number of the object among those of an event. */
export function rowNoise(rows: ObjectRows, draws: Draws, stream: number): RowNoise {
  const key = toSeed(draws.seed);
  const low = Number(key & 0xffffffffn) | 0;
  const high = Number(key >> 32n) | 0;
  const eventOf = eventsOf(rows);
  const block = new Uint32Array(4);
  return {
    fill(out, first, count, chosen) {
      const n = chosen?.length ?? rows.rows;
      for (let r = 0; r < n; r++) {
        const row = chosen === undefined ? r : chosen[r];
        const local = eventOf === undefined ? row : eventOf[row];
        const place = rows.offsets === undefined ? 0 : row - rows.offsets[local];
        const event = eventIndex(draws, local);
        const upper = Math.floor(event / TWO_POW_32) | 0;
        for (let c = first, known = -1; c < first + count; c++) {
          const wanted = c >> 2;
          if (wanted !== known) {
            const counter = (place + (wanted << PLACE_BITS)) | 0;
            philox4x32(counter, STREAMS.simulate + stream, event | 0, upper, low, high, block, 0);
            known = wanted;
          }
          out[r * count + c - first] = uniformOf(block[c & 3]);
        }
      }
    },
  };
}

/** Event of each row within the table; undefined where each event has one row. */
function eventsOf({ rows, offsets }: ObjectRows): Uint32Array | undefined {
  if (offsets === undefined) return undefined;
  const events = new Uint32Array(rows);
  for (let e = 0; e + 1 < offsets.length; e++) events.fill(e, offsets[e], offsets[e + 1]);
  return events;
}
