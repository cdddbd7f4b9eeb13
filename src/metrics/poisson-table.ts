import type { Random } from "../util/random.js";

const TWO_POW_32 = 4294967296;

/** Draws Poisson numbers of one small mean from a table: how often a bootstrap draws each event. */
export class PoissonTable {
  /** Cumulative probabilities times 2^32. */
  readonly #limits: Float64Array;

  /** @param mean Above 0; numbers beyond mean + 12 standard deviations are drawn as that. */
  constructor(mean: number) {
    const limits: number[] = [];
    let term = Math.exp(-mean);
    let sum = 0;
    const most = Math.ceil(mean + 12 * Math.sqrt(mean) + 12);
    for (let k = 0; k < most; k++) {
      sum += term;
      limits.push(sum * TWO_POW_32);
      term *= mean / (k + 1);
    }
    this.#limits = Float64Array.from(limits);
  }

  draw(random: Random): number {
    const u = random.uint32();
    const limits = this.#limits;
    let k = 0;
    while (k < limits.length && u >= limits[k]) k++;
    return k;
  }
}
