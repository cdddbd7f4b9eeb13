/** @file Precision, recall, density and coverage of one labelling of pooled events. */
import { squaredDistances } from "./neighbours.js";

/** Events of both samples, the reference's first, with lists of their nearest neighbours of either sample. */
export interface Pooled {
  /** Shape [n, d]. */
  readonly rows: Float64Array;
  readonly d: number;
  /** Neighbours in a list. */
  readonly count: number;
  /** Shape [n, count]. */
  readonly squares: Float64Array;
  readonly indices: Uint32Array;
}

export interface Manifold {
  readonly precision: number;
  readonly recall: number;
  readonly density: number;
  readonly coverage: number;
  /** Variance of the density to first order, from how much reference and candidate events differ in it. */
  readonly densityVariance: number;
}

/**
 * The ball of an event reaches to its k-th nearest neighbour of the same label; it holds what is nearer than that.
 * @param labels Shape [n], 0 for the reference and 1 for the candidate.
 */
export function manifoldOf(pooled: Pooled, labels: Uint8Array, k: number): Manifold {
  const { count, squares, indices } = pooled;
  const n = labels.length;
  // How many balls of the other label hold an event, and how many events of the other label a ball holds.
  const holders = new Uint32Array(n);
  const held = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const label = labels[i];
    let same = 0;
    let end = i * count;
    const last = end + count;
    for (; end < last; end++) if (labels[indices[end]] === label && ++same === k) break;
    if (same < k) {
      searchAll(pooled, labels, k, i, holders, held);
      continue;
    }
    const radius = squares[end];
    for (let at = i * count; at < end && squares[at] < radius; at++) {
      const j = indices[at];
      if (labels[j] === label) continue;
      held[i]++;
      holders[j]++;
    }
  }
  return summary(labels, holders, held, k);
}

/** For an event whose list ends too early: among thousands of the other label, say. */
function searchAll(
  { rows, d }: Pooled,
  labels: Uint8Array,
  k: number,
  i: number,
  holders: Uint32Array,
  held: Uint32Array,
): void {
  const distances = new Float64Array(labels.length);
  squaredDistances(rows, d, i, distances);
  const same = distances.filter((_, j) => labels[j] === labels[i] && j !== i).sort();
  const radius = same.length >= k ? same[k - 1] : Number.POSITIVE_INFINITY;
  for (let j = 0; j < labels.length; j++) {
    if (labels[j] === labels[i] || !(distances[j] < radius)) continue;
    held[i]++;
    holders[j]++;
  }
}

function summary(labels: Uint8Array, holders: Uint32Array, held: Uint32Array, k: number): Manifold {
  const sizes = [0, 0];
  const found = [0, 0];
  let covered = 0;
  let sum = 0;
  const squares = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    sizes[label]++;
    if (holders[i] > 0) found[label]++;
    if (label === 0) {
      if (held[i] > 0) covered++;
      squares[0] += held[i] ** 2;
    } else {
      sum += holders[i];
      squares[1] += holders[i] ** 2;
    }
  }
  const [n, m] = sizes;
  const spread = (square: number, size: number) => Math.max(0, square / size - (sum / size) ** 2);
  return {
    precision: found[1] / m,
    recall: found[0] / n,
    density: sum / (k * m),
    coverage: covered / n,
    densityVariance: (spread(squares[1], m) / m + (spread(squares[0], n) * n) / (m * m)) / (k * k),
  };
}
