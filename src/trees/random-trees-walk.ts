import { philox4x32 } from "../util/philox.js";
import { LEAF, linkPreorder } from "./forest-nodes.js";
import { type DonorTree, randomInput } from "./random-trees-fit.js";

/** Most rows of a batch. */
export const BATCH = 4096;

/** Marks a leaf in the first word of a packed node. */
const LEAF_WORD = 0xffffffff;

/** A tree as it is walked: a node is two neighbouring words, so that it comes with one access to memory. */
export interface PackedTree {
  /** Feature in the low 8 bits and right child above; the threshold's bits. At leaves: LEAF_WORD; number of the leaf. */
  readonly words: Uint32Array;
  /** The same memory, read as thresholds. */
  readonly floats: Float32Array;
  readonly leafStart: Uint32Array;
  readonly donors: Uint32Array;
  /** Sum of the weights of a leaf's donors up to and with each; undefined without weights. */
  readonly cumulative: Float64Array | undefined;
}

/** Lays a tree out for walking. */
export function pack(
  { feature, threshold, donors, leafStart }: DonorTree,
  weight: Float32Array | undefined,
): PackedTree {
  const right = new Uint32Array(feature.length);
  linkPreorder(feature, right, 0);
  const words = new Uint32Array(2 * feature.length);
  const floats = new Float32Array(words.buffer);
  let leaf = 0;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node] === LEAF) {
      words[2 * node] = LEAF_WORD;
      words[2 * node + 1] = leaf++;
    } else {
      words[2 * node] = (right[node] << 8) | feature[node];
      floats[2 * node + 1] = threshold[node];
    }
  }
  let cumulative: Float64Array | undefined;
  if (weight) {
    cumulative = Float64Array.from(donors, (row) => weight[row]);
    for (let l = 0; l + 1 < leafStart.length; l++) {
      for (let k = leafStart[l] + 1; k < leafStart[l + 1]; k++) cumulative[k] += cumulative[k - 1];
    }
  }
  return { words, floats, leafStart, donors, cumulative };
}

/**
 * Rows on their way down the trees, all of them one level a pass: while one waits for its node to come from memory, the
 * next ones are already on theirs.
 */
export class Batch {
  readonly #featureCount: number;
  readonly #width: number;
  readonly #inputs: Float32Array;
  readonly #position = new Int32Array(BATCH);
  /** Rows of the tree at hand, and those of them that have not reached a leaf. */
  readonly #mine = new Uint16Array(BATCH);
  readonly #walking = new Uint16Array(BATCH);
  #words: Uint32Array = new Uint32Array(0);
  #from = 0;
  #rows = 0;

  constructor(featureCount: number, randomInputs: number) {
    this.#featureCount = featureCount;
    this.#width = featureCount + randomInputs;
    this.#inputs = new Float32Array(BATCH * this.#width);
  }

  /** Takes up the rows [from, to), at most BATCH of them. */
  load(features: readonly Float32Array[], words: Uint32Array, from: number, to: number): void {
    const width = this.#width;
    const inputs = this.#inputs;
    this.#words = words;
    this.#from = from;
    this.#rows = to - from;
    for (let f = 0; f < this.#featureCount; f++) {
      const column = features[f];
      for (let i = from, at = f; i < to; i++, at += width) inputs[at] = column[i];
    }
    if (width === this.#featureCount) return;
    const block = new Uint32Array(4);
    for (let i = from; i < to; i++) {
      const end = (i - from + 1) * width;
      for (let at = end - width + this.#featureCount, c = 0; at < end; at += 4, c++) {
        philox4x32(words[2 * i], words[2 * i + 1], c, 0, 0, 0, block, 0);
        for (let j = 0; j < 4 && at + j < end; j++) inputs[at + j] = randomInput(block[j]);
      }
    }
  }

  /** Returns the rows whose first word picks tree t of `trees`, as numbers within the batch. */
  rowsOf(t: number, trees: number): Uint16Array {
    let n = 0;
    for (let i = 0; i < this.#rows; i++) {
      const word = this.#words[2 * (this.#from + i)];
      if (Math.floor((word / 4294967296) * trees) === t) this.#mine[n++] = i;
    }
    return this.#mine.subarray(0, n);
  }

  /** Walks rows to their leaves. */
  walk({ words, floats }: PackedTree, rows: Uint16Array): void {
    const position = this.#position;
    const inputs = this.#inputs;
    const width = this.#width;
    const walking = this.#walking;
    walking.set(rows);
    for (let k = 0; k < rows.length; k++) position[rows[k]] = 0;
    for (let left = rows.length; left > 0; ) {
      let still = 0;
      for (let k = 0; k < left; k++) {
        const i = walking[k];
        const at = position[i];
        const head = words[at];
        if (head === LEAF_WORD) continue;
        const goesRight = Number(!(inputs[i * width + (head & 255)] <= floats[at + 1]));
        const next = at + 2;
        position[i] = next + Math.imul(((head >>> 8) << 1) - next, goesRight);
        walking[still++] = i;
      }
      left = still;
    }
  }

  /** Draws a donor for each row from its leaf. */
  draw({ words, leafStart, donors, cumulative }: PackedTree, rows: Uint16Array, out: Uint32Array): void {
    for (let r = 0; r < rows.length; r++) {
      const leaf = words[this.#position[rows[r]] + 1];
      const from = leafStart[leaf];
      const to = leafStart[leaf + 1];
      const row = this.#from + rows[r];
      const uniform = this.#words[2 * row + 1] / 4294967296;
      if (cumulative === undefined) out[row] = donors[from + Math.floor(uniform * (to - from))];
      else {
        const wanted = uniform * cumulative[to - 1];
        let k = from;
        while (k < to - 1 && cumulative[k] <= wanted) k++;
        out[row] = donors[k];
      }
    }
  }
}
