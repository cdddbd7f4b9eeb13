import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareCorrelations } from "../../../src/metrics/joint/correlation.js";
import { frechetDistance } from "../../../src/metrics/joint/frechet.js";
import { kernelDistance } from "../../../src/metrics/joint/kernel.js";
import { compareManifolds } from "../../../src/metrics/joint/prdc.js";
import { compareSliced } from "../../../src/metrics/joint/sliced.js";
import { inlinePool, sharedArray } from "../../../src/util/pool.js";
import { Random } from "../../../src/util/random.js";
import { points, tools } from "./helpers.js";

const path = new URL("../../../validation/data/metrics-joint.json", import.meta.url);
const oracle = JSON.parse(readFileSync(path, "utf8"));
const [x, y] = [points(oracle.x), points(oracle.y)];
const weightedX = points(oracle.x, Float64Array.from(oracle.u));
const weightedY = points(oracle.y, Float64Array.from(oracle.v));

describe("independent implementations", () => {
  it("agree on sliced distances along given directions (POT), with and without weights", async () => {
    const flat = (oracle.directions as number[][]).flat();
    const directions = sharedArray(Float64Array, flat.length);
    directions.set(flat);
    for (const [a, b, expected] of [
      [x, y, oracle.sliced],
      [weightedX, weightedY, oracle.slicedWeighted],
    ]) {
      const { means } = await compareSliced(a, b, directions, tools());
      expect(means[0]).toBeCloseTo(expected.w1, 11);
      expect(means[1]).toBeCloseTo(expected.w2, 11);
      expect(means[2]).toBeCloseTo(expected.ks, 12);
    }
  });

  it("agree on the Frechet distance (scipy.linalg.sqrtm)", () => {
    expect(frechetDistance(x, y).finite).toBeCloseTo(oracle.frechet, 9);
    expect(frechetDistance(weightedX, weightedY).finite).toBeCloseTo(oracle.frechetWeighted, 9);
  });

  it("agree on the bias that the extrapolation removes", () => {
    const { n, mix, mean } = oracle.frechetBias;
    let bias = 0;
    const trials = 60;
    for (let t = 0; t < trials; t++) {
      const draw = (seed: number) => {
        const random = new Random(seed);
        const z = Array.from({ length: n }, () => [0, 1, 2].map(() => random.normal()));
        return points([0, 1, 2].map((k) => z.map((row) => row.reduce((sum, a, j) => sum + a * mix[j][k], 0))));
      };
      const { value, finite } = frechetDistance(draw(2 * t), draw(2 * t + 1));
      bias += (finite - value) / trials;
    }
    // What is left are terms in 1/n^2.
    expect(Math.abs(bias / mean[0] - 1)).toBeLessThan(0.04);
  });

  it("agree on the kernel distance (all pairs of events)", async () => {
    for (const [a, b, expected] of [
      [x, y, oracle.kernel],
      [weightedX, weightedY, oracle.kernelWeighted],
    ]) {
      const { value } = await kernelDistance(a, b, inlinePool(), new Random(1));
      expect(value).toBeCloseTo(expected, 10);
    }
  });

  it("agree on correlations (numpy.corrcoef and numpy.cov)", () => {
    const { metric, correlations } = compareCorrelations(x, y, tools());
    expect(metric.value).toBeCloseTo(oracle.correlation, 12);
    expect(compareCorrelations(weightedX, weightedY, tools()).metric.value).toBeCloseTo(oracle.correlationWeighted, 12);
    for (const [j, row] of correlations.reference.entries()) {
      for (const [k, r] of row.entries()) expect(r).toBeCloseTo(oracle.corrcoef[j][k], 6);
    }
  });

  it("agree on precision, recall, density and coverage (scikit-learn's neighbours)", async () => {
    for (const [k, expected] of [
      [5, oracle.prdc],
      [3, oracle.prdc3],
    ]) {
      const { value } = await compareManifolds(x, y, k, tools());
      for (const name of ["precision", "recall", "density", "coverage"] as const) {
        expect(value[name], name).toBeCloseTo(expected[name], 12);
      }
    }
  });
});
