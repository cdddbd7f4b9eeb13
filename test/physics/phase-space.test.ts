import { describe, expect, test } from "vitest";
import { add, mass, momentum } from "../../src/physics/four-vector.js";
import { breakUpMomentum, PhaseSpace } from "../../src/physics/phase-space.js";
import { ConfigError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";

describe.each([
  [4.43, [0.13957, 0.13957, 0.93827]],
  [1.2, [0.5, 0.4]],
  [10, [1, 2, 0.5, 0, 3]],
])("a system of %f GeV", (total, masses) => {
  test(`decays into ${masses.length} particles that conserve momentum and have their masses`, () => {
    const phaseSpace = new PhaseSpace(total, masses);
    const random = new Random(1);
    for (let i = 0; i < 200; i++) {
      const products = phaseSpace.generate(random.at(i));
      const sum = products.reduce(add);
      expect(momentum(sum)).toBeLessThan(1e-9);
      expect(Math.abs(sum.energy - total)).toBeLessThan(1e-9);
      // The mass of a light fast particle is a small difference of large numbers.
      products.forEach((p, j) => {
        expect(Math.abs(mass(p) ** 2 - masses[j] ** 2)).toBeLessThan(1e-8);
      });
    }
  });
});

test("three bodies fill the Dalitz plot evenly", () => {
  const total = 4.43;
  const [a, b, c] = [0.13957, 0.13957, 0.93827];
  const phaseSpace = new PhaseSpace(total, [a, b, c]);
  const random = new Random(2);
  const n = 100_000;
  const bins = 40;
  const low = a + b;
  const high = total - c;
  const counts = new Float64Array(bins);
  for (let i = 0; i < n; i++) {
    const [p, q] = phaseSpace.generate(random.at(i));
    counts[Math.floor(((mass(add(p, q)) - low) / (high - low)) * bins)]++;
  }
  // dN/dM is proportional to the product of the two break-up momenta (PDG review, kinematics, eq. 49.23).
  const density = (m: number) => breakUpMomentum(total, m, c) * breakUpMomentum(m, a, b);
  const expected = Float64Array.from({ length: bins }, (_, k) => {
    const steps = 200;
    let sum = 0;
    for (let s = 0; s < steps; s++) sum += density(low + ((high - low) * (k + (s + 0.5) / steps)) / bins);
    return sum;
  });
  const norm = n / expected.reduce((x, y) => x + y, 0);
  const chi2 = counts.reduce((sum, count, k) => sum + (count - norm * expected[k]) ** 2 / (norm * expected[k]), 0);
  expect(chi2).toBeLessThan(bins - 1 + 5 * Math.sqrt(2 * bins));
});

test("directions of a two-body decay are isotropic", () => {
  const phaseSpace = new PhaseSpace(2, [0.5, 0.5]);
  const random = new Random(3);
  const n = 50_000;
  let first = 0;
  let second = 0;
  for (let i = 0; i < n; i++) {
    const [p] = phaseSpace.generate(random.at(i));
    const cosTheta = p.pz / momentum(p);
    first += cosTheta;
    second += cosTheta * cosTheta;
  }
  expect(Math.abs(first / n)).toBeLessThan(5 * Math.sqrt(1 / 3 / n));
  expect(Math.abs(second / n - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / n));
});

test("products heavier than the system are refused", () => {
  expect(() => new PhaseSpace(1, [0.6, 0.5])).toThrow(ConfigError);
  expect(() => new PhaseSpace(1, [0.6])).toThrow(/two or more products/);
});
