import { ConfigError } from "../util/errors.js";
import type { Random } from "../util/random.js";
import { boost, type FourVector } from "./four-vector.js";

/**
 * Draws unit-weight events of n-body phase space: the momenta of n particles of given masses from a system at rest of
 * given mass, distributed as Lorentz-invariant phase space. A chain of two-body decays through intermediate masses drawn
 * in order gives weighted events; the weight (a product of break-up momenta) is then accepted or rejected against its bound.
 * Reference: James (1968), "Monte Carlo phase space", CERN 68-15, the GENBOD procedure.
 */
export class PhaseSpace {
  readonly #total: number;
  readonly #masses: readonly number[];
  readonly #bound: number;

  /**
   * @param totalMass Mass of the decaying system [GeV].
   * @param masses Masses of the products [GeV], two or more.
   * @throws ConfigError where the products are heavier than the system.
   */
  constructor(totalMass: number, masses: readonly number[]) {
    const sum = masses.reduce((a, b) => a + b, 0);
    if (masses.length < 2 || !(totalMass > sum)) {
      throw new ConfigError(
        `phase space: closed; expected two or more products lighter than ${totalMass} GeV together, got ${masses.length} of ${sum} GeV.`,
      );
    }
    this.#total = totalMass;
    this.#masses = masses;
    const kinetic = totalMass - sum;
    let bound = 1;
    let lightest = 0;
    let heaviest = kinetic + masses[0];
    for (let i = 1; i < masses.length; i++) {
      lightest += masses[i - 1];
      heaviest += masses[i];
      bound *= breakUpMomentum(heaviest, lightest, masses[i]);
    }
    this.#bound = bound;
  }

  /** Draws one event: four-momenta in the rest frame of the system, in the order of the masses. */
  generate(random: Random): FourVector[] {
    const masses = this.#masses;
    const n = masses.length;
    const kinetic = this.#total - masses.reduce((a, b) => a + b, 0);
    const invariant = new Array<number>(n);
    const momenta = new Array<number>(n);
    for (;;) {
      const steps = Array.from({ length: n - 2 }, () => random.uniform()).sort((a, b) => a - b);
      let sum = 0;
      let weight = 1;
      for (let i = 0; i < n; i++) {
        sum += masses[i];
        const fraction = i === 0 ? 0 : i === n - 1 ? 1 : steps[i - 1];
        invariant[i] = sum + fraction * kinetic;
        if (i > 0) {
          momenta[i] = breakUpMomentum(invariant[i], invariant[i - 1], masses[i]);
          weight *= momenta[i];
        }
      }
      if (weight > random.uniform() * this.#bound) break;
    }
    return this.#decayChain(invariant, momenta, random);
  }

  /** Builds the event from the innermost pair outwards: each step turns what is there against one more particle. */
  #decayChain(invariant: readonly number[], momenta: readonly number[], random: Random): FourVector[] {
    const masses = this.#masses;
    const products: FourVector[] = [{ px: 0, py: 0, pz: 0, energy: masses[0] }];
    for (let i = 1; i < masses.length; i++) {
      const p = momenta[i];
      const cosTheta = 2 * random.uniform() - 1;
      const sinTheta = Math.sqrt(1 - cosTheta * cosTheta);
      const phi = 2 * Math.PI * random.uniform();
      const px = p * sinTheta * Math.cos(phi);
      const py = p * sinTheta * Math.sin(phi);
      const pz = p * cosTheta;
      const inner = Math.sqrt(p * p + invariant[i - 1] * invariant[i - 1]);
      for (let j = 0; j < i; j++) products[j] = boost(products[j], px / inner, py / inner, pz / inner);
      products.push({ px: -px, py: -py, pz: -pz, energy: Math.sqrt(p * p + masses[i] * masses[i]) });
    }
    return products;
  }
}

/** Momentum of both products of a two-body decay in its rest frame [GeV]; 0 at or below threshold. */
export function breakUpMomentum(mass: number, mass1: number, mass2: number): number {
  const squared = (mass - mass1 - mass2) * (mass + mass1 + mass2) * (mass + mass1 - mass2) * (mass - mass1 + mass2);
  return squared <= 0 ? 0 : Math.sqrt(squared) / (2 * mass);
}
