/** @file Trees as one ONNX node, so that a trained forest stands in the same file as networks. */
import { ConfigError } from "../../../util/errors.js";
import { apply, type Op } from "../op.js";
import { describe, fixedDim, needRank } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** One tree; node 0 is the root. A row goes on to `yes` where x[feature] <= threshold, else (a NaN, too) to `no`. */
export interface EnsembleTree {
  /** Column tested, -1 at a leaf. */
  readonly feature: ArrayLike<number>;
  /** Threshold of the test, exact in single precision; at a leaf what it adds. */
  readonly value: ArrayLike<number>;
  readonly yes: ArrayLike<number>;
  readonly no: ArrayLike<number>;
  /** Output column that leaves add to. */
  readonly target: number;
}

export interface TreeEnsemble {
  readonly trees: readonly EnsembleTree[];
  /** Start of each output column. */
  readonly base: readonly number[];
}

/** One op an ensemble: its trees are too large for attributes that are compared. */
const known = new WeakMap<TreeEnsemble, { readonly op: Op; readonly number: number }>();
let ensembles = 0;

/**
 * Sums over trees, by ONNX's `TreeEnsembleRegressor`, in single precision. No gradient flows.
 * @param x [n, columns] float32 @returns [n, outputs]
 */
export function treeEnsemble(x: Tensor, ensemble: TreeEnsemble): Tensor {
  needRank("treeEnsemble", x, 2);
  fixedDim("treeEnsemble", x, 1);
  if (x.dtype !== "float32") {
    throw new ConfigError(`treeEnsemble: needs single precision; expected float32, got ${x.dtype} (${describe(x)}).`);
  }
  let own = known.get(ensemble);
  if (own === undefined) {
    own = { op: opOf(ensemble), number: ensembles++ };
    known.set(ensemble, own);
  }
  // The number tells the ensembles over one table apart.
  return apply(own.op, [x], { ensemble: own.number });
}

function opOf(ensemble: TreeEnsemble): Op {
  return {
    name: "treeEnsemble",
    infer: ([x]) => [{ dtype: "float32", shape: [x.shape[0], ensemble.base.length] }],
    emit: (emitter, _, inputs) => emitter.node("ai.onnx.ml:TreeEnsembleRegressor", inputs, attributesOf(ensemble)),
  };
}

function attributesOf({ trees, base }: TreeEnsemble) {
  const size = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const column = () => new Int32Array(size);
  const [treeids, nodeids, featureids, yes, no] = [column(), column(), column(), column(), column()];
  const values = new Float32Array(size);
  const modes: string[] = new Array(size);
  const leaf = { tree: [] as number[], node: [] as number[], target: [] as number[], weight: [] as number[] };
  let at = 0;
  for (const [t, tree] of trees.entries()) {
    for (let k = 0; k < tree.feature.length; k++, at++) {
      treeids[at] = t;
      nodeids[at] = k;
      const isLeaf = tree.feature[k] < 0;
      modes[at] = isLeaf ? "LEAF" : "BRANCH_LEQ";
      if (isLeaf) {
        leaf.tree.push(t);
        leaf.node.push(k);
        leaf.target.push(tree.target);
        leaf.weight.push(tree.value[k]);
      } else {
        featureids[at] = tree.feature[k];
        values[at] = tree.value[k];
        yes[at] = tree.yes[k];
        no[at] = tree.no[k];
      }
    }
  }
  return {
    aggregate_function: "SUM",
    post_transform: "NONE",
    n_targets: base.length,
    base_values: { floats: base },
    nodes_treeids: { ints: treeids },
    nodes_nodeids: { ints: nodeids },
    nodes_featureids: { ints: featureids },
    nodes_modes: { strings: modes },
    nodes_values: { floats: values },
    nodes_truenodeids: { ints: yes },
    nodes_falsenodeids: { ints: no },
    target_treeids: { ints: leaf.tree },
    target_nodeids: { ints: leaf.node },
    target_ids: { ints: leaf.target },
    target_weights: { floats: leaf.weight },
  };
}
