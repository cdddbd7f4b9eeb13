import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crossEntropy, type Rotation } from "../../../src/metrics/classifier/divergence.js";
import { calibratedShares, isotonic } from "../../../src/metrics/classifier/isotonic.js";
import { pairedError, ROC_GRID, rankingOf, rocOf } from "../../../src/metrics/classifier/roc.js";
import { Random } from "../../../src/util/random.js";

const path = new URL("../../../validation/data/metrics-classifier.json", import.meta.url);
const oracle = JSON.parse(readFileSync(path, "utf8"));
const labels = Uint8Array.from(oracle.labels as number[]);
const weights = Float64Array.from(oracle.weights as number[]);
const ones = new Float64Array(labels.length).fill(1);
const [a, b] = [Float32Array.from(oracle.a as number[]), Float32Array.from(oracle.b as number[])];

describe("the area under a ROC curve", () => {
  it("is scikit-learn's, with ties, and has DeLong's errors", () => {
    const [x, y] = [a, b].map((scores) => rankingOf({ scores, labels, weights: ones }));
    for (const [k, ranking] of [x, y].entries()) {
      expect(ranking.auc).toBeCloseTo(oracle.auc[k], 12);
      expect(ranking.auc).toBeCloseTo(oracle.aucSklearn[k], 12);
      expect(ranking.error).toBeCloseTo(oracle.errors[k], 12);
    }
    expect(pairedError({ labels, weights: ones }, x, y)).toBeCloseTo(oracle.errorOfDifference, 12);
  });

  it("is scikit-learn's with weights, and so is the curve", () => {
    const scored = { scores: a, labels, weights };
    expect(rankingOf(scored).auc).toBeCloseTo(oracle.aucWeighted, 12);
    const roc = rocOf(scored);
    expect(roc.length).toBe(ROC_GRID.length);
    for (const [k, rate] of (oracle.roc as number[]).entries()) expect(roc[k + 1]).toBeCloseTo(rate, 6);
  });

  it("is that of all pairs, one by one", () => {
    const random = new Random(3);
    const scores = Float32Array.from({ length: 60 }, () => random.integer(12));
    const flags = Uint8Array.from(scores, () => random.integer(2));
    const w = Float64Array.from(scores, () => 0.2 + random.uniform());
    let [pairs, wins] = [0, 0];
    for (const i of scores.keys()) {
      for (const j of scores.keys()) {
        if (flags[i] !== 1 || flags[j] !== 0) continue;
        pairs += w[i] * w[j];
        wins += w[i] * w[j] * (scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0);
      }
    }
    expect(rankingOf({ scores, labels: flags, weights: w }).auc).toBeCloseTo(wins / pairs, 12);
  });

  it("takes weights of integers as repetition of events, for its value", () => {
    const random = new Random(4);
    const scores = Float32Array.from({ length: 200 }, () => random.normal());
    const flags = Uint8Array.from(scores, (_, i) => i % 2);
    const w = Float64Array.from(scores, (_, i) => 1 + (i % 3));
    const again = Array.from(scores.keys()).flatMap((i) => new Array<number>(w[i]).fill(i));
    const repeated = {
      scores: Float32Array.from(again, (i) => scores[i]),
      labels: Uint8Array.from(again, (i) => flags[i]),
      weights: new Float64Array(again.length).fill(1),
    };
    expect(rankingOf({ scores, labels: flags, weights: w }).auc).toBeCloseTo(rankingOf(repeated).auc, 12);
  });

  it("knows its noise where scores say nothing, with weights and ties", () => {
    const random = new Random(5);
    const flags = Uint8Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const w = Float64Array.from(flags, (_, i) => 1 + (i % 4));
    for (const levels of [1e6, 3]) {
      let [squares, expected, errors] = [0, 0, 0];
      for (let trial = 0; trial < 400; trial++) {
        const scores = Float32Array.from(flags, () => random.integer(levels));
        const ranking = rankingOf({ scores, labels: flags, weights: w });
        squares += (ranking.auc - 0.5) ** 2 / 400;
        expected += ranking.nullDeviation ** 2 / 400;
        errors += ranking.error ** 2 / 400;
      }
      // 400 squares have a mean to 7 %.
      expect(Math.abs(expected / squares - 1)).toBeLessThan(0.22);
      expect(Math.abs(errors / squares - 1)).toBeLessThan(0.22);
    }
  });

  it("is 1/2 without noise where all scores are equal", () => {
    const ranking = rankingOf({ scores: new Float32Array(labels.length), labels, weights });
    expect(ranking.auc).toBeCloseTo(0.5, 12);
    expect(ranking.nullDeviation).toBe(0);
  });
});

describe("isotonic calibration", () => {
  it("is scikit-learn's", () => {
    const { y, w, shares } = oracle.isotonic as Record<string, number[]>;
    const found = isotonic(
      Float64Array.from(y, (label, i) => label * w[i]),
      Float64Array.from(y, (label, i) => (1 - label) * w[i]),
    );
    for (const [i, share] of shares.entries()) expect(found[i]).toBeCloseTo(share, 12);
  });

  it("is the largest of the least means, group by group", () => {
    const random = new Random(6);
    const p = Float64Array.from({ length: 40 }, () => random.integer(4));
    const q = p.map(() => 0.5 + random.integer(3));
    const found = isotonic(p, q);
    for (let i = 0; i < p.length; i++) {
      let best = 0;
      for (let from = 0; from <= i; from++) {
        let least = 1;
        let [s, t] = [0, 0];
        for (let to = from; to < p.length; to++) {
          s += p[to];
          t += p[to] + q[to];
          if (to >= i) least = Math.min(least, s / t);
        }
        best = Math.max(best, least);
      }
      expect(found[i]).toBeCloseTo(best, 12);
    }
  });

  it("leaves no share 0 or 1, and keeps the order", () => {
    const shares = calibratedShares(Float64Array.of(0, 0, 1, 1, 3, 2), Float64Array.of(4, 5, 3, 1, 0, 0));
    expect(shares[0]).toBeCloseTo(0.05, 12);
    expect(shares[5]).toBeCloseTo(1 - 0.5 / 6, 12);
    for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeGreaterThanOrEqual(shares[i - 1]);
    expect(calibratedShares(Float64Array.of(0, 20), Float64Array.of(1, 1000))[0]).toBeLessThanOrEqual(20 / 1020);
    expect(calibratedShares(Float64Array.of(0, 2), Float64Array.of(2, 0)).every((p) => p > 0 && p < 1)).toBe(true);
  });
});

it("the cross-entropy is scikit-learn's where its probabilities are used", () => {
  const n = labels.length;
  const p = oracle.p as number[];
  // Each test event looks at its own group; 20,000 events a group make the calibrated shares these to 1e-5.
  const order = Uint32Array.from(Array.from(p.keys()).sort((i, j) => p[i] - p[j]));
  const signed = Float64Array.from({ length: 3 * n }, (_, i) =>
    i < n
      ? labels[i] === 1
        ? weights[i]
        : -weights[i]
      : 1e4 * (i < 2 * n ? p[order[i - n]] : p[order[i - 2 * n]] - 1),
  );
  const nearest = new Uint32Array(n);
  for (const [g, i] of order.entries()) nearest[i] = g;
  const rotation: Rotation = {
    calibrate: Uint32Array.from({ length: 2 * n }, (_, k) => n + (k >> 1) + n * (k & 1)),
    groups: Uint32Array.from({ length: 2 * n }, (_, k) => k >> 1),
    groupCount: n,
    test: Uint32Array.from({ length: n }, (_, i) => i),
    nearest,
  };
  // Both classes count alike here, and by their weights there.
  const side = (label: number) => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < n; i++) {
      if (labels[i] !== label) continue;
      sum += weights[i] * -Math.log(label === 1 ? p[i] : 1 - p[i]);
      total += weights[i];
    }
    return { sum, total };
  };
  const [no, yes] = [side(0), side(1)];
  expect((no.sum + yes.sum) / (no.total + yes.total)).toBeCloseTo(oracle.logLoss, 12);
  const mean = p.reduce((sum, x) => sum + x, 0) / n;
  // Calibration balances the classes of its own part, which moves the odds by that part's ratio.
  const moved = p.map((x) => (x * (1 - mean)) / (x * (1 - mean) + (1 - x) * mean));
  let expected = 0;
  for (let i = 0; i < n; i++) {
    expected +=
      (weights[i] * -Math.log(labels[i] === 1 ? moved[i] : 1 - moved[i])) / 2 / (labels[i] === 1 ? yes : no).total;
  }
  expect(crossEntropy([rotation], signed).value).toBeCloseTo(expected, 3);
});
