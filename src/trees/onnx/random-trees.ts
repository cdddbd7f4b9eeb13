/** @file Randomised trees as a graph: which leaf a row reaches in the tree that is drawn for it, and what it draws there. */
import { constant, ops, type Tensor } from "../../engine/index.js";
import { ConfigError } from "../../util/errors.js";
import { QUANTILES, type QuantileTrees } from "../quantile-trees.js";
import type { RandomTrees } from "../random-trees.js";

const { add, cast, div, floor, gatherRows, greater, less, minimum, mul, not, pick, reshape, slice, sub, sum, where } =
  ops;

/** A test that every row fails, at the end of a chain. */
const LEAST = -0x80000000;
/** Whole numbers up to this are exact in single precision. */
const MOST = 2 ** 24;

/** Turns the walking layout (see random-trees-pack.ts) of one tree into tests of columns; leaves hold their number. */
function ensembleTree(nodes: Int32Array, inputs: number, target: number): ops.EnsembleTree {
  const feature: number[] = [];
  const value: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const add = (f: number, v: number): number => {
    feature.push(f);
    value.push(v);
    yes.push(0);
    no.push(0);
    return feature.length - 1;
  };
  // Nodes still to be made, and where their number goes; a negative one is a leaf's.
  const waiting: { readonly from: number; readonly put: (id: number) => void }[] = [{ from: 0, put: () => {} }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    let { from } = next;
    while (from >= 0 && nodes[2 * from + 1] === LEAST) from = nodes[2 * from] >> 8;
    if (from < 0) {
      next.put(add(-1, ~from));
      continue;
    }
    const side = nodes[2 * from] & 255;
    const plain = side < inputs;
    const word = nodes[2 * from + 1];
    const id = add(plain ? side : side - inputs, floatOf(plain ? word : ~(word + 1)));
    next.put(id);
    const [stays, leaves] = [from + 1, nodes[2 * from] >> 8];
    const [below, above] = plain ? [stays, leaves] : [leaves, stays];
    waiting.push({ from: below, put: (k) => (yes[id] = k) }, { from: above, put: (k) => (no[id] = k) });
  }
  return { feature, value, yes, no, target };
}

/** The number whose ordered key (`keyOf`) this is. */
function floatOf(key: number): number {
  const bits = Int32Array.of(key >= 0 ? key : (LEAST - key) | 0);
  return new Float32Array(bits.buffer)[0];
}

const ints = (values: ArrayLike<number>) => constant("int32", [values.length, 1], values);

/** Whole part of a number in [0, parts), as single precision rounds: which of equal parts of [0, 1] it lies in. */
function placeGraph(uniform: Tensor, parts: Tensor | number): Tensor {
  const last = typeof parts === "number" ? parts - 1 : sub(parts, 1);
  return minimum(floor(mul(uniform, parts)), last);
}

/**
 * Number of the leaf that each row reaches in the tree that its uniform number chooses, counted over all trees.
 * @param leavesOf Leaves of each tree. @returns [n] int32
 */
function leafGraph(
  trees: readonly { readonly nodes: Int32Array }[],
  leavesOf: readonly number[],
  featureCount: number,
  features: Tensor,
  uniform: Tensor,
): Tensor {
  const total = leavesOf.reduce((a, b) => a + b, 0);
  if (total > MOST) {
    throw new ConfigError(
      `export: the randomised trees are too large; expected at most ${MOST} leaves, got ${total}. Fit with a larger minLeaf.`,
    );
  }
  const ensemble = trees.map(({ nodes }, t) => ensembleTree(nodes, featureCount, t));
  let first = 0;
  const base = leavesOf.map((count) => {
    first += count;
    return first - count;
  });
  const leaves = ops.treeEnsemble(features, { trees: ensemble, base });
  const tree = cast(placeGraph(uniform, trees.length), "int32");
  return cast(reshape(pick(leaves, tree), [features.shape[0]]), "int32");
}

/**
 * Donor that each row draws, the same as `RandomTrees.sample` takes from the same numbers.
 * @param noise [n, 2], uniform in (0, 1): one chooses the tree, one the donor.
 * @returns Row of the donor among the training rows, [n] int32
 * @throws ConfigError where trees have random inputs, or are too large.
 */
export function donorGraph(model: RandomTrees, features: Tensor, noise: Tensor): Tensor {
  if (model.randomInputs > 0) {
    throw new ConfigError(
      `export: trees with random inputs cannot be written as ONNX; expected none, got ${model.randomInputs}. Fit without them.`,
    );
  }
  const { trees, weight } = model;
  const leavesOf = trees.map(({ leafStart }) => leafStart.length - 1);
  const leaf = leafGraph(trees, leavesOf, model.featureCount, features, slice(noise, 0, 1));
  const starts: number[] = [];
  const sizes: number[] = [];
  const donors = new Int32Array(trees.reduce((n, tree) => n + tree.donors.length, 0));
  let at = 0;
  for (const tree of trees) {
    for (let k = 0; k + 1 < tree.leafStart.length; k++) {
      starts.push(at + tree.leafStart[k]);
      sizes.push(tree.leafStart[k + 1] - tree.leafStart[k]);
    }
    donors.set(tree.donors, at);
    at += tree.donors.length;
  }
  const start = gatherRows(ints(starts), leaf);
  const size = gatherRows(constant("float32", [sizes.length, 1], sizes), leaf);
  const uniform = slice(noise, 1, 2);
  const place =
    weight === undefined
      ? cast(placeGraph(uniform, size), "int32")
      : weightedPlace(weight, donors, starts, sizes, start, size, uniform);
  const n = features.shape[0];
  return reshape(gatherRows(ints(donors), reshape(add(start, place), [n])), [n]);
}

/** Place in its leaf of the donor that a weighted draw takes: a search in the leaf's sums of weights. */
function weightedPlace(
  weight: Float32Array,
  donors: Int32Array,
  starts: readonly number[],
  sizes: readonly number[],
  start: Tensor,
  size: Tensor,
  uniform: Tensor,
): Tensor {
  const sums = new Float32Array(donors.length);
  for (const [leaf, from] of starts.entries()) {
    let total = 0;
    for (let k = 0; k < sizes[leaf]; k++) {
      total = Math.fround(total + weight[donors[from + k]]);
      sums[from + k] = total;
    }
  }
  const table = constant("float32", [sums.length, 1], sums);
  const n = size.shape[0];
  const sumAt = (place: Tensor) => gatherRows(table, reshape(add(start, cast(place, "int32")), [n]));
  const wanted = mul(uniform, sumAt(sub(size, 1)));
  let place: Tensor = mul(size, 0);
  for (let step = 2 ** Math.floor(Math.log2(Math.max(...sizes))); step >= 1; step /= 2) {
    const tried = minimum(add(place, step), sub(size, 1));
    // So many donors before the one sought have sums that are not above what is wanted.
    const passes = not(greater(sumAt(sub(tried, 1)), wanted));
    const grows = greater(tried, place);
    place = where(ops.and(passes, grows), tried, place);
  }
  return cast(place, "int32");
}

/**
 * Value that each row draws, as `QuantileTrees.sample` takes it from the same numbers.
 * @param noise [n, 2], uniform in (0, 1): one chooses the tree, one the quantile. @returns [n, 1]
 */
export function quantileGraph(model: QuantileTrees, features: Tensor, noise: Tensor): Tensor {
  const width = QUANTILES.length;
  const leavesOf = model.knots.map((knots) => knots.length / width);
  const leaf = leafGraph(model.trees, leavesOf, model.featureCount, features, slice(noise, 0, 1));
  const total = leavesOf.reduce((a, b) => a + b, 0);
  const all = new Float32Array(total * width);
  let at = 0;
  for (const knots of model.knots) {
    all.set(knots, at);
    at += knots.length;
  }
  const rows = gatherRows(constant("float32", [total, width], all), leaf);
  const u = slice(noise, 1, 2);
  const inner = constant("float32", [1, width - 2], QUANTILES.slice(1, -1));
  const segment = sum(cast(not(less(u, inner)), "float32"), 1, true);
  const low = cast(segment, "int32");
  const high = cast(add(segment, 1), "int32");
  const n = features.shape[0];
  const levels = constant("float32", [width, 1], QUANTILES);
  const level = (k: Tensor) => gatherRows(levels, reshape(k, [n]));
  const share = div(sub(u, level(low)), sub(level(high), level(low)));
  const from = pick(rows, low);
  return add(from, mul(share, sub(pick(rows, high), from)));
}
