/** @file Which rows a batch takes: seeded permutations, and rows held out. */
import { DataError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import type { Source } from "./spec.js";

export function rowsOf(name: string, source: Source): number {
  const tables = Object.entries(source);
  if (tables.length === 0)
    throw new DataError(`train: source "${name}" is empty; expected at least one table, got none.`);
  const rows = tables.map(([, { data, columns }]) => data.length / columns);
  if (rows.some((n) => n !== rows[0] || !Number.isInteger(n))) {
    const got = tables.map(([table], k) => `${rows[k]} in "${table}"`).join(", ");
    throw new DataError(
      `train: tables of source "${name}" do not go together; expected as many rows in each, got ${got}.`,
    );
  }
  if (rows[0] < 2) {
    throw new DataError(`train: source "${name}" is too small; expected at least 2 rows, got ${rows[0]}.`);
  }
  return rows[0];
}

/** Parts the rows of a source at random into those to train on and those held out, both in ascending order. */
export function holdOut(rows: number, fraction: number, random: Random): { train: Int32Array; held: Int32Array } {
  const count = fraction === 0 ? 0 : Math.min(rows - 1, Math.max(1, Math.round(rows * fraction)));
  const order = Int32Array.from(random.permutation(rows));
  return { train: order.slice(count).sort(), held: order.slice(0, count).sort() };
}

/**
 * Deals rows in batches, each row once in an epoch; what is left of an epoch smaller than a batch is left out, other rows
 * each time. Batch k is a function of (seed, k): training that goes on from a checkpoint sees the same rows.
 */
export class Batches {
  readonly size: number;
  readonly perEpoch: number;
  readonly #rows: Int32Array;
  readonly #random: Random;
  readonly #order: Int32Array;
  #epoch = -1;

  constructor(rows: Int32Array, batch: number, seed: number | bigint, stream: number) {
    this.size = Math.min(batch, rows.length);
    this.perEpoch = Math.floor(rows.length / this.size);
    this.#rows = rows;
    this.#random = new Random(seed, stream);
    this.#order = new Int32Array(rows.length);
  }

  /** Writes the rows of batch number `index` to `into`. */
  fill(index: number, into: Int32Array): void {
    const epoch = Math.floor(index / this.perEpoch);
    if (epoch !== this.#epoch) this.#shuffle(epoch);
    const start = (index % this.perEpoch) * this.size;
    into.set(this.#order.subarray(start, start + this.size));
  }

  #shuffle(epoch: number): void {
    const order = this.#order;
    const random = this.#random.at(epoch);
    order.set(this.#rows);
    for (let i = order.length - 1; i > 0; i--) {
      // Biased by less than 2^-11 of a row's chance even for a million rows; one word a row instead of two.
      const j = Math.floor((random.uint32() / 4294967296) * (i + 1));
      const row = order[i];
      order[i] = order[j];
      order[j] = row;
    }
    this.#epoch = epoch;
  }
}
