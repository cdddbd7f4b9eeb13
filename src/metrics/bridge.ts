/**
 * @file The Brownian bridge, which sqrt(n_e) (F - G) follows for two samples of one distribution: how large its largest
 * modulus is. Continuous distributions have a formula. Where single values hold much of the probability (counts, flags,
 * a spike at 0) the bridge is seen only at the ends of their jumps and stays smaller; that is simulated.
 */
import type { Random } from "../util/random.js";
import type { Sample } from "./sample.js";

/** Mean and standard deviation of a null distribution, for an effective size of 1. */
export interface BridgeMoments {
  readonly mean: number;
  readonly spread: number;
  readonly method: "formula" | "simulation";
}

const MEAN = Math.sqrt(Math.PI / 2) * Math.LN2;

/** sup |B| without jumps: mean sqrt(pi / 2) ln 2, variance pi^2 / 12 - mean^2. */
const CONTINUOUS: BridgeMoments = { mean: MEAN, spread: Math.sqrt(Math.PI ** 2 / 12 - MEAN ** 2), method: "formula" };

/** A value that holds less than this share of the weight changes the mean by under 3 %, and counts as continuous. */
const ATOM = 0.002;
/** Continuous stretches are cut into pieces of at most this share, within which both extremes are drawn apart. */
const PIECE = 1 / 16;
const DRAWS = 1000;

/** A share of probability that the bridge crosses in one jump (an atom) or continuously. */
interface Cell {
  readonly mass: number;
  readonly atom: boolean;
}

/** Moments of sup |B(F(x))| over all x, F the sample's distribution. */
export function bridgeSupremum(sample: Sample, random: Random): BridgeMoments {
  random.at(0);
  const cells = cellsOf(sample);
  if (cells === undefined) return CONTINUOUS;
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < DRAWS; k++) {
    const largest = drawSupremum(cells, random);
    sum += largest;
    squares += largest * largest;
  }
  const mean = sum / DRAWS;
  return { mean, spread: Math.sqrt(Math.max(0, squares / DRAWS - mean * mean)), method: "simulation" };
}

/** Atoms and the continuous pieces between them, in order; undefined where there is no atom. */
function cellsOf({ values, weights, sumOfWeights }: Sample): Cell[] | undefined {
  const cells: Cell[] = [];
  let rest = 0;
  let found = false;
  const closeRest = () => {
    const pieces = Math.ceil(rest / PIECE);
    for (let k = 0; k < pieces; k++) cells.push({ mass: rest / pieces, atom: false });
    rest = 0;
  };
  for (let i = 0; i < values.length; ) {
    const value = values[i];
    let weight = 0;
    for (; i < values.length && values[i] === value; i++) weight += weights === undefined ? 1 : weights[i];
    // Signed weights can leave a value with less than nothing; it then has no part in the noise.
    const mass = Math.max(0, weight / sumOfWeights);
    if (mass < ATOM || isSingle(values, i)) {
      rest += mass;
      continue;
    }
    found = true;
    closeRest();
    cells.push({ mass, atom: true });
  }
  closeRest();
  return found ? cells : undefined;
}

/** Whether the value that ends before index i stands once only: one entry of a small sample is no atom. */
function isSingle(values: Float64Array, i: number): boolean {
  return i < 2 || values[i - 2] !== values[i - 1];
}

/**
 * Draws a bridge at the cells' ends, and within continuous cells its maximum and minimum given both ends: for ends a, b and
 * variance v the maximum is (a + b + sqrt((a - b)^2 - 2 v ln U)) / 2.
 */
function drawSupremum(cells: readonly Cell[], random: Random): number {
  // A bridge is a random walk minus its drift to the walk's own end.
  const walk = new Float64Array(cells.length + 1);
  for (let k = 0; k < cells.length; k++) walk[k + 1] = walk[k] + Math.sqrt(cells[k].mass) * random.normal();
  const end = walk[cells.length];
  let done = 0;
  let largest = 0;
  let before = 0;
  for (let k = 0; k < cells.length; k++) {
    done += cells[k].mass;
    const after = walk[k + 1] - done * end;
    if (cells[k].atom) largest = Math.max(largest, Math.abs(after));
    else {
      const gap = (before - after) ** 2;
      const up = Math.sqrt(gap - 2 * cells[k].mass * Math.log(random.uniform()));
      const down = Math.sqrt(gap - 2 * cells[k].mass * Math.log(random.uniform()));
      largest = Math.max(largest, (before + after + up) / 2, -(before + after - down) / 2);
    }
    before = after;
  }
  return largest;
}
