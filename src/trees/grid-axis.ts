import type { ForestNodes } from "./forest-nodes.js";

/** Most boxes of a grid: their table fits the second-level cache. */
const GRID_BOXES = 1 << 16;
/** Most boxes times trees, which bounds the memory that the building takes. */
const GRID_ROOTS = 1 << 24;
/** Slots of an axis, as a multiple of its intervals. */
const SLOTS_EACH = 8;

/** Division of one feature: interval k holds the x with `edges[k - 1] < x <= edges[k]`. */
export interface GridAxis {
  readonly edges: Float32Array;
  /** How much a step along this axis adds to the number of a box. */
  readonly stride: number;
  readonly low: number;
  /** Slots, which are of equal width, per unit of the feature. */
  readonly scale: number;
  /** Number of edges in lower slots: where the search of an interval begins. */
  readonly first: Uint16Array;
}

/** Divides each feature at quantiles of the thresholds that the forest asks about. */
export function gridAxes(nodes: ForestNodes, featureCount: number): GridAxis[] {
  const boxes = Math.min(GRID_BOXES, GRID_ROOTS / nodes.treeStart.length);
  const intervals = Math.max(1, Math.floor(boxes ** (1 / featureCount) + 1e-9));
  let stride = 1;
  return Array.from({ length: featureCount }, (_, f) => {
    const edges = chooseEdges(nodes, f, intervals);
    const axis = makeAxis(edges, stride);
    stride *= edges.length + 1;
    return axis;
  });
}

function chooseEdges(nodes: ForestNodes, f: number, intervals: number): Float32Array {
  const thresholds = nodes.value.filter((_, k) => nodes.feature[k] === f).sort();
  const distinct = thresholds.filter((t, k) => k === 0 || t !== thresholds[k - 1]);
  if (distinct.length < intervals) return distinct;
  const edges = Float32Array.from(
    { length: intervals - 1 },
    (_, k) => thresholds[Math.floor(((k + 1) * thresholds.length) / intervals)],
  );
  return edges.filter((t, k) => k === 0 || t !== edges[k - 1]);
}

function makeAxis(edges: Float32Array, stride: number): GridAxis {
  const slots = SLOTS_EACH * (edges.length + 1);
  const low = edges.length > 0 ? edges[0] : 0;
  const width = edges.length > 0 ? edges[edges.length - 1] - low : 0;
  const scale = width > 0 ? (slots - 1) / width : 0;
  const first = new Uint16Array(slots);
  for (let s = 1, k = 0; s < slots; s++) {
    while (k < edges.length && slotOf(edges[k], low, scale, slots) < s) k++;
    first[s] = k;
  }
  return { edges, stride, low, scale, first };
}

/** Slot of a value; never falling with x, so that edges of other slots are surely below or above it. A NaN gets 0. */
function slotOf(x: number, low: number, scale: number, slots: number): number {
  const s = (x - low) * scale;
  return s >= slots - 1 ? slots - 1 : s > 0 ? Math.floor(s) : 0;
}

/** Adds the share of one feature to the box numbers of the rows [from, to). */
export function addIntervals(axis: GridAxis, column: Float32Array, from: number, to: number, boxes: Uint32Array): void {
  const { edges, stride, low, scale, first } = axis;
  const slots = first.length;
  const count = edges.length;
  for (let i = from; i < to; i++) {
    const x = column[i];
    let k = first[slotOf(x, low, scale, slots)];
    // Written so that a NaN passes every edge, as it goes right at every test of a tree.
    while (k < count && !(x <= edges[k])) k++;
    boxes[i - from] += k * stride;
  }
}
