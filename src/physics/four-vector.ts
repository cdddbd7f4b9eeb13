import { TWO_PI } from "./constants.js";

/** Four-momentum [GeV]. */
export interface FourVector {
  readonly px: number;
  readonly py: number;
  readonly pz: number;
  readonly energy: number;
}

/** Makes a four-vector from momentum [GeV], polar and azimuthal angle [rad] and mass [GeV]. */
export function fromSpherical(p: number, theta: number, phi: number, mass: number): FourVector {
  const pt = p * Math.sin(theta);
  return {
    px: pt * Math.cos(phi),
    py: pt * Math.sin(phi),
    pz: p * Math.cos(theta),
    energy: Math.sqrt(p * p + mass * mass),
  };
}

/** Makes a four-vector from transverse momentum [GeV], pseudorapidity, azimuthal angle [rad] and mass [GeV]. */
export function fromPtEtaPhi(pt: number, eta: number, phi: number, mass: number): FourVector {
  const pz = pt * Math.sinh(eta);
  return {
    px: pt * Math.cos(phi),
    py: pt * Math.sin(phi),
    pz,
    energy: Math.sqrt(pt * pt + pz * pz + mass * mass),
  };
}

export function add(a: FourVector, b: FourVector): FourVector {
  return { px: a.px + b.px, py: a.py + b.py, pz: a.pz + b.pz, energy: a.energy + b.energy };
}

/** Magnitude of the three-momentum [GeV]. */
export function momentum(v: FourVector): number {
  return Math.sqrt(v.px * v.px + v.py * v.py + v.pz * v.pz);
}

/** Invariant mass [GeV]; negative, as is the custom, where the vector is spacelike. */
export function mass(v: FourVector): number {
  const squared = v.energy * v.energy - v.px * v.px - v.py * v.py - v.pz * v.pz;
  return squared < 0 ? -Math.sqrt(-squared) : Math.sqrt(squared);
}

/** Transverse momentum [GeV]. */
export function pt(v: FourVector): number {
  return Math.hypot(v.px, v.py);
}

/** Polar angle [rad] in [0, pi]. */
export function theta(v: FourVector): number {
  return Math.atan2(Math.hypot(v.px, v.py), v.pz);
}

/** Azimuthal angle [rad] in (-pi, pi]. */
export function phi(v: FourVector): number {
  return Math.atan2(v.py, v.px);
}

/** Pseudorapidity. */
export function eta(v: FourVector): number {
  return Math.asinh(v.pz / Math.hypot(v.px, v.py));
}

/** Transforms a vector into the rest frame of `frame`, without rotation. */
export function boostToRest(v: FourVector, frame: FourVector): FourVector {
  return boost(v, -frame.px / frame.energy, -frame.py / frame.energy, -frame.pz / frame.energy);
}

/** Boosts a vector by the velocity (bx, by, bz), |b| < 1: a vector at rest comes out moving with that velocity. */
export function boost(v: FourVector, bx: number, by: number, bz: number): FourVector {
  const b2 = bx * bx + by * by + bz * bz;
  if (b2 === 0) return v;
  const gamma = 1 / Math.sqrt(1 - b2);
  const along = bx * v.px + by * v.py + bz * v.pz;
  const factor = ((gamma - 1) * along) / b2 + gamma * v.energy;
  return {
    px: v.px + factor * bx,
    py: v.py + factor * by,
    pz: v.pz + factor * bz,
    energy: gamma * (v.energy + along),
  };
}

/** Wraps an angle [rad] into (-pi, pi]. */
export function wrapAngle(angle: number): number {
  const turned = angle - TWO_PI * Math.round(angle / TWO_PI);
  return turned <= -Math.PI ? turned + TWO_PI : turned;
}
