import type { Random } from "../../src/util/random.js";

const DEGREE = Math.PI / 180;

/** Columns of single particles: momentum in GeV, polar and azimuthal angle in rad. */
export type Particles = readonly [Float32Array, Float32Array, Float32Array];

/** A flat gun: P in (0, 10) GeV, uniform over the sphere. */
export function flatGun(rows: number, random: Random): Particles {
  const p = new Float32Array(rows);
  const theta = new Float32Array(rows);
  const phi = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    p[i] = 10 * random.uniform();
    theta[i] = Math.acos(2 * random.uniform() - 1);
    phi[i] = Math.PI * (2 * random.uniform() - 1);
  }
  return [p, theta, phi];
}

/** Acceptance of the toy detector of Darulis et al. (2022), arXiv 2207.11254; the turn-on in P here by a logistic. */
export function acceptance(p: number, theta: number, phi: number): number {
  const polar = theta / DEGREE;
  const s = Math.abs(phi / DEGREE + (polar - 90) / 5);
  if (polar < 5 || polar > 175 || s < 10 || s > 170) return 0;
  return 0.855 / (1 + Math.exp(-(p - 2) / 0.3));
}

/**
 * Residuals of that detector: momentum by a Crystal Ball (alpha 0.5, n 10, sigma 0.025 (1 + P)), angles by a correlated
 * normal whose azimuthal part grows as 1 / sin(theta).
 */
export function residuals([p, theta]: Particles, random: Random): Particles {
  const alpha = 0.5;
  const n = 10;
  const tail = ((n / alpha) * Math.exp(-0.5 * alpha * alpha)) / (n - 1);
  const core = Math.sqrt(Math.PI / 2) * (1 + 0.3829249225480262);
  const out = [0, 1, 2].map(() => new Float32Array(p.length));
  for (let i = 0; i < p.length; i++) {
    let z: number;
    if (random.uniform() < tail / (tail + core)) {
      z = n / alpha - alpha - (n / alpha) * random.uniform() ** (-1 / (n - 1));
    } else {
      do z = random.normal();
      while (z < -alpha);
    }
    const u = random.normal();
    out[0][i] = z * 0.025 * (1 + p[i]);
    out[1][i] = u * DEGREE;
    out[2][i] = ((-0.5 * u + 0.5 * random.normal()) * DEGREE) / Math.sin(theta[i]);
  }
  return [out[0], out[1], out[2]];
}

/** Half the width of the central 68.27 % of the selected values. */
export function sigma68(values: Float32Array, selected: (i: number) => boolean = () => true): number {
  const sorted = values.filter((_, i) => selected(i)).sort();
  return (sorted[Math.floor(0.8413 * sorted.length)] - sorted[Math.floor(0.1587 * sorted.length)]) / 2;
}

/** Standard deviation about the mean. */
export function spread(values: Float32Array): number {
  const mean = values.reduce((s, x) => s + x, 0) / values.length;
  return Math.sqrt(values.reduce((s, x) => s + (x - mean) ** 2, 0) / values.length);
}

export function correlation(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}
