/** Particle masses [GeV]. Source: Particle Data Group, Phys. Rev. D 110 (2024) 030001, rounded to 1e-5 GeV. */
export const MASS = {
  electron: 0.000511,
  muon: 0.10566,
  chargedPion: 0.13957,
  neutralPion: 0.13498,
  chargedKaon: 0.49368,
  neutralKaon: 0.49761,
  proton: 0.93827,
  neutron: 0.93957,
  lambda: 1.11568,
  deuteron: 1.87561,
} as const;

export const TWO_PI = 2 * Math.PI;

/** Degrees in radians. */
export const DEGREE = Math.PI / 180;
