/** @file Points times directions: four slices at a time, with the loops over coordinates written out. */
import { SLOT, values as slots, staged as stagedPoints } from "./scratch.js";

const staged = stagedPoints;
const values = slots;

/**
 * Projects staged points of 8 coordinates on 4 directions.
 * @param from First coordinate in `staged`.
 * @param theta Directions, 8 coordinates each, the 4 in hand from `at` on.
 * @param to Slot of the first slice's projections; the others follow.
 */
export function project8(from: number, rows: number, theta: Float64Array, at: number, to: number): void {
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
  // `| 0` tells the compiler that sums of indices wrap, which spares a check of overflow on each.
  for (let i = 0, p = from | 0, q = to | 0; i < rows; i = (i + 1) | 0, p = (p + 8) | 0, q = (q + 1) | 0) {
    const x0 = staged[p];
    const x1 = staged[(p + 1) | 0];
    const x2 = staged[(p + 2) | 0];
    const x3 = staged[(p + 3) | 0];
    const x4 = staged[(p + 4) | 0];
    const x5 = staged[(p + 5) | 0];
    const x6 = staged[(p + 6) | 0];
    const x7 = staged[(p + 7) | 0];
    values[q] = x0 * a0 + x1 * a1 + (x2 * a2 + x3 * a3) + (x4 * a4 + x5 * a5 + (x6 * a6 + x7 * a7));
    values[(q + SLOT) | 0] = x0 * b0 + x1 * b1 + (x2 * b2 + x3 * b3) + (x4 * b4 + x5 * b5 + (x6 * b6 + x7 * b7));
    values[(q + 2 * SLOT) | 0] = x0 * c0 + x1 * c1 + (x2 * c2 + x3 * c3) + (x4 * c4 + x5 * c5 + (x6 * c6 + x7 * c7));
    values[(q + 3 * SLOT) | 0] = x0 * d0 + x1 * d1 + (x2 * d2 + x3 * d3) + (x4 * d4 + x5 * d5 + (x6 * d6 + x7 * d7));
  }
}

/** As `project8`, for points and directions of 4 coordinates. */
export function project4(from: number, rows: number, theta: Float64Array, at: number, to: number): void {
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
  for (let i = 0, p = from | 0, q = to | 0; i < rows; i = (i + 1) | 0, p = (p + 4) | 0, q = (q + 1) | 0) {
    const x0 = staged[p];
    const x1 = staged[(p + 1) | 0];
    const x2 = staged[(p + 2) | 0];
    const x3 = staged[(p + 3) | 0];
    values[q] = x0 * a0 + x1 * a1 + (x2 * a2 + x3 * a3);
    values[(q + SLOT) | 0] = x0 * b0 + x1 * b1 + (x2 * b2 + x3 * b3);
    values[(q + 2 * SLOT) | 0] = x0 * c0 + x1 * c1 + (x2 * c2 + x3 * c3);
    values[(q + 3 * SLOT) | 0] = x0 * d0 + x1 * d1 + (x2 * d2 + x3 * d3);
  }
}

/** Adds four slots to four others, for points of more than 8 coordinates. */
export function addSlots(from: number, to: number, rows: number): void {
  for (let s = 0; s < 4; s++) {
    const shift = to - from;
    const end = from + s * SLOT + rows;
    for (let i = from + s * SLOT; i < end; i++) values[i + shift] += values[i];
  }
}
