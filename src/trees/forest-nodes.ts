/**
 * The trees of a forest, one after another; a tree's nodes stand in preorder, so a left child follows its parent.
 * The layout of ONNX `TreeEnsemble` nodes: the row goes left where `x[feature] <= threshold`.
 */
export interface ForestNodes {
  /** First node of each tree, and at the end the number of nodes. */
  readonly treeStart: Uint32Array;
  /** Feature tested; `LEAF` at a leaf. */
  readonly feature: Uint16Array;
  /** Threshold of the test; at a leaf, what it adds to the margin. */
  readonly value: Float32Array;
  /** Node index of the right child; unused at leaves. */
  readonly right: Uint32Array;
}

/** Marks a leaf in `ForestNodes.feature`. */
export const LEAF = 0xffff;

/** Fills in the right children of the tree whose preorder begins at `root`; returns the node after its last, or one beyond the end of
 * `feature` where the tree is not whole.
 */
export function linkPreorder(feature: Uint16Array, right: Uint32Array, root: number): number {
  // The inner nodes whose right child has not come yet; it follows the end of the left subtree.
  const waiting: number[] = [];
  let node = root;
  for (; node < feature.length; node++) {
    if (feature[node] !== LEAF) {
      waiting.push(node);
      continue;
    }
    const parent = waiting.pop();
    if (parent === undefined) return node + 1;
    right[parent] = node + 1;
  }
  return feature.length + 1;
}
