import { philox4x32 } from "../util/philox.js";
import { type DonorTree, keyOf } from "./random-trees-pack.js";

/** Rows that are shared out among the trees together. */
const BLOCK = 1 << 16;
/** Most rows that go down a tree together; their inputs fit the second-level cache. */
const BATCH = 1 << 12;

/** Makes an input in [0, 1) of a random word; 24 bits, so that float32 holds it exactly. */
export function randomInput(word: number): number {
  return (word >>> 8) / 16777216;
}

/** What `walkTrees` draws from. */
export interface DonorTrees {
  readonly featureCount: number;
  readonly randomInputs: number;
  readonly trees: readonly DonorTree[];
  /** Weight of each training row; undefined if all are equal. */
  readonly weight: Float32Array | undefined;
}

/** Trees as far as walking needs them. */
export interface WalkedTrees {
  readonly featureCount: number;
  readonly randomInputs: number;
  readonly trees: readonly { readonly nodes: Int32Array }[];
}

/** Is told the leaves that some rows reached in a tree. */
type Visit = (tree: number, rows: Uint32Array, leaves: Uint32Array) => void;

/** Draws a donor for each row in [start, stop). @param words Two a row: one chooses the tree, one the donor. */
export function walkTrees(
  model: DonorTrees,
  features: readonly Float32Array[],
  words: Uint32Array,
  out: Uint32Array,
  start: number,
  stop: number,
): void {
  visitLeaves(model, features, words, start, stop, (tree, rows, leaves) => {
    draw(model.trees[tree], model.weight, words, rows, leaves, out);
  });
}

/**
 * Walks each row in [start, stop) down the tree that its first word chooses. Rows are walked tree by tree, so that its
 * nodes stay in the cache.
 */
export function visitLeaves(
  model: WalkedTrees,
  features: readonly Float32Array[],
  words: Uint32Array,
  start: number,
  stop: number,
  visit: Visit,
): void {
  const { trees } = model;
  const rows = new Uint32Array(Math.max(0, Math.min(BLOCK, stop - start)));
  const most = Math.min(BATCH, rows.length);
  const stride = 2 * (model.featureCount + model.randomInputs);
  const keys = new Int32Array(most * stride);
  const leaves = new Uint32Array(most);
  const next = new Uint32Array(trees.length + 1);
  for (let from = start; from < stop; from += BLOCK) {
    const to = Math.min(stop, from + BLOCK);
    next.fill(0);
    for (let i = from; i < to; i++) next[treeOf(words[2 * i], trees.length) + 1]++;
    for (let t = 0; t < trees.length; t++) next[t + 1] += next[t];
    // Afterwards next[t] is where the rows of tree t end.
    for (let i = from; i < to; i++) rows[next[treeOf(words[2 * i], trees.length)]++] = i;
    for (let t = 0, first = 0; t < trees.length; t++) {
      for (; first < next[t]; first += BATCH) {
        const batch = rows.subarray(first, Math.min(next[t], first + BATCH));
        load(model, features, words, batch, keys);
        descend(trees[t].nodes, keys, stride, batch.length, leaves);
        visit(t, batch, leaves);
      }
      first = next[t];
    }
  }
}

function treeOf(word: number, trees: number): number {
  return placeOf(word / 4294967296, trees);
}

/**
 * Which of so many equal parts of [0, 1] a number lies in. Rounded as single precision rounds, so that an exported model
 * that is fed the same number chooses the same part.
 */
export function placeOf(uniform: number, parts: number): number {
  return Math.min(parts - 1, Math.floor(Math.fround(uniform * parts)));
}

/** Writes the keys of the inputs of some rows, and their complements: 2 * width of them a row. */
function load(
  { featureCount, randomInputs }: WalkedTrees,
  features: readonly Float32Array[],
  words: Uint32Array,
  rows: Uint32Array,
  keys: Int32Array,
): void {
  const inputs = new Float32Array(keys.buffer);
  const width = featureCount + randomInputs;
  const stride = 2 * width;
  for (let f = 0; f < featureCount; f++) {
    const column = features[f];
    for (let k = 0, at = f; k < rows.length; k++, at += stride) inputs[at] = column[rows[k]];
  }
  const block = new Uint32Array(4);
  for (let c = 0; 4 * c < randomInputs; c++) {
    const drawn = Math.min(4, randomInputs - 4 * c);
    for (let k = 0, at = featureCount + 4 * c; k < rows.length; k++, at += stride) {
      const i = 2 * rows[k];
      philox4x32(words[i], words[i + 1], c, 0, 0, 0, block, 0);
      for (let j = 0; j < drawn; j++) inputs[at + j] = randomInput(block[j]);
    }
  }
  for (let k = 0, at = 0; k < rows.length; k++, at += width) {
    for (let f = 0; f < width; f++, at++) {
      const key = keyOf(keys[at]);
      keys[at] = key;
      keys[at + width] = ~key;
    }
  }
}

/** Walks rows to their leaves. */
function descend(nodes: Int32Array, keys: Int32Array, stride: number, rows: number, leaves: Uint32Array): void {
  for (let k = 0, base = 0; k < rows; k++, base += stride) {
    let at = 0;
    while (at >= 0) {
      let word = nodes[at];
      // A row mostly stays on its chain, and the processor guesses so and reads on. Four steps a turn, as they are short.
      for (;;) {
        if (keys[base + (word & 255)] > nodes[at + 1]) break;
        word = nodes[at + 2];
        if (keys[base + (word & 255)] > nodes[at + 3]) {
          at += 2;
          break;
        }
        word = nodes[at + 4];
        if (keys[base + (word & 255)] > nodes[at + 5]) {
          at += 4;
          break;
        }
        word = nodes[at + 6];
        if (keys[base + (word & 255)] > nodes[at + 7]) {
          at += 6;
          break;
        }
        at += 8;
        word = nodes[at];
      }
      at = word >= 0 ? (word >> 8) << 1 : word >> 8;
    }
    leaves[k] = ~at;
  }
}

/** Draws a donor for each row from its leaf. */
function draw(
  { donors, leafStart }: DonorTree,
  weight: Float32Array | undefined,
  words: Uint32Array,
  rows: Uint32Array,
  leaves: Uint32Array,
  out: Uint32Array,
): void {
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k];
    const from = leafStart[leaves[k]];
    const to = leafStart[leaves[k] + 1];
    const uniform = words[2 * row + 1] / 4294967296;
    if (weight === undefined) out[row] = donors[from + placeOf(uniform, to - from)];
    else out[row] = donors[drawWeighted(weight, donors, from, to, uniform)];
  }
}

/** Sums in single precision, as an exported model has them. */
function drawWeighted(weight: Float32Array, donors: Uint32Array, from: number, to: number, uniform: number): number {
  let total = 0;
  for (let k = from; k < to; k++) total = Math.fround(total + weight[donors[k]]);
  const wanted = Math.fround(uniform * total);
  let k = from;
  for (let sum = weight[donors[k]]; k < to - 1 && sum <= wanted; sum = Math.fround(sum + weight[donors[k]])) k++;
  return k;
}
