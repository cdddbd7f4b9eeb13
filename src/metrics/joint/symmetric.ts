/** @file Symmetric matrices of a few dozen rows, row after row in one array. */

export interface Eigen {
  readonly values: Float64Array;
  /** Shape [d, d]; column k belongs to value k. */
  readonly vectors: Float64Array;
}

const SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors by cyclic Jacobi rotations, which find small eigenvalues to full precision too.
 * Reference: Golub, Van Loan (2013), Matrix Computations, 4th ed., section 8.5.
 * @param matrix Shape [d, d], symmetric, finite.
 */
export function eigenOf(matrix: Float64Array, d: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = identity(d);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        all += a[i * d + j] ** 2;
        if (i !== j) off += a[i * d + j] ** 2;
      }
    }
    if (!(off > 1e-32 * all)) break;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(a, vectors, d, p, q);
  }
  return { values: Float64Array.from({ length: d }, (_, i) => a[i * d + i]), vectors };
}

function rotate(a: Float64Array, v: Float64Array, d: number, p: number, q: number): void {
  const off = a[p * d + q];
  if (off === 0) return;
  const theta = (a[q * d + q] - a[p * d + p]) / (2 * off);
  // The smaller angle of the two; theta squared may overflow, which gives 0 as it should.
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < d; k++) {
    const x = a[k * d + p];
    const y = a[k * d + q];
    a[k * d + p] = c * x - s * y;
    a[k * d + q] = s * x + c * y;
  }
  for (let k = 0; k < d; k++) {
    const x = a[p * d + k];
    const y = a[q * d + k];
    a[p * d + k] = c * x - s * y;
    a[q * d + k] = s * x + c * y;
    const x2 = v[k * d + p];
    const y2 = v[k * d + q];
    v[k * d + p] = c * x2 - s * y2;
    v[k * d + q] = s * x2 + c * y2;
  }
  a[p * d + q] = 0;
  a[q * d + p] = 0;
}

/** The positive semi-definite square root; what rounding leaves below 0 counts as 0. */
export function rootOf(matrix: Float64Array, d: number): Float64Array {
  const { values, vectors } = eigenOf(matrix, d);
  const out = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const root = Math.sqrt(Math.max(0, values[k]));
    if (root === 0) continue;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) out[i * d + j] += root * vectors[i * d + k] * vectors[j * d + k];
    }
  }
  return out;
}

export function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < d; k++) {
      const factor = a[i * d + k];
      for (let j = 0; j < d; j++) out[i * d + j] += factor * b[k * d + j];
    }
  }
  return out;
}

export function traceOf(matrix: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += matrix[i * d + i];
  return sum;
}

function identity(d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) out[i * d + i] = 1;
  return out;
}
