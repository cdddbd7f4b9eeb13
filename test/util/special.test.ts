import { expect, test } from "vitest";
import { erf, erfc, normalCdf } from "../../src/util/special.js";

/** x, erf(x), erfc(x) from scipy.special 1.10. */
const KNOWN = [
  [0, 0, 1],
  [1e-8, 1.1283791670955125e-8, 0.9999999887162083],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [1.9, 0.9927904292352575, 0.007209570764742531],
  [2, 0.9953222650189527, 0.004677734981047266],
  [3.3, 0.999996942290203, 3.057709796438164e-6],
  [6, 1, 2.1519736712498913e-17],
  [-1.2, -0.9103139782296353, 1.9103139782296354],
  [-4, -0.9999999845827421, 1.999999984582742],
] as const;

test.each(KNOWN)("erf and erfc of %f", (x, expected, complement) => {
  expect(Math.abs(erf(x) - expected)).toBeLessThan(1e-15 + 1e-13 * Math.abs(expected));
  expect(Math.abs(erfc(x) - complement)).toBeLessThan(1e-12 * complement);
});

test("the normal distribution's quantiles", () => {
  expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 13);
  expect(normalCdf(0)).toBe(0.5);
});
