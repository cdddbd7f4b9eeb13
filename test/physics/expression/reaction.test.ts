import { expect, test } from "vitest";
import {
  add,
  directionIn,
  type FourVector,
  findProcess,
  fromSpherical,
  helicityDirection,
  mass,
} from "../../../src/index.js";
import { evaluateExpression, parseExpression } from "../../../src/physics/expression/index.js";
import { BEAM } from "./sample.js";

const TARGET: FourVector = { px: 0, py: 0, pz: 0, energy: 0.93827 };
const OBJECTS = ["pip", "pim", "p"] as const;
const MASSES = [0.13957, 0.13957, 0.93827];

const QUANTITIES: Record<string, [string, (pip: FourVector, pim: FourVector, p: FourVector) => number]> = {
  w: ["mass(pip + pim + p)", (pip, pim, p) => mass(add(add(pip, pim), p))],
  m2pi: ["mass(pip + pim)", (pip, pim) => mass(add(pip, pim))],
  cos_cm: ["cosThetaIn(p, beam + target)", (_pip, _pim, p) => directionIn(p, add(BEAM, TARGET)).cosTheta],
  phi_cm: ["phiIn(p, beam + target)", (_pip, _pim, p) => directionIn(p, add(BEAM, TARGET)).phi],
  cos_helicity: [
    "cosThetaHelicity(pip, pip + pim, p, beam)",
    (pip, pim, p) => helicityDirection(pip, add(pip, pim), p, BEAM).cosTheta,
  ],
  phi_helicity: [
    "phiHelicity(pip, pip + pim, p, beam)",
    (pip, pim, p) => helicityDirection(pip, add(pip, pim), p, BEAM).phi,
  ],
};

const process = findProcess("photoproduction");
const events = process.derive(process.generate(20_000, { seed: 3 }));
const vectors = { beam: BEAM, target: TARGET };

test.each(Object.entries(QUANTITIES))("%s of the reaction as an expression", (name, [text, closed]) => {
  const got = evaluateExpression(parseExpression(text, name), events, "truth", { vectors });
  const columns = OBJECTS.map((object) => ["p", "theta", "phi"].map((v) => events.numbers(`truth_${object}_${v}`)));
  const derived = events.numbers(`truth_${name}`);
  for (let i = 0; i < events.length; i++) {
    const [pip, pim, p] = columns.map(([size, theta, phi], k) => fromSpherical(size[i], theta[i], phi[i], MASSES[k]));
    const wanted = closed(pip, pim, p);
    if (!(Math.abs(got[i] - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)))) expect(got[i]).toBe(wanted);
    if (Math.fround(got[i]) !== derived[i]) expect(got[i]).toBeCloseTo(derived[i], 5);
  }
});

test("the missing mass of the proton is that of the pion pair", () => {
  const missing = evaluateExpression(parseExpression("mass(beam + target - p)", "q"), events, "truth", { vectors });
  const pair = evaluateExpression(parseExpression("mass(pip + pim)", "q"), events, "truth");
  expect(missing.every((value, i) => Math.abs(value - pair[i]) < 1e-4)).toBe(true);
});
