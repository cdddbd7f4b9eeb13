/** Most points in a leaf. */
const LEAF_POINTS = 16;

/** Points parted by planes: node i of a full binary heap cuts its points at their median along the widest side. */
export interface KdNodes {
  /** Levels of inner nodes; below them stand 2^levels leaves. */
  readonly levels: number;
  /** Coordinate that an inner node cuts. */
  readonly axis: Uint8Array;
  /** Where: points to the left are not above it, points to the right not below. */
  readonly cut: Float32Array;
  /** First point of each leaf, and at the end the number of points. */
  readonly leafStart: Uint32Array;
  /** Coordinates, point by point, leaf by leaf. */
  readonly points: Float32Array;
  /** Row that each point came from. */
  readonly rowOf: Uint32Array;
}

/** Number of levels for so many points. */
export function levelsOf(rows: number): number {
  let levels = 0;
  while (rows > LEAF_POINTS * 2 ** levels) levels++;
  return levels;
}

/** First points of the leaves: ranges are halved level by level. */
export function leafStarts(rows: number, levels: number): Uint32Array {
  const start = new Uint32Array(2 ** levels + 1);
  start[2 ** levels] = rows;
  for (let width = 2 ** levels; width > 1; width /= 2) {
    for (let leaf = 0; leaf < 2 ** levels; leaf += width)
      start[leaf + width / 2] = (start[leaf] + start[leaf + width]) >> 1;
  }
  return start;
}

/** Sorts points into a k-d tree, in n log n steps. */
export function buildKdNodes(columns: readonly Float32Array[]): KdNodes {
  const dimensions = columns.length;
  const rows = columns[0].length;
  const levels = levelsOf(rows);
  const nodes = 2 ** levels - 1;
  const axis = new Uint8Array(nodes);
  const cut = new Float32Array(nodes);
  const points = new Float32Array(rows * dimensions);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) points[i * dimensions + j] = column[i];
  });
  const rowOf = Uint32Array.from({ length: rows }, (_, i) => i);
  const leafStart = leafStarts(rows, levels);
  for (let level = 0, node = 0; level < levels; level++) {
    const width = 2 ** (levels - level);
    for (let leaf = 0; leaf < 2 ** levels; leaf += width, node++) {
      const from = leafStart[leaf];
      const to = leafStart[leaf + width];
      const middle = leafStart[leaf + width / 2];
      axis[node] = widestAxis(points, dimensions, from, to);
      select(points, rowOf, dimensions, axis[node], from, to - 1, middle);
      cut[node] = points[middle * dimensions + axis[node]];
    }
  }
  return { levels, axis, cut, leafStart, points, rowOf };
}

function widestAxis(points: Float32Array, dimensions: number, from: number, to: number): number {
  let widest = 0;
  let most = -1;
  for (let j = 0; j < dimensions; j++) {
    let low = points[from * dimensions + j];
    let high = low;
    for (let at = from * dimensions + j; at < to * dimensions; at += dimensions) {
      const x = points[at];
      if (x < low) low = x;
      else if (x > high) high = x;
    }
    if (high - low > most) {
      most = high - low;
      widest = j;
    }
  }
  return widest;
}

/** Moves the points so that the one at `target` is in its sorted place, none before it is above it, none after below it. */
function select(
  points: Float32Array,
  rowOf: Uint32Array,
  d: number,
  axis: number,
  low: number,
  high: number,
  target: number,
): void {
  while (low < high) {
    const a = points[low * d + axis];
    const b = points[((low + high) >> 1) * d + axis];
    const c = points[high * d + axis];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    // Hoare's partition; it stops at equal keys, so that many duplicates are still halved.
    let i = low;
    let j = high;
    while (i <= j) {
      while (points[i * d + axis] < pivot) i++;
      while (points[j * d + axis] > pivot) j--;
      if (i > j) break;
      for (let k = 0; k < d; k++) {
        const x = points[i * d + k];
        points[i * d + k] = points[j * d + k];
        points[j * d + k] = x;
      }
      const row = rowOf[i];
      rowOf[i] = rowOf[j];
      rowOf[j] = row;
      i++;
      j--;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else return;
  }
}
