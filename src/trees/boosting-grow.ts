import { Barrier, defineTask } from "../util/pool.js";
import { BLOCK_ROWS, type BoostingJob } from "./boosting-job.js";
import { boundsOf, depthOf, fillLeaf, indexAt, SubtreeGrower } from "./boosting-subtree.js";
import { accumulate, partition } from "./histogram.js";
import { blockSlopes } from "./slopes.js";
import { findSplit, type Split } from "./split.js";

/** Trees as grown: nodes in preorder, tests by bin. `feature` is -1 at a leaf, where `bin` is unused. */
export interface GrownTrees {
  readonly treeStart: number[];
  readonly feature: number[];
  readonly bin: number[];
  readonly value: number[];
  /** Trees to keep: those with the least held-out loss, or all. */
  readonly best: number;
}

/** Progress message of the first thread. */
export interface GrowProgress {
  readonly done: number;
  readonly loss?: number;
}

/** One thread's part in growing a forest; the first returns the trees. `rank` counts the threads. */
export const growForest = defineTask(
  import.meta.url,
  "growForest",
  async ({ job, rank }: { job: BoostingJob; rank: number }, context): Promise<GrownTrees> => {
    const barrier = new Barrier(job.size, job.barrier);
    try {
      return await new ForestGrower(job, rank, barrier).grow((progress) => context.report(progress));
    } catch (error) {
      barrier.abort();
      throw error;
    }
  },
);

/** A node that all threads expand together. */
interface LargeNode {
  readonly node: number;
  readonly depth: number;
  /** Where its histogram stands in the current level. */
  readonly slot: number;
}

class ForestGrower {
  readonly #job: BoostingJob;
  readonly #rank: number;
  readonly #barrier: Barrier;
  readonly #subtrees: SubtreeGrower;
  readonly #width: number;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #split: Split = { feature: -1, bin: 0, leftG: 0, leftH: 0 };
  #indexStart = 0;
  #indexStop = 0;

  constructor(job: BoostingJob, rank: number, barrier: Barrier) {
    this.#job = job;
    this.#rank = rank;
    this.#barrier = barrier;
    this.#subtrees = new SubtreeGrower(job);
    this.#width = 2 * job.binStart[job.featureCount];
    this.#low = new Int32Array(job.featureCount);
    this.#high = new Int32Array(job.featureCount);
    for (let t = 0; t <= rank; t++) {
      this.#indexStart = this.#indexStop;
      this.#eachBlock(t, (_, from, to) => {
        this.#indexStop += to - from;
      });
    }
    const rows = job.index[0];
    let start = this.#indexStart;
    this.#eachBlock(rank, (_, from, to) => {
      for (let i = from; i < to; i++) rows[start + i - from] = i;
      start += to - from;
    });
    const segment = 2 * rank * job.heapSize;
    job.segments[segment] = this.#indexStart;
    job.segments[segment + 1] = this.#indexStop;
  }

  #eachBlock(rank: number, visit: (block: number, from: number, to: number) => void): void {
    const { rows, size } = this.#job;
    for (let block = rank; block * BLOCK_ROWS < rows; block += size) {
      visit(block, block * BLOCK_ROWS, Math.min(rows, (block + 1) * BLOCK_ROWS));
    }
  }

  async grow(report: (progress: GrowProgress) => void): Promise<GrownTrees> {
    const job = this.#job;
    const grown: GrownTrees = { treeStart: [0], feature: [], bin: [], value: [], best: 0 };
    const anyHeld = job.held.includes(1);
    let bestLoss = Number.POSITIVE_INFINITY;
    let best = 0;
    let awake = Date.now();
    for (let tree = 0; ; tree++) {
      const loss = this.#slopes(anyHeld);
      if (tree > 0 && this.#rank === 0) report({ done: tree, loss: anyHeld ? loss : undefined });
      if (!anyHeld) best = tree;
      else if (loss < bestLoss) {
        bestLoss = loss;
        best = tree;
      }
      if (job.control[2] === 1 || tree === job.trees || tree - best >= job.patience) return { ...grown, best };
      this.#growTree();
      if (this.#rank === 0) this.#collect(grown);
      if (job.size === 1 && Date.now() - awake > 50) {
        // Alone in the calling thread: let its events (a stop request, a repaint) through.
        await new Promise((resolve) => setTimeout(resolve));
        awake = Date.now();
      }
    }
  }

  /**
   * Computes the derivatives at the current margins, and from them each thread's share of the root's histogram; returns
   * the held-out loss. Ends with all threads in step.
   */
  #slopes(anyHeld: boolean): number {
    const job = this.#job;
    if (this.#rank === 0) {
      job.control[0] = 0;
      job.control[2] = Atomics.load(job.control, 1);
    }
    const share = job.partial[this.#rank];
    share.fill(0, 0, this.#width);
    let start = this.#indexStart;
    this.#eachBlock(this.#rank, (block, from, to) => {
      job.heldLoss[block] = blockSlopes(job, block, anyHeld);
      // At once, while the slopes are still in the cache.
      const stop = start + to - from;
      accumulate(share, 0, job.binStart, job.bins, job.rows, job.slope, job.index[0], start, stop);
      start = stop;
    });
    this.#barrier.wait();
    return job.heldLoss.reduce((sum, loss) => sum + loss, 0);
  }

  #growTree(): void {
    const job = this.#job;
    const { size, control } = job;
    const rank = this.#rank;
    let level: LargeNode[] = [];
    const waiting: { node: number; count: number; leaf: boolean }[] = [];
    if (rank === 0) this.#root();
    if (job.rows <= job.smallRows || job.maxDepth === 0) waiting.push({ node: 0, count: job.rows, leaf: false });
    else level.push({ node: 0, depth: 0, slot: 0 });
    let now = 0;
    this.#barrier.wait();
    if (level.length > 0 && rank === 0) this.#choose(level[0], job.levels[0]);
    while (level.length > 0) {
      this.#barrier.wait();
      const next: LargeNode[] = [];
      for (const { node } of level) if (job.splitFeature[node] >= 0) this.#partition(node);
      this.#barrier.wait();
      let pairs = 0;
      const jobs: (() => void)[] = [];
      for (const { node, depth, slot } of level) {
        if (job.splitFeature[node] < 0) {
          waiting.push({ node, count: this.#count(node), leaf: true });
          continue;
        }
        const counts = [this.#count(2 * node + 1), this.#count(2 * node + 2)];
        const slots = counts.map((count, side) => {
          const child = 2 * node + 1 + side;
          const leaf = depth + 1 === job.maxDepth;
          if (leaf || count <= job.smallRows) {
            waiting.push({ node: child, count, leaf });
            return -1;
          }
          next.push({ node: child, depth: depth + 1, slot: next.length });
          return next.length - 1;
        });
        if (slots[0] < 0 && slots[1] < 0) continue;
        const small = counts[0] <= counts[1] ? 0 : 1;
        const pair = pairs++;
        this.#share(2 * node + 1 + small, pair);
        if (pair % size === rank) {
          const from = now;
          jobs.push(() => {
            this.#reduce(pair);
            const sum = job.partial[0].subarray(pair * this.#width, (pair + 1) * this.#width);
            const parent = job.levels[from].subarray(slot * this.#width, (slot + 1) * this.#width);
            for (const side of [0, 1]) {
              if (slots[side] < 0) continue;
              const target = job.levels[1 - from].subarray(slots[side] * this.#width, (slots[side] + 1) * this.#width);
              if (side === small) target.set(sum);
              else for (let k = 0; k < target.length; k++) target[k] = parent[k] - sum[k];
              this.#choose({ node: 2 * node + 1 + side, depth: depth + 1, slot: slots[side] }, job.levels[1 - from]);
            }
          });
        }
      }
      this.#barrier.wait();
      for (const run of jobs) run();
      now = 1 - now;
      level = next;
    }
    this.#barrier.wait();
    waiting.sort((a, b) => b.count - a.count || a.node - b.node);
    for (let k = Atomics.add(control, 0, 1); k < waiting.length; k = Atomics.add(control, 0, 1)) {
      const { node, leaf } = waiting[k];
      if (leaf) {
        job.splitFeature[node] = -1;
        fillLeaf(job, node);
      } else this.#subtrees.grow(node);
    }
    this.#barrier.wait();
  }

  #root(): void {
    this.#reduce(0);
    const { partial, levels, binStart, sumG, sumH } = this.#job;
    levels[0].set(partial[0].subarray(0, this.#width));
    sumG[0] = 0;
    sumH[0] = 0;
    for (let b = 0; b < binStart[1]; b++) {
      sumG[0] += levels[0][2 * b];
      sumH[0] += levels[0][2 * b + 1];
    }
  }

  /** Fills this thread's share of a node's histogram. */
  #share(node: number, pair: number): void {
    const { partial, segments, heapSize, binStart, bins, slope, rows } = this.#job;
    const index = indexAt(this.#job, depthOf(node));
    const at = 2 * (this.#rank * heapSize + node);
    const [from, to] = [segments[at], segments[at + 1]];
    const histogram = partial[this.#rank];
    const base = pair * this.#width;
    histogram.fill(0, base, base + this.#width);
    accumulate(histogram, base, binStart, bins, rows, slope, index, from, to);
  }

  /** Adds the shares of all threads into that of the first. */
  #reduce(pair: number): void {
    const { partial, size } = this.#job;
    const sum = partial[0];
    const from = pair * this.#width;
    const to = from + this.#width;
    for (let t = 1; t < size; t++) {
      const share = partial[t];
      for (let k = from; k < to; k++) sum[k] += share[k];
    }
  }

  /** Finds the split of a large node and writes it, and the sums of its children, to the heap. */
  #choose({ node, slot }: LargeNode, histograms: Float64Array): void {
    const job = this.#job;
    const split = this.#split;
    boundsOf(job, node, this.#low, this.#high, 0);
    findSplit(
      histograms,
      slot * this.#width,
      job.binStart,
      this.#low,
      this.#high,
      0,
      job.sumG[node],
      job.sumH[node],
      job.l2,
      job.minChildWeight,
      split,
    );
    job.splitFeature[node] = split.feature;
    if (split.feature < 0) return;
    job.splitBin[node] = split.bin;
    job.sumG[2 * node + 1] = split.leftG;
    job.sumH[2 * node + 1] = split.leftH;
    job.sumG[2 * node + 2] = job.sumG[node] - split.leftG;
    job.sumH[2 * node + 2] = job.sumH[node] - split.leftH;
  }

  /** Parts this thread's rows of a node, and notes the segments of its children. */
  #partition(node: number): void {
    const { segments, heapSize, bins, rows, splitFeature, splitBin } = this.#job;
    const depth = depthOf(node);
    const here = indexAt(this.#job, depth);
    const there = indexAt(this.#job, depth + 1);
    const at = 2 * (this.#rank * heapSize + node);
    const [from, to] = [segments[at], segments[at + 1]];
    const left = partition(here, there, bins, splitFeature[node] * rows, splitBin[node], from, to);
    const child = 2 * (this.#rank * heapSize + 2 * node + 1);
    segments[child] = from;
    segments[child + 1] = left;
    segments[child + 2] = left;
    segments[child + 3] = to;
  }

  #count(node: number): number {
    const { segments, heapSize, size } = this.#job;
    let count = 0;
    for (let t = 0; t < size; t++) {
      const at = 2 * (t * heapSize + node);
      count += segments[at + 1] - segments[at];
    }
    return count;
  }

  /** Appends the tree in the heap to the list. */
  #collect(grown: GrownTrees): void {
    const { splitFeature, splitBin, leafValue } = this.#job;
    const visit = (node: number): void => {
      const feature = splitFeature[node];
      grown.feature.push(feature);
      grown.bin.push(feature < 0 ? 0 : splitBin[node]);
      grown.value.push(feature < 0 ? leafValue[node] : 0);
      if (feature < 0) return;
      visit(2 * node + 1);
      visit(2 * node + 2);
    };
    visit(0);
    grown.treeStart.push(grown.feature.length);
  }
}
