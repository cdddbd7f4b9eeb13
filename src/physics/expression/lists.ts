/** @file Jagged columns in expressions: all entries of a block of events one after another, and what brings them to one number an event. */
import { eachComponent, type VectorColumns } from "./vectors.js";

/** Value of entry `index` of each event; NaN where an event has fewer. */
export function pick(values: Float64Array, offsets: Int32Array, index: number): Float64Array {
  const out = new Float64Array(offsets.length - 1);
  for (let event = 0; event < out.length; event++) {
    const k = offsets[event] + index;
    out[event] = k < offsets[event + 1] ? values[k] : Number.NaN;
  }
  return out;
}

/** Value of each event, once for each of its entries. */
export function spread(values: Float64Array, offsets: Int32Array): Float64Array {
  const out = new Float64Array(offsets[offsets.length - 1]);
  for (let event = 0; event < values.length; event++) out.fill(values[event], offsets[event], offsets[event + 1]);
  return out;
}

/** Ways to bring the entries of an event to one number. Entries that are NaN, such as lost objects, take no part. */
export type Reduction = "sum" | "count" | "max" | "min";

/** Reduces the entries of each event: sums and counts of none are 0, extremes of none are NaN. */
export function reduce(values: Float64Array, offsets: Int32Array, how: Reduction): Float64Array {
  const out = new Float64Array(offsets.length - 1);
  for (let event = 0; event < out.length; event++) {
    let result = how === "sum" || how === "count" ? 0 : Number.NaN;
    for (let k = offsets[event]; k < offsets[event + 1]; k++) {
      const value = values[k];
      if (Number.isNaN(value)) continue;
      if (how === "sum") result += value;
      else if (how === "count") result++;
      else if (Number.isNaN(result)) result = value;
      else result = how === "max" ? Math.max(result, value) : Math.min(result, value);
    }
    out[event] = result;
  }
  return out;
}

/** Sums the vectors of each event, leaving out those with a component that is NaN. */
export function sumVectors(v: VectorColumns, offsets: Int32Array): VectorColumns {
  const lost = new Uint8Array(v.px.length);
  for (let k = 0; k < lost.length; k++) {
    if (Number.isNaN(v.px[k] + v.py[k] + v.pz[k] + (v.energy?.[k] ?? 0))) lost[k] = 1;
  }
  const kept = (column: Float64Array) => column.map((value, k) => (lost[k] === 1 ? Number.NaN : value));
  return eachComponent(v, (column) => reduce(kept(column), offsets, "sum"));
}
