import { describe, expect, test } from "vitest";
import { clasAcceptance, clasSmear, clasToy } from "../../src/physics/detectors/clas-toy.js";
import { CrystalBall } from "../../src/physics/detectors/crystal-ball.js";
import { gun } from "../../src/physics/processes/gun.js";
import { photoproduction } from "../../src/physics/processes/photoproduction.js";
import { DataError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";

const N = 150_000;
const mean = (x: ArrayLike<number>) =>
  (Array.prototype.reduce.call(x, (a, b) => Number(a) + Number(b), 0) as number) / x.length;

describe("the published figures of the toy", () => {
  test("acceptance of flat single particles: 0.6056", async () => {
    const events = await clasToy.forObjects(gun.objects).simulate(gun.generate(N, { seed: 1 }), { seed: 1 });
    const accepted = mean(events.numbers("accepted_particle"));
    expect(Math.abs(accepted - 968_905 / 1.6e6)).toBeLessThan(5 * Math.sqrt((0.24 / N) * (1 + N / 1.6e6)));
  });

  test("acceptance of the reaction, correct phase space: p, pi+, pi-, all", async () => {
    const truth = photoproduction.generate(N, { seed: 1 });
    const events = await clasToy.forObjects(photoproduction.objects).simulate(truth, { seed: 1 });
    const flags = ["p", "pip", "pim"].map((object) => events.numbers(`accepted_${object}`));
    const all = flags[0].map((_, i) => flags[0][i] * flags[1][i] * flags[2][i]);
    // The reference sample has 1M events and masses rounded to 1 MeV, worth less than 1e-3.
    [...flags, all].forEach((flag, k) => {
      const expected = [0.5657, 0.4601, 0.4607, 0.1032][k];
      const spread = Math.sqrt((expected * (1 - expected) * (1 + N / 1e6)) / N);
      expect(Math.abs(mean(flag) - expected)).toBeLessThan(5 * spread + 1e-3);
    });
  });
});

test("momentum response: low-side tail and core width 0.025 (1 + P)", () => {
  const random = new Random(4);
  const out = new Float64Array(3);
  const x = Float64Array.from({ length: N }, () => {
    clasSmear(4, 1, 0.5, random, out);
    return (out[0] - 4) / (0.025 * 5);
  });
  // Crystal Ball with alpha 0.5, n 10: shares above and below from its closed-form integrals.
  const tail = (10 / 0.5 / 9) * Math.exp(-0.125);
  const core = Math.sqrt(2 * Math.PI) * 0.6914624612740131;
  const below = x.filter((v) => v < -0.5).length / N;
  expect(Math.abs(below - tail / (tail + core))).toBeLessThan(5 * Math.sqrt(0.25 / N));
  const above = x.filter((v) => v > 1).length / N;
  expect(Math.abs(above - (Math.sqrt(2 * Math.PI) * 0.15865525393145707) / (tail + core))).toBeLessThan(
    5 * Math.sqrt(0.15 / N),
  );
});

test("the tail of a Crystal Ball falls with its power", () => {
  const shape = new CrystalBall(0.5, 10, 200);
  const random = new Random(5);
  const x = Float64Array.from({ length: 4 * N }, () => shape.draw(random));
  const beyond = (t: number) => x.filter((v) => v < -t).length;
  // P(below -t) is proportional to (n/alpha - alpha + t)^(1 - n).
  const expected = ((20 - 0.5 + 5) / (20 - 0.5 + 2)) ** -9;
  const share = beyond(5) / beyond(2);
  expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / beyond(2)));
});

test("angular response: 1 degree in theta, 0.707 in phi sin(theta), correlation -0.707", () => {
  const random = new Random(6);
  const out = new Float64Array(3);
  const [theta, phi] = [0.6, -1.2];
  let [tt, pp, tp] = [0, 0, 0];
  for (let i = 0; i < N; i++) {
    clasSmear(3, theta, phi, random, out);
    const dt = ((out[1] - theta) * 180) / Math.PI;
    const dp = ((out[2] - phi) * Math.sin(theta) * 180) / Math.PI;
    tt += dt * dt;
    pp += dp * dp;
    tp += dt * dp;
  }
  expect(Math.abs(tt / N - 1)).toBeLessThan(5 * Math.sqrt(2 / N));
  expect(Math.abs(pp / N - 0.5)).toBeLessThan(5 * Math.sqrt(0.5 / N));
  expect(Math.abs(tp / N + 0.5)).toBeLessThan(5 * Math.sqrt(0.75 / N));
});

test("holes of the acceptance stand where they should", () => {
  const degree = Math.PI / 180;
  expect(clasAcceptance(9, 4.9 * degree, 0.5)).toBe(0);
  expect(clasAcceptance(9, 175.1 * degree, 0.5)).toBe(0);
  expect(clasAcceptance(9, 90 * degree, 9.9 * degree)).toBe(0);
  expect(clasAcceptance(9, 90 * degree, -170.1 * degree)).toBe(0);
  expect(clasAcceptance(9, 40 * degree, 10.1 * degree)).toBe(0);
  expect(clasAcceptance(9, 40 * degree, 20.1 * degree)).toBeCloseTo(0.855, 10);
  expect(clasAcceptance(2, 90 * degree, 1)).toBeCloseTo(0.4275, 10);
});

test("lost particles have no reconstruction, found ones have all of it", async () => {
  const events = await clasToy.forObjects(["particle"]).simulate(gun.generate(2000, { seed: 2 }), { seed: 3 });
  const accepted = events.flat("accepted_particle");
  for (const variable of ["p", "theta", "phi"]) {
    events.numbers(`reco_particle_${variable}`).forEach((x, i) => {
      expect(Number.isFinite(x)).toBe(accepted[i] === 1);
    });
  }
});

test("truth that is not finite is refused by name", () => {
  const truth = gun.generate(5, { seed: 1 });
  (truth.flat("truth_particle_theta") as Float32Array)[3] = Number.NaN;
  expect(() => clasToy.forObjects(["particle"]).simulate(truth, { seed: 1 })).toThrow(DataError);
});

test("events come out the same in any chunks", () => {
  const whole = photoproduction.generate(100, { seed: 9 });
  const part = photoproduction.generate(40, { seed: 9, firstEvent: 60 });
  for (const { field, values } of part.columns) {
    expect(values).toEqual(whole.flat(field.name).slice(60));
  }
});
