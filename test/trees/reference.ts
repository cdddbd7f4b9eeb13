import { readFileSync } from "node:fs";

/** Numbers that validation/trees/reference.py stored. */
export interface Reference {
  readonly data: { sumX: number[]; positives: number; sumTarget: number };
  readonly logLoss: Record<"xgboost" | "sklearn", { train: number; test: number }>;
  readonly meanSquare: Record<"xgboost" | "sklearn", { train: number; test: number }>;
  readonly cart: { leaves: number; leafSizes: number[] };
  readonly nearest: { index: number[][]; distance: number[][] };
}

export const reference = JSON.parse(
  readFileSync(new URL("../../validation/data/trees-reference.json", import.meta.url), "utf8"),
) as Reference;

/** One column of the data set of reference.py: a linear congruential generator, in exact integers. */
function column(offset: number, rows: number, modulus: number): Float32Array {
  let x = BigInt(offset);
  return Float32Array.from({ length: rows }, () => {
    x = (x * 1103515245n + 12345n) % 2147483648n;
    return (Number(x >> 8n) % modulus) / modulus;
  });
}

/** The data set of reference.py. */
export function referenceData(offset: number) {
  const rows = 8000;
  const features = [0, 1, 2].map((k) => column(offset + k, rows, k === 2 ? 200 : 65536));
  const u = column(offset + 7, rows, 65536);
  const [x, y, z] = features;
  // In float32 where numpy has float32 columns, so that the edge cuts the same rows.
  const p = Float64Array.from(u, (_, i) => {
    const sum = Math.fround(x[i] + Math.fround(Math.fround(0.3) * y[i]));
    return (sum > Math.fround(0.6) ? 0.85 : 0.1) * Math.fround(0.6 + Math.fround(Math.fround(0.4) * z[i]));
  });
  const label = u.map((v, i) => (v < p[i] ? 1 : 0));
  const target = u.map((v, i) => p[i] + Math.fround(Math.fround(0.2) * Math.fround(v - 0.5)));
  return { features, label, target };
}
