import type { ForestLoss } from "./forest.js";

/** Rows come in blocks of this many, dealt to the threads in turn; partial sums are kept a block, so that they add up alike. */
export const BLOCK_ROWS = 1024;

/** What the threads of one boosting fit share; every array stands on shared memory. */
export interface BoostingJob {
  readonly size: number;
  readonly barrier: SharedArrayBuffer;
  readonly loss: ForestLoss;
  readonly rows: number;
  readonly featureCount: number;
  /** Feature f owns the bins [binStart[f], binStart[f + 1]) of a histogram. */
  readonly binStart: Uint32Array;
  /** Bin of each value, feature after feature. */
  readonly bins: Uint16Array;
  /** Positive weight, or target. */
  readonly first: Float32Array;
  /** Negative weight, or weight. */
  readonly second: Float32Array;
  /** 1 where the row is held out. */
  readonly held: Uint8Array;
  /** Current sum of the trees, one a row. */
  readonly margin: Float32Array;
  /** First and second derivative of the loss, in turn, one pair a row. */
  readonly slope: Float32Array;
  /**
   * Row numbers, first all of thread 0, then of thread 1, ...; a node's rows are one segment in each thread's part. The
   * root has its own array, the same for every tree; the nodes of odd depth share the second, of even depth the third.
   */
  readonly index: readonly [Int32Array, Int32Array, Int32Array];
  /** Held-out loss of each block. */
  readonly heldLoss: Float64Array;
  /** Nodes of the tree being grown, as a heap: the children of node i are 2 i + 1 and 2 i + 2. */
  readonly splitFeature: Int16Array;
  readonly splitBin: Int32Array;
  readonly leafValue: Float32Array;
  readonly sumG: Float64Array;
  readonly sumH: Float64Array;
  /** Segment of node i in the part of thread t: from `segments[2 (t heapSize + i)]` to the number after it. */
  readonly segments: Int32Array;
  readonly heapSize: number;
  /** Histograms of the nodes of the current level and of the next. */
  readonly levels: readonly [Float64Array, Float64Array];
  /** Each thread's own share of the histograms being filled. */
  readonly partial: readonly Float64Array[];
  /** Nodes with more rows than this are grown by all threads together, the others each by one. */
  readonly smallRows: number;
  /** Words: next subtree to take, stop requested, stop decided. */
  readonly control: Int32Array;
  readonly trees: number;
  readonly maxDepth: number;
  readonly learningRate: number;
  readonly minChildWeight: number;
  readonly l2: number;
  readonly patience: number;
  /** Leaf values are multiples of this power of two, so that their sums are exact in any order. */
  readonly leafUnit: number;
  /** Slopes are multiples of these powers of two, for the same reason. */
  readonly unitG: number;
  readonly unitH: number;
}
