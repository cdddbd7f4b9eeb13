import { ConfigError } from "./errors.js";
import { philox4x32 } from "./philox.js";

const TWO_POW_32 = 4294967296;
const TWO_POW_53 = 9007199254740992;

/**
 * Draws random numbers from Philox4x32-10 under the counter (block, stream, index low, index high) and the key `seed`.
 * `at(i)` jumps to the numbers of event i; streams of one seed never overlap.
 */
export class Random {
  readonly seed: bigint;
  readonly stream: number;
  readonly #key0: number;
  readonly #key1: number;
  readonly #words = new Uint32Array(4);
  #block = 0;
  #used = 4;
  #indexLow = 0;
  #indexHigh = 0;
  #spareNormal = Number.NaN;

  /**
   * @param seed Any non-negative integer below 2^64.
   * @param stream Which of 2^32 independent sequences of the seed to draw from (default 0).
   */
  constructor(seed: number | bigint, stream = 0) {
    this.seed = toSeed(seed);
    this.stream = stream >>> 0;
    this.#key0 = Number(this.seed & 0xffffffffn) | 0;
    this.#key1 = Number(this.seed >> 32n) | 0;
  }

  /** Jumps to the first number of event `index` (an integer in [0, 2^53)), and returns this generator. */
  at(index: number): this {
    this.#indexLow = index | 0;
    this.#indexHigh = Math.floor(index / TWO_POW_32) | 0;
    // `index | 0` keeps the low 32 bits only below 2^53, where doubles still hold every integer.
    this.#block = 0;
    this.#used = 4;
    this.#spareNormal = Number.NaN;
    return this;
  }

  /** Draws an integer uniform in [0, 2^32). */
  uint32(): number {
    if (this.#used === 4) {
      philox4x32(this.#block, this.stream, this.#indexLow, this.#indexHigh, this.#key0, this.#key1, this.#words, 0);
      this.#block = (this.#block + 1) >>> 0;
      this.#used = 0;
    }
    return this.#words[this.#used++];
  }

  /** Draws uniform in (0, 1) with 53 random bits; neither end is ever returned. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low + 0.5) / TWO_POW_53;
  }

  /** Draws an integer uniform in [0, n), n below 2^32; biased by less than n / 2^53. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Draws from the normal distribution of mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number {
    if (!Number.isNaN(this.#spareNormal)) {
      const spare = this.#spareNormal;
      this.#spareNormal = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Draws from the exponential distribution of mean 1. */
  exponential(): number {
    return -Math.log(this.uniform());
  }

  /**
   * Draws from the Poisson distribution: by multiplication below mean 10, else by transformed rejection.
   * Reference: Hormann (1993), "The transformed rejection method for generating Poisson random variables", algorithm PTRS.
   */
  poisson(mean: number): number {
    if (!(mean >= 0) || mean === Number.POSITIVE_INFINITY) {
      throw new ConfigError(`random: Poisson mean out of range; expected a finite number >= 0, got ${mean}.`);
    }
    if (mean < 10) {
      const limit = Math.exp(-mean);
      let product = this.uniform();
      let count = 0;
      while (product > limit) {
        product *= this.uniform();
        count++;
      }
      return count;
    }
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const vr = 0.9277 - 3.6224 / (b - 2);
    const logMean = Math.log(mean);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= k * logMean - mean - logFactorial(k)) return k;
    }
  }

  /** Returns a random permutation of 0 .. n - 1 (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const j = this.integer(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}

/** Validates a seed; returns it as an unsigned 64-bit integer. */
export function toSeed(seed: number | bigint): bigint {
  const valid = typeof seed === "bigint" ? seed >= 0n && seed < 1n << 64n : Number.isSafeInteger(seed) && seed >= 0;
  if (!valid) throw new ConfigError(`seed: out of range; expected an integer in [0, 2^64), got ${seed}.`);
  return BigInt(seed);
}

/** log(k!) by Stirling's series above 9, exact products below. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const x2 = x * x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + (1 / 12 - (1 / 360 - 1 / (1260 * x2)) / x2) / x;
}
