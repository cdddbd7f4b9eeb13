import type { Random } from "../../util/random.js";
import { normalCdf } from "../../util/special.js";

/**
 * Draws from a Crystal Ball shape of mean 0 and core width 1: Gaussian above -alpha, power law of exponent n below.
 * Reference: Gaiser (1982), "Charmonium spectroscopy from radiative decays of the J/psi and psi'", SLAC-R-255, appendix F.
 */
export class CrystalBall {
  readonly alpha: number;
  readonly n: number;
  readonly #tailShare: number;
  readonly #smallest: number;

  /**
   * @param alpha Where the tail begins, in core widths below the mean (> 0).
   * @param n Exponent of the tail (> 1).
   * @param reach Largest distance below the mean, in core widths.
   */
  constructor(alpha: number, n: number, reach: number) {
    this.alpha = alpha;
    this.n = n;
    const tail = (n / alpha / (n - 1)) * Math.exp(-0.5 * alpha * alpha);
    const core = Math.sqrt(2 * Math.PI) * normalCdf(alpha);
    this.#tailShare = tail / (tail + core);
    this.#smallest = (n / alpha / (n / alpha - alpha + reach)) ** (n - 1);
  }

  draw(random: Random): number {
    const { alpha, n } = this;
    if (random.uniform() < this.#tailShare) {
      const u = this.#smallest + (1 - this.#smallest) * random.uniform();
      return n / alpha - alpha - (n / alpha) * u ** (-1 / (n - 1));
    }
    for (;;) {
      const x = random.normal();
      if (x > -alpha) return x;
    }
  }
}
