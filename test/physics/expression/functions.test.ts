import { expect, test } from "vitest";
import { agrees, values } from "./sample.js";

/** The vector z of the three events, and the two tracks from their columns: [px, py, pz, energy]. */
type Four = readonly [number, number, number, number];
const Z: readonly Four[] = [
  [1, -2, 2, 5],
  [0, 3, 4, 13],
  [3, 1, -2, 4],
];
const track = (p: number, theta: number, phi: number): Four => [
  p * Math.sin(theta) * Math.cos(phi),
  p * Math.sin(theta) * Math.sin(phi),
  p * Math.cos(theta),
  Math.hypot(p, 0.13957),
];
const PIP = [track(2, 0.5, 3), track(3, 1.2, -1), track(0.5, 3, 2)];
const PIM = [track(1, 2.5, -3), track(4, 0.2, 1), track(0.25, 1, 2.5)];

const dot3 = (a: Four, b: Four) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const dot = (a: Four, b: Four) => a[3] * b[3] - dot3(a, b);
const size = (a: Four) => Math.sqrt(dot3(a, a));
const etaOf = (a: Four) => -Math.log(Math.tan(Math.acos(a[2] / size(a)) / 2));
/** The difference of azimuths by complex division, without any wrapping. */
const turn = (a: Four, b: Four) => Math.atan2(a[1] * b[0] - a[0] * b[1], a[0] * b[0] + a[1] * b[1]);

test.each<[string, (z: Four) => number]>([
  ["mass(z)", (z) => Math.sqrt(dot(z, z))],
  ["mass2(z)", (z) => dot(z, z)],
  ["energy(z)", (z) => z[3]],
  ["px(z)", (z) => z[0]],
  ["py(z)", (z) => z[1]],
  ["pz(z)", (z) => z[2]],
  ["p(z)", size],
  ["pt(z)", (z) => Math.sqrt(z[0] ** 2 + z[1] ** 2)],
  ["eta(z)", etaOf],
  ["theta(z)", (z) => Math.acos(z[2] / size(z))],
  ["cosTheta(z)", (z) => z[2] / size(z)],
  ["phi(z)", (z) => Math.atan2(z[1], z[0])],
  ["rapidity(z)", (z) => Math.atanh(z[2] / z[3])],
  ["beta(z)", (z) => size(z) / z[3]],
  ["gamma(z)", (z) => 1 / Math.sqrt(1 - (size(z) / z[3]) ** 2)],
  ["mt(z)", (z) => Math.sqrt(dot(z, z) + z[0] ** 2 + z[1] ** 2)],
  ["energy(withMass(z, 2))", (z) => Math.sqrt(dot3(z, z) + 4)],
  ["px(2 * z) + py(z / 2) + pz(-z) + energy(z * 3)", (z) => 2 * z[0] + z[1] / 2 - z[2] + 3 * z[3]],
  ["mass(z + z)", (z) => 2 * Math.sqrt(dot(z, z))],
  ["mass(p4(px(z), py(z), pz(z), energy(z)))", (z) => Math.sqrt(dot(z, z))],
  ["energy(ptEtaPhiM(pt(z), eta(z), phi(z), mass(z)))", (z) => z[3]],
  ["energy(pThetaPhiM(p(z), theta(z), phi(z), mass(z)))", (z) => z[3]],
  ["p(boosted(z, z))", () => 0],
  ["energy(boosted(beam, z))", (z) => (10 * z[3] - 10 * z[2]) / Math.sqrt(dot(z, z))],
])("%s", (text, wanted) => {
  expect(agrees(values(text), Z.map(wanted))).toBe(true);
});

test.each<[string, (a: Four, b: Four) => number]>([
  ["mass(pip + pim)", (a, b) => Math.sqrt(2 * 0.13957 ** 2 + 2 * dot(a, b))],
  ["mass2(pip - pim)", (a, b) => 2 * 0.13957 ** 2 - 2 * dot(a, b)],
  ["mass(pip - pim)", (a, b) => -Math.sqrt(2 * dot(a, b) - 2 * 0.13957 ** 2)],
  ["dot(pip, pim)", dot],
  ["angle(pip, pim)", (a, b) => Math.acos(dot3(a, b) / size(a) / size(b))],
  ["deltaPhi(pip, pim)", turn],
  ["deltaPhi(pim, pip)", (a, b) => turn(b, a)],
  ["deltaEta(pip, pim)", (a, b) => etaOf(a) - etaOf(b)],
  ["deltaR(pip, pim)", (a, b) => Math.hypot(etaOf(a) - etaOf(b), turn(a, b))],
  [
    "mt(pip, pim)",
    (a, b) => Math.sqrt(2 * Math.hypot(a[0], a[1]) * Math.hypot(b[0], b[1]) * (1 - Math.cos(turn(a, b)))),
  ],
])("%s", (text, wanted) => {
  const expected = PIP.map((a, i) => wanted(a, PIM[i]));
  expect(agrees(values(text), expected, 1e-11), `${values(text)} is not ${expected}`).toBe(true);
});

test("the mass of the beam and a proton at rest, from vectors that are the same in all events", () => {
  const target = { px: 0, py: 0, pz: 0, energy: 0.93827 };
  const w = Math.sqrt(0.93827 ** 2 + 2 * 10 * 0.93827);
  expect(agrees(values("mass(beam + target)", "truth", { vectors: { target } }), [w, w, w])).toBe(true);
});

test.each<[string, (x: number) => number]>([
  ["abs(w)", Math.abs],
  ["sqrt(w)", Math.sqrt],
  ["exp(w)", Math.exp],
  ["log(w)", Math.log],
  ["log10(w)", Math.log10],
  ["sin(w)", Math.sin],
  ["cos(w)", Math.cos],
  ["tan(w)", Math.tan],
  ["asin(w / 10)", (x) => Math.asin(x / 10)],
  ["acos(w / 10)", (x) => Math.acos(x / 10)],
  ["atan(w)", Math.atan],
  ["atan2(w, 2)", (x) => Math.atan2(x, 2)],
  ["sinh(w)", Math.sinh],
  ["cosh(w)", Math.cosh],
  ["tanh(w)", Math.tanh],
  ["asinh(w)", Math.asinh],
  ["floor(w / 2)", (x) => Math.floor(x / 2)],
  ["round(w / 4)", (x) => Math.round(x / 4)],
  ["w ^ 3", (x) => x ** 3],
  ["w ^ 2", (x) => x * x],
  ["max(w, 0)", (x) => Math.max(x, 0)],
  ["min(w, 0)", (x) => Math.min(x, 0)],
  ["if(w > 0, w, -w)", Math.abs],
])("%s", (text, wanted) => {
  expect(values(text)).toEqual([4, -9, 1].map(wanted));
});
