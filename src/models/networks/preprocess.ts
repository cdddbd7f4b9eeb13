/** @file How conditions go into a network: cyclic ones as a point on a circle, all others as normal quantiles. */
import { constant, ops, type Tensor } from "../../engine/index.js";
import { type ColumnMap, fitColumnMap, normalGraph, toNormal } from "./column-map.js";

const { concat, cos, maximum, minimum, mul, sin, slice } = ops;

/** What becomes of one condition. */
export type ConditionMap =
  | {
      readonly kind: "cyclic";
      readonly period: number;
      /** Sines and cosines up to this multiple of the angle (default 1): more let a network follow sharper edges. */
      readonly harmonics?: number;
    }
  | { readonly kind: "normal"; readonly map: ColumnMap };

/** Quantiles less one of each condition. */
const BINS = 16;

/** Fits the map of one condition. @param period Its period where it is cyclic, else null. */
export function fitConditionMap(values: Float32Array, period: number | null, weight?: Float32Array): ConditionMap {
  return period === null ? { kind: "normal", map: fitColumnMap(values, weight, BINS) } : { kind: "cyclic", period };
}

/** Fits the maps of condition columns. */
export function fitConditionMaps(
  columns: readonly Float32Array[],
  periods: readonly (number | null)[],
  weight?: Float32Array,
): ConditionMap[] {
  return columns.map((values, k) => fitConditionMap(values, periods[k] ?? null, weight));
}

/** Columns that the network sees. */
export const conditionWidth = (maps: readonly ConditionMap[]): number =>
  maps.reduce((n, map) => n + (map.kind === "cyclic" ? 2 * (map.harmonics ?? 1) : 1), 0);

/** For each harmonic of each cyclic condition its column and the factor that makes an angle of it. */
const turnsOf = (maps: readonly ConditionMap[]): { readonly k: number; readonly turn: number }[] =>
  maps.flatMap((map, k) =>
    map.kind === "normal"
      ? []
      : Array.from({ length: map.harmonics ?? 1 }, (_, h) => ({ k, turn: ((h + 1) * 2 * Math.PI) / map.period })),
  );

/** Conditions as the network sees them, in columns: all sines, all cosines, then quantiles within the training range. */
export function mapConditions(maps: readonly ConditionMap[], columns: readonly Float32Array[]): Float32Array[] {
  const cyclic = turnsOf(maps);
  return [
    ...cyclic.map(({ turn, k }) => columns[k].map((x) => Math.sin(turn * x))),
    ...cyclic.map(({ turn, k }) => columns[k].map((x) => Math.cos(turn * x))),
    ...maps.flatMap((map, k) => {
      if (map.kind === "cyclic") return [];
      const { reach } = map.map;
      return [toNormal(map.map, columns[k]).map((z) => Math.min(reach, Math.max(-reach, z)))];
    }),
  ];
}

/** The same as a graph. @param raw [n, conditions] @returns [n, conditionWidth(maps)] */
export function conditionGraph(maps: readonly ConditionMap[], raw: Tensor): Tensor {
  const cyclic = turnsOf(maps);
  const normal = maps.flatMap((map, k) => (map.kind === "normal" ? [{ map: map.map, k }] : []));
  const columnsOf = (list: readonly { readonly k: number }[]) => concat(list.map(({ k }) => slice(raw, k, k + 1)));
  const parts: Tensor[] = [];
  if (cyclic.length > 0) {
    const turns = constant(
      "float32",
      [1, cyclic.length],
      cyclic.map(({ turn }) => turn),
    );
    const angle = mul(columnsOf(cyclic), turns);
    parts.push(sin(angle), cos(angle));
  }
  if (normal.length > 0) {
    const list = normal.map(({ map }) => map);
    const reach = constant(
      "float32",
      [1, list.length],
      list.map((map) => map.reach),
    );
    parts.push(maximum(minimum(normalGraph(columnsOf(normal), list), reach), mul(reach, -1)));
  }
  return concat(parts);
}
