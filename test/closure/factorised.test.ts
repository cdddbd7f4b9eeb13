/** @file The factorised method learns the toy detector, whose true response is known, and must find it again. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { concatTables, type EventTable } from "../../src/data/event-table.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { clasAcceptance, clasSmear, clasToy } from "../../src/physics/detectors/clas-toy.js";
import { gun } from "../../src/physics/processes/gun.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { simulate } from "../../src/pipeline/simulate.js";
import { Random } from "../../src/util/random.js";
import { collect, sourceOf } from "../helpers/memory.js";

const TRAINING = 300_000;
const TEST = 200_000;
const DEGREE = Math.PI / 180;
const pool = workerPool(2);
afterAll(() => pool.close());

/** A central region, away from the hard edges, where the true efficiency of angle is 0.95. */
const central = (theta: number, phi: number) => {
  const s = Math.abs(phi / DEGREE + (theta / DEGREE - 90) / 5);
  return theta > 20 * DEGREE && theta < 160 * DEGREE && s > 14 && s < 166;
};

interface Tracks {
  readonly p: Float64Array;
  readonly theta: Float64Array;
  readonly phi: Float64Array;
}

const tracks = (table: EventTable, level: "truth" | "reco"): Tracks => ({
  p: table.numbers(`${level}_particle_p`),
  theta: table.numbers(`${level}_particle_theta`),
  phi: table.numbers(`${level}_particle_phi`),
});

const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const quantile = (sorted: readonly number[], q: number) => sorted[Math.floor(q * (sorted.length - 1))];
/** Half of the central 68.27 % interval; its error for n Gaussian values is about 0.99 sigma / sqrt(n). */
const halfWidth = (x: readonly number[]) => {
  const sorted = [...x].sort((a, b) => a - b);
  return (quantile(sorted, 0.84135) - quantile(sorted, 0.15865)) / 2;
};

describe.each(["trees", "neighbours"])("reconstruction by %s", (kind) => {
  let weighted: EventTable;
  let truth: Tracks;
  let reco: Tracks;

  beforeAll(async () => {
    const training = await clasToy.forObjects(["particle"]).simulate(gun.generate(TRAINING, { seed: 1 }), { seed: 1 });
    const spec = parseRunSpec(
      {
        name: "closure",
        data: { files: ["memory"], objects: [{ name: "particle", variables: ["p", "theta", "phi"] }] },
        options: { reconstruction: { kind } },
      },
      "closure",
    );
    const bundle = await fit(spec, { events: [sourceOf(training)] }, { pool, seed: 1 });
    const events = gun.generate(TEST, { seed: 2 });
    const chunks = await collect(simulate(bundle, sourceOf(events), { seed: 3, acceptance: "weight" }, pool));
    weighted = concatTables(chunks);
    truth = tracks(weighted, "truth");
    reco = tracks(weighted, "reco");
  });

  const select = (keep: (i: number) => boolean) => {
    const rows: number[] = [];
    for (let i = 0; i < TEST; i++) if (keep(i) && central(truth.theta[i], truth.phi[i])) rows.push(i);
    return rows;
  };

  test("acceptance in bins of momentum agrees within 4 sigma of the training statistics", () => {
    const learned = weighted.numbers("acceptance_particle");
    for (let low = 1; low < 10; low += 0.5) {
      const rows = select((i) => truth.p[i] >= low && truth.p[i] < low + 0.5);
      const expected = mean(rows.map((i) => clasAcceptance(truth.p[i], truth.theta[i], truth.phi[i])));
      const trained = rows.length * (TRAINING / TEST);
      // The model sees `trained` objects of this bin; 0.003 is its smoothing over the threshold.
      const sigma = Math.sqrt((expected * (1 - expected)) / trained);
      expect(Math.abs(mean(rows.map((i) => learned[i])) - expected), `P from ${low} GeV`).toBeLessThan(
        4 * sigma + 0.003,
      );
    }
  });

  test("the dead zones stay dead: mean acceptance inside, 1 degree or more from an edge, below 0.01", () => {
    const learned = weighted.numbers("acceptance_particle");
    const inside: number[] = [];
    for (let i = 0; i < TEST; i++) {
      const s = Math.abs(truth.phi[i] / DEGREE + (truth.theta[i] / DEGREE - 90) / 5);
      if (s < 9 || s > 171) inside.push(learned[i]);
    }
    expect(inside.length).toBeGreaterThan(5000);
    expect(mean(inside)).toBeLessThan(0.01);
  });

  test("overall yield agrees within 0.5 %", () => {
    const learned = mean([...weighted.numbers("acceptance_particle")]);
    const expected = mean(Array.from(truth.p, (p, i) => clasAcceptance(p, truth.theta[i], truth.phi[i])));
    expect(Math.abs(learned / expected - 1)).toBeLessThan(0.005);
  });

  test("momentum resolution and its tail agree in bins of momentum", () => {
    const random = new Random(9);
    const out = new Float64Array(3);
    for (let low = 3; low < 10; low++) {
      const rows = select((i) => truth.p[i] >= low && truth.p[i] < low + 1);
      const simulated = rows.map((i) => (reco.p[i] - truth.p[i]) / (1 + truth.p[i]));
      const expected = rows.map((i) => {
        clasSmear(truth.p[i], truth.theta[i], truth.phi[i], random, out);
        return (out[0] - truth.p[i]) / (1 + truth.p[i]);
      });
      const n = rows.length;
      // Donors are fewer than queries by the acceptance; both samples fluctuate.
      const sigma = Math.sqrt(1 / n + 1 / (n * 0.8 * (TRAINING / TEST)));
      expect(Math.abs(halfWidth(simulated) / halfWidth(expected) - 1)).toBeLessThan(4 * sigma + 0.01);
      const beyond = (x: number[]) => x.filter((v) => v < -0.1).length / n;
      const tail = beyond(expected);
      expect(Math.abs(beyond(simulated) - tail)).toBeLessThan(4 * Math.sqrt(tail) * sigma + 0.003);
    }
  });

  test("angular resolutions and their correlation agree in bins of theta", () => {
    for (const [low, high] of [
      [20, 40],
      [40, 70],
      [70, 110],
      [110, 160],
    ]) {
      const rows = select((i) => truth.p[i] > 3 && truth.theta[i] > low * DEGREE && truth.theta[i] < high * DEGREE);
      const dTheta = rows.map((i) => (reco.theta[i] - truth.theta[i]) / DEGREE);
      const dPhi = rows.map((i) => {
        const d = reco.phi[i] - truth.phi[i];
        return ((d - 2 * Math.PI * Math.round(d / (2 * Math.PI))) * Math.sin(truth.theta[i])) / DEGREE;
      });
      const n = rows.length;
      const sigma = Math.sqrt(1 / n + 1 / (n * 0.8 * (TRAINING / TEST)));
      expect(Math.abs(halfWidth(dTheta) - 1)).toBeLessThan(4 * sigma + 0.01);
      // Within a cell sin(theta) varies: allow 2 %.
      expect(Math.abs(halfWidth(dPhi) / Math.SQRT1_2 - 1)).toBeLessThan(4 * sigma + 0.02);
      const correlation =
        mean(rows.map((_, k) => dTheta[k] * dPhi[k])) /
        Math.sqrt(mean(dTheta.map((x) => x * x)) * mean(dPhi.map((x) => x * x)));
      expect(Math.abs(correlation + Math.SQRT1_2)).toBeLessThan(4 * sigma + 0.02);
    }
  });
});
