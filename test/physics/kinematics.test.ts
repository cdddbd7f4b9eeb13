import { expect, test } from "vitest";
import {
  add,
  boost,
  boostToRest,
  eta,
  type FourVector,
  fromPtEtaPhi,
  fromSpherical,
  mass,
  momentum,
  phi,
  pt,
  theta,
  wrapAngle,
} from "../../src/physics/four-vector.js";
import { directionIn, helicityDirection } from "../../src/physics/kinematics.js";

const close = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-12 * Math.max(1, Math.abs(b)));

test("one momentum in two coordinate systems is the same vector", () => {
  const a = fromSpherical(5, 0.7, -2.1, 0.938);
  const b = fromPtEtaPhi(pt(a), eta(a), phi(a), 0.938);
  for (const key of ["px", "py", "pz", "energy"] as const) close(a[key], b[key]);
  close(theta(a), 0.7);
  close(mass(a), 0.938);
  close(mass({ px: 2, py: 0, pz: 0, energy: 1 }), -Math.sqrt(3));
});

test("boosting there and back changes nothing, and keeps the mass", () => {
  const v = fromSpherical(3, 1.1, 0.4, 0.5);
  const there = boost(v, 0.3, -0.5, 0.6);
  const back = boost(there, -0.3, 0.5, -0.6);
  for (const key of ["px", "py", "pz", "energy"] as const) close(back[key], v[key]);
  close(mass(there), 0.5);
  close(momentum(boostToRest(v, v)), 0);
});

test("back-to-back products of a moving parent are so in its rest frame", () => {
  const parent = fromSpherical(4, 0.3, 1, 2);
  const toLab = (v: FourVector) =>
    boost(v, parent.px / parent.energy, parent.py / parent.energy, parent.pz / parent.energy);
  const one = toLab({ px: 0.3, py: 0.4, pz: 0.5, energy: 1 });
  const direction = directionIn(one, parent);
  close(direction.cosTheta, Math.SQRT1_2);
  close(direction.phi, Math.atan2(0.4, 0.3));
});

test("helicity angles do not change when the whole event turns about the beam", () => {
  const turn = (v: FourVector, angle: number): FourVector => ({
    ...v,
    px: v.px * Math.cos(angle) - v.py * Math.sin(angle),
    py: v.px * Math.sin(angle) + v.py * Math.cos(angle),
  });
  const pip = fromSpherical(4, 0.2, 0.5, 0.14);
  const pim = fromSpherical(3, 0.3, -2, 0.14);
  const proton = fromSpherical(2, 0.5, 2.8, 0.938);
  const beam = { px: 0, py: 0, pz: 10, energy: 10 };
  const direct = helicityDirection(pip, add(pip, pim), proton, beam);
  const t = [pip, pim, proton].map((v) => turn(v, 1.234));
  const turned = helicityDirection(t[0], add(t[0], t[1]), t[2], beam);
  close(turned.cosTheta, direct.cosTheta);
  close(turned.phi, direct.phi);
  // The other pion goes the opposite way.
  const other = helicityDirection(pim, add(pip, pim), proton, beam);
  close(other.cosTheta, -direct.cosTheta);
  close(Math.abs(wrapAngle(other.phi - direct.phi)), Math.PI);
});

test("angles are wrapped into (-pi, pi]", () => {
  close(wrapAngle(3 * Math.PI + 0.1), -Math.PI + 0.1);
  expect(wrapAngle(-Math.PI)).toBe(Math.PI);
  expect(wrapAngle(0.3)).toBe(0.3);
});
