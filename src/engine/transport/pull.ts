/** @file Differences times directions, added to the gradient: the transpose of `project.ts`. */
import { MATCHED, pulled as pulledPoints, SLOT, SOURCE, values as slots } from "./scratch.js";

const pulled = pulledPoints;
const values = slots;

/**
 * Adds (source - matched) times direction, of the 4 slices in hand, to the gradient of points of 8 coordinates.
 * @param theta Directions, 8 coordinates each, the 4 in hand from `at` on.
 * @returns The sum of the squared differences.
 */
export function pull8(rows: number, theta: Float64Array, at: number): number {
  const a0 = theta[at];
  const a1 = theta[at + 1];
  const a2 = theta[at + 2];
  const a3 = theta[at + 3];
  const a4 = theta[at + 4];
  const a5 = theta[at + 5];
  const a6 = theta[at + 6];
  const a7 = theta[at + 7];
  const b0 = theta[at + 8];
  const b1 = theta[at + 9];
  const b2 = theta[at + 10];
  const b3 = theta[at + 11];
  const b4 = theta[at + 12];
  const b5 = theta[at + 13];
  const b6 = theta[at + 14];
  const b7 = theta[at + 15];
  const c0 = theta[at + 16];
  const c1 = theta[at + 17];
  const c2 = theta[at + 18];
  const c3 = theta[at + 19];
  const c4 = theta[at + 20];
  const c5 = theta[at + 21];
  const c6 = theta[at + 22];
  const c7 = theta[at + 23];
  const d0 = theta[at + 24];
  const d1 = theta[at + 25];
  const d2 = theta[at + 26];
  const d3 = theta[at + 27];
  const d4 = theta[at + 28];
  const d5 = theta[at + 29];
  const d6 = theta[at + 30];
  const d7 = theta[at + 31];
  let squares = 0;
  for (let i = 0, p = 0; i < rows; i = (i + 1) | 0, p = (p + 8) | 0) {
    const a = values[(i + SOURCE) | 0] - values[(i + MATCHED) | 0];
    const b = values[(i + (SOURCE + SLOT)) | 0] - values[(i + (MATCHED + SLOT)) | 0];
    const c = values[(i + (SOURCE + 2 * SLOT)) | 0] - values[(i + (MATCHED + 2 * SLOT)) | 0];
    const d = values[(i + (SOURCE + 3 * SLOT)) | 0] - values[(i + (MATCHED + 3 * SLOT)) | 0];
    squares += a * a + b * b + (c * c + d * d);
    pulled[p] += a * a0 + b * b0 + (c * c0 + d * d0);
    pulled[(p + 1) | 0] += a * a1 + b * b1 + (c * c1 + d * d1);
    pulled[(p + 2) | 0] += a * a2 + b * b2 + (c * c2 + d * d2);
    pulled[(p + 3) | 0] += a * a3 + b * b3 + (c * c3 + d * d3);
    pulled[(p + 4) | 0] += a * a4 + b * b4 + (c * c4 + d * d4);
    pulled[(p + 5) | 0] += a * a5 + b * b5 + (c * c5 + d * d5);
    pulled[(p + 6) | 0] += a * a6 + b * b6 + (c * c6 + d * d6);
    pulled[(p + 7) | 0] += a * a7 + b * b7 + (c * c7 + d * d7);
  }
  return squares;
}

/** As `pull8`, for points and directions of 4 coordinates. */
export function pull4(rows: number, theta: Float64Array, at: number): number {
  const a0 = theta[at];
  const a1 = theta[at + 1];
  const a2 = theta[at + 2];
  const a3 = theta[at + 3];
  const b0 = theta[at + 4];
  const b1 = theta[at + 5];
  const b2 = theta[at + 6];
  const b3 = theta[at + 7];
  const c0 = theta[at + 8];
  const c1 = theta[at + 9];
  const c2 = theta[at + 10];
  const c3 = theta[at + 11];
  const d0 = theta[at + 12];
  const d1 = theta[at + 13];
  const d2 = theta[at + 14];
  const d3 = theta[at + 15];
  let squares = 0;
  for (let i = 0, p = 0; i < rows; i = (i + 1) | 0, p = (p + 4) | 0) {
    const a = values[(i + SOURCE) | 0] - values[(i + MATCHED) | 0];
    const b = values[(i + (SOURCE + SLOT)) | 0] - values[(i + (MATCHED + SLOT)) | 0];
    const c = values[(i + (SOURCE + 2 * SLOT)) | 0] - values[(i + (MATCHED + 2 * SLOT)) | 0];
    const d = values[(i + (SOURCE + 3 * SLOT)) | 0] - values[(i + (MATCHED + 3 * SLOT)) | 0];
    squares += a * a + b * b + (c * c + d * d);
    pulled[p] += a * a0 + b * b0 + (c * c0 + d * d0);
    pulled[(p + 1) | 0] += a * a1 + b * b1 + (c * c1 + d * d1);
    pulled[(p + 2) | 0] += a * a2 + b * b2 + (c * c2 + d * d2);
    pulled[(p + 3) | 0] += a * a3 + b * b3 + (c * c3 + d * d3);
  }
  return squares;
}
