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

/** Objects that are drawn again walk the same trees, which then stand in the file once. */
const ensembles = new WeakMap<object, ops.TreeEnsemble>();

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
  let ensemble = ensembles.get(trees);
  if (ensemble === undefined) {
    let first = 0;
    const base = leavesOf.map((count) => {
      first += count;
      return first - count;
    });
    ensemble = { trees: trees.map(({ nodes }, t) => ensembleTree(nodes, featureCount, t)), base };
    ensembles.set(trees, ensemble);
  }
  const leaves = ops.treeEnsemble(features, ensemble);
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
  const { trees } = model;
  const leavesOf = trees.map(({ leafStart }) => leafStart.length - 1);
  const leaf = leafGraph(trees, leavesOf, model.featureCount, features, slice(noise, 0, 1));
  let tables = tablesOf.get(model);
  if (tables === undefined) {
    tables = donorTables(model);
    tablesOf.set(model, tables);
  }
  const { starts, sizes, donors, sums, most } = tables;
  const start = gatherRows(starts, leaf);
  const size = gatherRows(sizes, leaf);
  const uniform = slice(noise, 1, 2);
  const place =
    sums === undefined ? cast(placeGraph(uniform, size), "int32") : weightedPlace(sums, most, start, size, uniform);
  const n = features.shape[0];
  return reshape(gatherRows(donors, reshape(add(start, place), [n])), [n]);
}

/** What draws look up. */
interface DonorTables {
  /** Where the donors of each leaf begin, [leaves, 1] int32, and how many they are, float32. */
  readonly starts: Tensor;
  readonly sizes: Tensor;
  /** [all donors, 1] int32 */
  readonly donors: Tensor;
  /** Sums of weights within each leaf, [all donors, 1]; undefined where all weights are equal. */
  readonly sums: Tensor | undefined;
  /** Most donors of a leaf. */
  readonly most: number;
}

/** Objects that are drawn again look up the same tables. */
const tablesOf = new WeakMap<RandomTrees, DonorTables>();

function donorTables({ trees, weight }: RandomTrees): DonorTables {
  const starts: number[] = [];
  const sizes: number[] = [];
  const donors = new Int32Array(trees.reduce((n, tree) => n + tree.donors.length, 0));
  const sums = new Float32Array(weight === undefined ? 0 : donors.length);
  let at = 0;
  for (const { leafStart, donors: own } of trees) {
    donors.set(own, at);
    for (let leaf = 0; leaf + 1 < leafStart.length; leaf++) {
      starts.push(at + leafStart[leaf]);
      sizes.push(leafStart[leaf + 1] - leafStart[leaf]);
      if (weight === undefined) continue;
      let total = 0;
      for (let k = leafStart[leaf]; k < leafStart[leaf + 1]; k++) {
        total = Math.fround(total + weight[own[k]]);
        sums[at + k] = total;
      }
    }
    at += own.length;
  }
  return {
    starts: ints(starts),
    sizes: constant("float32", [sizes.length, 1], sizes),
    donors: ints(donors),
    sums: weight && constant("float32", [sums.length, 1], sums),
    most: sizes.reduce((a, b) => Math.max(a, b), 1),
  };
}

/** Place in its leaf of the donor that a weighted draw takes: a search in the leaf's sums of weights. */
function weightedPlace(sums: Tensor, most: number, start: Tensor, size: Tensor, uniform: Tensor): Tensor {
  const n = size.shape[0];
  const sumAt = (place: Tensor) => gatherRows(sums, reshape(add(start, cast(place, "int32")), [n]));
  const wanted = mul(uniform, sumAt(sub(size, 1)));
  let place: Tensor = mul(size, 0);
  for (let step = 2 ** Math.floor(Math.log2(most)); step >= 1; step /= 2) {
    const tried = minimum(add(place, step), sub(size, 1));
    // So many donors before the one sought have sums that are not above what is wanted.
    const passes = not(greater(sumAt(sub(tried, 1)), wanted));
    place = where(ops.and(passes, greater(tried, place)), tried, place);
  }
  return cast(place, "int32");
}

/** Quantiles of all leaves, [leaves, quantiles]. */
const knotsOf = new WeakMap<QuantileTrees, Tensor>();

/**
 * Value that each row draws, as `QuantileTrees.sample` takes it from the same numbers.
 * @param noise [n, 2], uniform in (0, 1): one chooses the tree, one the quantile. @returns [n, 1]
 */
export function quantileGraph(model: QuantileTrees, features: Tensor, noise: Tensor): Tensor {
  const width = QUANTILES.length;
  const leavesOf = model.knots.map((knots) => knots.length / width);
  const leaf = leafGraph(model.trees, leavesOf, model.featureCount, features, slice(noise, 0, 1));
  let knots = knotsOf.get(model);
  if (knots === undefined) {
    const total = leavesOf.reduce((a, b) => a + b, 0);
    const all = new Float32Array(total * width);
    model.knots.reduce((at, own) => {
      all.set(own, at);
      return at + own.length;
    }, 0);
    knots = constant("float32", [total, width], all);
    knotsOf.set(model, knots);
  }
  const rows = gatherRows(knots, leaf);
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
