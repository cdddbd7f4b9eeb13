/** @file Four-vectors as columns: the arithmetic runs over whole arrays, not over one event after another. */
import type { FourVector } from "../four-vector.js";
import type { MomentumForm } from "./names.js";

/** Four-momenta [GeV] of many events or entries; the energy is there only where something needs it. */
export interface VectorColumns {
  readonly px: Float64Array;
  readonly py: Float64Array;
  readonly pz: Float64Array;
  readonly energy?: Float64Array;
}

/** The three-momentum from its columns in a form. */
export function momentumFrom(form: MomentumForm, columns: readonly Float64Array[]): VectorColumns {
  const [first, second, third] = columns;
  if (form === "cartesian") return { px: first, py: second, pz: third };
  const n = first.length;
  const px = new Float64Array(n);
  const py = new Float64Array(n);
  const pz = new Float64Array(n);
  if (form === "transverse") {
    for (let i = 0; i < n; i++) {
      px[i] = first[i] * Math.cos(second[i]);
      py[i] = first[i] * Math.sin(second[i]);
    }
  } else {
    for (let i = 0; i < n; i++) {
      const pt = form === "collider" ? first[i] : first[i] * Math.sin(second[i]);
      px[i] = pt * Math.cos(third[i]);
      py[i] = pt * Math.sin(third[i]);
      pz[i] = first[i] * (form === "collider" ? Math.sinh(second[i]) : Math.cos(second[i]));
    }
  }
  return { px, py, pz };
}

/** Adds the energy from a mass [GeV], one for all or one each. */
export function withEnergy({ px, py, pz }: VectorColumns, mass: number | Float64Array): VectorColumns {
  const energy = new Float64Array(px.length);
  for (let i = 0; i < energy.length; i++) {
    const m = typeof mass === "number" ? mass : mass[i];
    energy[i] = Math.sqrt(px[i] * px[i] + py[i] * py[i] + pz[i] * pz[i] + m * m);
  }
  return { px, py, pz, energy };
}

/** The same vector for n events. */
export function repeatedVector(v: FourVector, n: number): VectorColumns {
  const fill = (value: number) => new Float64Array(n).fill(value);
  return { px: fill(v.px), py: fill(v.py), pz: fill(v.pz), energy: fill(v.energy) };
}

/** Applies a transformation of columns to each component that is there. */
export function eachComponent(v: VectorColumns, change: (column: Float64Array) => Float64Array): VectorColumns {
  return {
    px: change(v.px),
    py: change(v.py),
    pz: change(v.pz),
    ...(v.energy !== undefined && { energy: change(v.energy) }),
  };
}

/** a + sign * b. */
export function combine(a: VectorColumns, b: VectorColumns, sign: 1 | -1): VectorColumns {
  const add = (x: Float64Array, y: Float64Array) => {
    const out = new Float64Array(x.length);
    for (let i = 0; i < out.length; i++) out[i] = x[i] + sign * y[i];
    return out;
  };
  return {
    px: add(a.px, b.px),
    py: add(a.py, b.py),
    pz: add(a.pz, b.pz),
    ...(a.energy !== undefined && b.energy !== undefined && { energy: add(a.energy, b.energy) }),
  };
}

/** Reads one vector after another into the same object. */
export function vectorReader({ px, py, pz, energy }: VectorColumns): (i: number) => FourVector {
  const at = { px: 0, py: 0, pz: 0, energy: Number.NaN };
  return (i) => {
    at.px = px[i];
    at.py = py[i];
    at.pz = pz[i];
    if (energy !== undefined) at.energy = energy[i];
    return at;
  };
}

/** Collects n vectors into columns. */
export function collectVectors(n: number, at: (i: number) => FourVector): VectorColumns {
  const px = new Float64Array(n);
  const py = new Float64Array(n);
  const pz = new Float64Array(n);
  const energy = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const v = at(i);
    px[i] = v.px;
    py[i] = v.py;
    pz[i] = v.pz;
    energy[i] = v.energy;
  }
  return { px, py, pz, energy };
}
