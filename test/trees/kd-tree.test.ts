import { describe, expect, it } from "vitest";
import { buildKdTree, decodeDonorSampler, type KdTree } from "../../src/trees/index.js";
import { decodeKdTree } from "../../src/trees/kd-tree.js";
import { DataError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { reference, referenceData } from "./reference.js";

function cloud(rows: number, dimensions: number, random: Random, steps: number): Float32Array[] {
  return Array.from({ length: dimensions }, () => new Float32Array(rows).map(() => random.integer(steps) / steps));
}

function bruteForce(points: readonly Float32Array[], query: readonly number[], k: number): number[] {
  const distance = Array.from(points[0], (_, i) => points.reduce((s, x, j) => s + (x[i] - query[j]) ** 2, 0));
  const order = Array.from(distance.keys()).sort((a, b) => distance[a] - distance[b] || a - b);
  return order.slice(0, k);
}

function wordsFor(rows: number, random: Random): Uint32Array {
  return new Uint32Array(2 * rows).map(() => random.uint32());
}

describe("nearest neighbours", () => {
  it("agree with SciPy's cKDTree", () => {
    const tree = buildKdTree(referenceData(1).features);
    const queries = referenceData(1001).features.map((x) => x.subarray(0, 50));
    const found = new Uint32Array(250);
    tree.nearest(queries, 5, found);
    expect(Array.from(found)).toEqual(reference.nearest.index.flat());
  });

  it.each([
    [1, 5, 3],
    [7, 3, 4],
    [8, 2, 2],
    [9, 1, 3],
    [1000, 1, 16],
    [1000, 3, 8],
    [600, 6, 1000],
    [500, 2, 1],
  ])("agree with brute force: %i points, %i coordinates on a grid of %i, ties by row", (rows, dimensions, steps) => {
    const random = new Random(rows + dimensions);
    const points = cloud(rows, dimensions, random, steps);
    const queries = cloud(60, dimensions, random, steps * 2);
    const tree = buildKdTree(points);
    const k = Math.min(rows, 9);
    const found = new Uint32Array(60 * k);
    tree.nearest(queries, k, found);
    for (let i = 0; i < 60; i++) {
      const expected = bruteForce(
        points,
        queries.map((x) => x[i]),
        k,
      );
      expect(Array.from(found.subarray(k * i, k * (i + 1)))).toEqual(expected);
    }
  });
});

describe("donors", () => {
  const random = new Random(3);
  const points = cloud(2000, 3, random, 1 << 20);
  const query = [0.4, 0.5, 0.6];
  const draws = 30_000;
  const queries = query.map((x) => new Float32Array(draws).fill(x));
  const counts = (tree: KdTree): Map<number, number> => {
    const out = new Uint32Array(draws);
    tree.sample(queries, wordsFor(draws, random), out);
    const count = new Map<number, number>();
    for (const row of out) count.set(row, (count.get(row) ?? 0) + 1);
    return count;
  };

  it("are the nearest points, all alike", () => {
    const count = counts(buildKdTree(points, { neighbours: 4 }));
    expect(Array.from(count.keys()).sort()).toEqual(bruteForce(points, query.map(Math.fround), 4).sort());
    for (const n of count.values()) expect(Math.abs(n - draws / 4)).toBeLessThan(4 * Math.sqrt(draws / 4));
  });

  it("come in proportion to weight", () => {
    const near = bruteForce(points, query.map(Math.fround), 3);
    const weight = new Float32Array(2000).fill(7);
    near.forEach((row, j) => {
      weight[row] = j;
    });
    const count = counts(buildKdTree(points, { neighbours: 3, weight }));
    expect(count.has(near[0])).toBe(false);
    const heavy = count.get(near[2]) ?? 0;
    expect(Math.abs(heavy - (draws * 2) / 3)).toBeLessThan(4 * Math.sqrt((draws * 2) / 9));
    expect(heavy + (count.get(near[1]) ?? 0)).toBe(draws);
  });

  it("are the same after a round trip, whole or in parts; damaged bytes are refused", () => {
    const weight = new Float32Array(2000).map(() => random.uniform());
    const tree = buildKdTree(points, { neighbours: 5, weight });
    const bytes = tree.encode();
    const again = decodeDonorSampler(bytes);
    const words = wordsFor(2000, random);
    const expected = new Uint32Array(2000);
    tree.sample(points, words, expected);
    const found = new Uint32Array(2000);
    again.sample(points, words, found, 0, 900);
    again.sample(points, words, found, 900, 2000);
    expect(found).toEqual(expected);
    found.fill(0);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const single = decodeKdTree(shared);
    for (let i = 0; i < 2000; i++) single.sample(points, words, found, i, i + 1);
    expect(found).toEqual(expected);
    for (const length of [0, 4, 13, bytes.length >> 1, bytes.length - 1]) {
      expect(() => decodeKdTree(bytes.slice(0, length))).toThrow(DataError);
    }
    expect(() => decodeDonorSampler(bytes.slice(1))).toThrow(/unknown format/);
  });

  it("refuses what is no point", () => {
    const bad = new Float32Array([1, Number.POSITIVE_INFINITY]);
    expect(() => buildKdTree([new Float32Array(2), bad])).toThrow(/coordinate 1 .*Infinity in row 1/);
    expect(() => buildKdTree([new Float32Array(0)])).toThrow(DataError);
    expect(() => buildKdTree(points, { neighbours: 0 })).toThrow(/kdTree.neighbours/);
    expect(() => buildKdTree(points).nearest(points, 2001, new Uint32Array(2001))).toThrow(/k out of range/);
  });
});
