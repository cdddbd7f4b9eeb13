import { DataError } from "../util/errors.js";
import { LEAF, linkPreorder } from "./forest-nodes.js";

/** Most inputs of a tree, features and random ones together: a node has eight bits for its test. */
export const MOST_INPUTS = 128;
/** Most leaves of a tree: it has at most twice as many nodes, and a node 23 bits for one that its test leads to. */
const MOST_LEAVES = 4_190_000;
/** Below the key of every number. */
const LEAST = -0x80000000;

/**
 * One tree with its donors, laid out for walking. A chain of nodes follows the fuller child each time, down to a leaf, so
 * that most steps lead to the next node in memory; the chains of the emptier children come behind, deepest first.
 *
 * Node k is two words. The low 8 bits of the first name a side: input f, or number of inputs + f for its complement. A
 * row stays on the chain, and goes on to node k + 1, where the key (see `keyOf`) of that side is at most the second word.
 * Elsewhere it leaves for what the upper 24 bits say, a signed number: node e if e >= 0, leaf ~e if not. At the end of a
 * chain every row leaves.
 */
export interface DonorTree {
  readonly nodes: Int32Array;
  /** The leaves' donors, leaf by leaf, and where each leaf's begin. */
  readonly donors: Uint32Array;
  readonly leafStart: Uint32Array;
}

/** A tree in preorder: a row goes left where `x[feature] <= threshold`; `feature` is LEAF at leaves. */
export interface PlainTree {
  readonly feature: Uint16Array;
  readonly threshold: Float32Array;
  /** The leaves' donors, leaf by leaf from left to right, and where each leaf's begin. */
  readonly donors: Uint32Array;
  readonly leafStart: Uint32Array;
}

/**
 * Makes an integer of the bits of a float32 that orders as the number does (and +0 as -0): integers compare faster, and
 * their complements order the other way round.
 */
export function keyOf(bits: number): number {
  return bits >= 0 ? bits : (LEAST - bits) | 0;
}

/**
 * Lays a tree out for walking.
 * @throws DataError where it has too many leaves.
 */
export function packTree({ feature, threshold, donors, leafStart }: PlainTree, inputs: number): DonorTree {
  const leaves = leafStart.length - 1;
  if (leaves > MOST_LEAVES) {
    throw new DataError(
      `random trees: a tree is too large; expected at most ${MOST_LEAVES} leaves, got ${leaves}. Raise minLeaf.`,
    );
  }
  const keys = new Int32Array(threshold.slice().buffer).map(keyOf);
  const right = new Uint32Array(feature.length);
  linkPreorder(feature, right, 0);
  // Rows below each node; at leaves, `right` becomes the number of the leaf.
  const count = new Uint32Array(feature.length);
  for (let k = feature.length - 1, leaf = leaves - 1; k >= 0; k--) {
    if (feature[k] === LEAF) {
      right[k] = leaf;
      count[k] = leafStart[leaf + 1] - leafStart[leaf];
      leaf--;
    } else count[k] = count[k + 1] + count[right[k]];
  }
  // There are `leaves - 1` tests and at most as many chains, but for a lone leaf. (Mostly half as many, as a chain ends with
  // two leaves; but a leaf that cannot be split may hold more rows than the subtree beside it, which then is a chain.)
  const words = new Int32Array(4 * leaves);
  const orderedDonors = new Uint32Array(donors.length);
  const orderedStart = new Uint32Array(leaves + 1);
  let placed = 0;
  const place = (leaf: number): number => {
    const from = leafStart[leaf];
    const to = leafStart[leaf + 1];
    orderedDonors.set(donors.subarray(from, to), orderedStart[placed]);
    orderedStart[placed + 1] = orderedStart[placed] + to - from;
    return ~placed++;
  };
  let at = 0;
  // Where chains still have to begin, and the nodes that lead to them.
  const heads = [0];
  const parents = [-1];
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    const parent = parents.pop() as number;
    if (parent >= 0) words[parent] |= (at >> 1) << 8;
    let node = head;
    for (; feature[node] !== LEAF; at += 2) {
      const goesRight = count[right[node]] > count[node + 1];
      const light = goesRight ? node + 1 : right[node];
      words[at] = goesRight ? inputs + feature[node] : feature[node];
      // Not x <= t is x > t, and ~x < ~t, and ~x <= ~t - 1.
      words[at + 1] = goesRight ? ~keys[node] - 1 : keys[node];
      if (feature[light] === LEAF) words[at] |= place(right[light]) << 8;
      else {
        heads.push(light);
        parents.push(at);
      }
      node = goesRight ? right[node] : node + 1;
    }
    words[at] = place(right[node]) << 8;
    words[at + 1] = LEAST;
    at += 2;
  }
  return { nodes: words.slice(0, at), donors: orderedDonors, leafStart: orderedStart };
}

/** Tells whether every walk down the tree ends in a leaf that has donors. */
export function isSound({ nodes, donors, leafStart }: DonorTree, inputs: number, rows: number): boolean {
  const leaves = leafStart.length - 1;
  if (nodes.length < 2 || nodes.length % 2 !== 0 || leaves < 1) return false;
  for (let at = 0; at < nodes.length; at += 2) {
    const exit = nodes[at] >> 8;
    if ((nodes[at] & 255) >= 2 * inputs) return false;
    if (exit < 0 ? ~exit >= leaves : exit <= at >> 1 || 2 * exit >= nodes.length) return false;
  }
  if (nodes[nodes.length - 1] !== LEAST) return false;
  if (leafStart[0] !== 0 || leafStart[leaves] !== donors.length) return false;
  for (let leaf = 0; leaf < leaves; leaf++) if (leafStart[leaf] >= leafStart[leaf + 1]) return false;
  for (let k = 0; k < donors.length; k++) if (donors[k] >= rows) return false;
  return true;
}
