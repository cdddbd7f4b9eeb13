import { defineTask } from "../util/pool.js";
import { Random } from "../util/random.js";
import { LEAF, linkPreorder } from "./forest-nodes.js";
import { type DonorTree, type PlainTree, packTree } from "./random-trees-pack.js";
import { randomInput } from "./random-trees-walk.js";
import { type GrownTree, TreeGrower } from "./tree-grower.js";

/** What the trees of one fit share; the arrays stand on shared memory. */
export interface DonorTreeJob {
  readonly features: readonly Float32Array[];
  readonly criterion: Float32Array;
  readonly criterionCount: number;
  /** Rows that may be drawn: those of positive weight. */
  readonly usable: Uint32Array;
  readonly seed: number | bigint;
  readonly honest: boolean;
  readonly randomInputs: number;
  readonly minLeaf: number;
  readonly balance: number;
  readonly halving: number;
  readonly maxDepth: number;
}

/** Grows one tree and fills its leaves. */
export const growDonorTree = defineTask(
  import.meta.url,
  "growDonorTree",
  ({ job, tree }: { job: DonorTreeJob; tree: number }): DonorTree => {
    const random = new Random(job.seed, tree);
    const { usable } = job;
    const n = usable.length;
    let learn = usable;
    let fill = usable;
    if (job.honest && n > 1) {
      const order = random.permutation(n);
      const half = n >> 1;
      learn = order
        .subarray(0, half)
        .sort()
        .map((k) => usable[k]);
      fill = order
        .subarray(half)
        .sort()
        .map((k) => usable[k]);
    }
    const randoms = Array.from({ length: job.randomInputs }, () => {
      const column = new Float32Array(job.features[0].length);
      for (let k = 0; k < n; k++) column[usable[k]] = randomInput(random.uint32());
      return column;
    });
    const features = [...job.features, ...randoms];
    const grown = new TreeGrower({
      features: features.map((column) => Float32Array.from(learn, (row) => column[row])),
      criterion: criterionOf(job, learn),
      criterionCount: job.criterionCount,
      minLeaf: job.minLeaf,
      balance: job.balance,
      maxDepth: job.maxDepth,
      halving: job.halving,
      random,
    }).grow();
    return packTree(fillTree(grown, features, fill, job.minLeaf), features.length);
  },
);

function criterionOf({ criterion, criterionCount }: DonorTreeJob, rows: Uint32Array): Float32Array {
  const out = new Float32Array(rows.length * criterionCount);
  for (let k = 0; k < rows.length; k++) {
    for (let j = 0; j < criterionCount; j++) out[k * criterionCount + j] = criterion[rows[k] * criterionCount + j];
  }
  return out;
}

/** Sends the rows to their leaves; a test that leaves fewer than `minLeaf` of them on one side is undone. */
function fillTree(grown: GrownTree, features: readonly Float32Array[], rows: Uint32Array, minLeaf: number): PlainTree {
  const feature = Uint16Array.from(grown.feature);
  const threshold = Float32Array.from(grown.threshold);
  const right = new Uint32Array(feature.length);
  linkPreorder(feature, right, 0);
  const count = new Uint32Array(feature.length);
  const leafOf = new Uint32Array(rows.length);
  for (let k = 0; k < rows.length; k++) {
    let node = 0;
    while (feature[node] !== LEAF) node = features[feature[node]][rows[k]] <= threshold[node] ? node + 1 : right[node];
    count[node]++;
    leafOf[k] = node;
  }
  // Children follow their parents, so that going backwards sums from the leaves up.
  for (let node = feature.length - 1; node >= 0; node--) {
    if (feature[node] !== LEAF) count[node] = count[node + 1] + count[right[node]];
  }
  const kept = prune(feature, right, count, minLeaf);
  const leafStart = new Uint32Array(kept.leaves + 1);
  for (let k = 0; k < rows.length; k++) leafStart[kept.leafNumber[leafOf[k]] + 1]++;
  for (let leaf = 0; leaf < kept.leaves; leaf++) leafStart[leaf + 1] += leafStart[leaf];
  const next = leafStart.slice();
  const donors = new Uint32Array(rows.length);
  for (let k = 0; k < rows.length; k++) donors[next[kept.leafNumber[leafOf[k]]]++] = rows[k];
  return {
    feature: Uint16Array.from(kept.nodes, (node) => (kept.ends[node] ? LEAF : feature[node])),
    threshold: Float32Array.from(kept.nodes, (node) => (kept.ends[node] ? 0 : threshold[node])),
    donors,
    leafStart,
  };
}

/** Decides which nodes stay, and numbers the leaves that their rows then fall into. */
function prune(feature: Uint16Array, right: Uint32Array, count: Uint32Array, minLeaf: number) {
  const nodes: number[] = [];
  const ends = new Uint8Array(feature.length);
  const leafNumber = new Uint32Array(feature.length);
  let leaves = 0;
  let node = 0;
  while (node < feature.length) {
    nodes.push(node);
    if (feature[node] !== LEAF && Math.min(count[node + 1], count[right[node]]) >= minLeaf) {
      node++;
      continue;
    }
    ends[node] = 1;
    // The subtree ends where its rightmost leaf does.
    let last = node;
    while (feature[last] !== LEAF) last = right[last];
    leafNumber.fill(leaves++, node, last + 1);
    node = last + 1;
  }
  return { nodes, ends, leafNumber, leaves };
}
