import { ops, type Tensor } from "../../engine/index.js";
import type { Forest } from "../forest.js";
import { LEAF } from "../forest-nodes.js";

/**
 * A forest's margin as a graph. Sums are taken in single precision, ours in double: they part by some 1e-7 of the margin
 * and the largest leaf.
 * @param features [n, features] @returns [n, 1]
 */
export function forestGraph({ nodes, base, treeCount }: Forest, features: Tensor): Tensor {
  const trees = Array.from({ length: treeCount }, (_, t): ops.EnsembleTree => {
    const [from, to] = [nodes.treeStart[t], nodes.treeStart[t + 1]];
    const feature = Array.from(nodes.feature.subarray(from, to), (f) => (f === LEAF ? -1 : f));
    return {
      feature,
      value: nodes.value.subarray(from, to),
      yes: feature.map((_, k) => k + 1),
      no: Array.from(nodes.right.subarray(from, to), (k) => k - from),
      target: 0,
    };
  });
  // A forest without trees is a number.
  if (trees.length === 0) return ops.add(ops.mul(ops.slice(features, 0, 1), 0), base);
  return ops.treeEnsemble(features, { trees, base: [base] });
}
