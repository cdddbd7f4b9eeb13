import { MapBuilder } from "./forest-map-build.js";
import { type ForestNodes, LEAF } from "./forest-nodes.js";
import { addIntervals, type GridAxis, gridAxes } from "./grid-axis.js";

const BLOCK = 1024;

/**
 * A forest seen as one map of feature space: a grid whose boxes are divided further where many trees change. A cell
 * holds the sum of the trees that are constant in it, and the subtrees that still have to be asked. For few features
 * that is many times as fast as asking every tree from its root, and exactly as right: leaf values are multiples of
 * one power of two, so that their sums in float64 are exact in any order.
 */
export class ForestMap {
  readonly #nodes: ForestNodes;
  readonly #axes: readonly GridAxis[];
  /** Root of each grid box's tree of cells. */
  readonly #grid: Uint32Array;
  // The trees of cells in preorder; at a leaf, `right` is the number of the cell.
  readonly #feature: Uint16Array;
  readonly #threshold: Float32Array;
  readonly #right: Uint32Array;
  readonly #sum: Float64Array;
  /** Cell c still has to ask the nodes `roots[firstRoot[c] .. firstRoot[c + 1] - 1]`. */
  readonly #firstRoot: Uint32Array;
  readonly #roots: Uint32Array;

  constructor(nodes: ForestNodes, base: number, featureCount: number) {
    this.#nodes = nodes;
    this.#axes = gridAxes(nodes, featureCount);
    const built = new MapBuilder(nodes, this.#axes).build(base);
    this.#grid = built.grid;
    this.#feature = Uint16Array.from(built.feature);
    this.#threshold = Float32Array.from(built.threshold);
    this.#right = Uint32Array.from(built.right);
    this.#sum = Float64Array.from(built.sum);
    this.#firstRoot = Uint32Array.from(built.firstRoot);
    this.#roots = Uint32Array.from(built.roots);
  }

  /** Writes the margins of the rows [start, stop). */
  predict(features: readonly Float32Array[], out: Float32Array, start: number, stop: number): void {
    const boxes = new Uint32Array(BLOCK);
    for (let from = start; from < stop; from += BLOCK) {
      const to = Math.min(stop, from + BLOCK);
      boxes.fill(0);
      this.#axes.forEach((axis, f) => {
        addIntervals(axis, features[f], from, to, boxes);
      });
      this.#predictBlock(features, boxes, out, from, to);
    }
  }

  #predictBlock(
    features: readonly Float32Array[],
    boxes: Uint32Array,
    out: Float32Array,
    from: number,
    to: number,
  ): void {
    const grid = this.#grid;
    const feature = this.#feature;
    const threshold = this.#threshold;
    const right = this.#right;
    const sums = this.#sum;
    const firstRoot = this.#firstRoot;
    const roots = this.#roots;
    const { feature: treeFeature, value, right: treeRight } = this.#nodes;
    for (let i = from; i < to; i++) {
      let at = grid[boxes[i - from]];
      for (let f = feature[at]; f !== LEAF; f = feature[at]) at = features[f][i] <= threshold[at] ? at + 1 : right[at];
      const cell = right[at];
      let sum = sums[cell];
      const last = firstRoot[cell + 1];
      for (let k = firstRoot[cell]; k < last; k++) {
        let node = roots[k];
        for (let f = treeFeature[node]; f !== LEAF; f = treeFeature[node]) {
          node = features[f][i] <= value[node] ? node + 1 : treeRight[node];
        }
        sum += value[node];
      }
      out[i] = sum;
    }
  }
}
