/** @file Rebuilds weights, rows and noise of validation/engine/networks.py, bit for bit, from their salts. */

export interface OracleParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly scale: number;
}

type Pairs = { readonly all: [number, number]; readonly each: Record<string, [number, number]> };
type Running = Record<string, { readonly mean: number[]; readonly variance: number[] }>;

export interface OracleNetwork {
  readonly salts: Record<string, number>;
  readonly idle: readonly string[];
  readonly parameters: readonly OracleParameter[];
  readonly bits: Record<string, number>;
  readonly loss: number[];
  readonly lossDouble: number[];
  readonly sumsDouble: Pairs;
  readonly outputDouble: number[][];
  readonly runningDouble?: Running;
  readonly rounding: { readonly loss: number; readonly parameters: Record<string, number>; readonly output: number };
  readonly standardisation?: Record<"inMean" | "inStd" | "outMean" | "outStd", number[]>;
}

export interface Oracle {
  readonly rows: number;
  readonly batch: number;
  readonly steps: number;
  readonly shown: number;
  readonly adam: { readonly rate: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  readonly networks: Record<string, OracleNetwork>;
}

export function hashed(i: number, salt: number): number {
  let h = (Math.imul(i, 0x9e3779b1) + salt) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function normal(i: number, salt: number): number {
  const u = (k: number) => (hashed(4 * i + k, salt) + 0.5) / 2 ** 32;
  return Math.sqrt(3) * (u(0) + u(1) + u(2) + u(3) - 2);
}

/** Sum modulo 2^32 of the bit patterns. */
export function bits(x: Float32Array | Int32Array): number {
  return new Uint32Array(x.buffer, x.byteOffset, x.length).reduce((a, b) => (a + b) >>> 0, 0);
}

export interface Rebuilt {
  readonly x: Float32Array;
  readonly target: Float32Array;
  readonly rows: Int32Array;
  readonly noise: Float32Array;
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** [n, 6] momenta to [n, 8] massless four-vectors. */
function fourVectors(momenta: Float64Array): Float64Array {
  const out = new Float64Array((momenta.length / 3) * 4);
  for (let i = 0, j = 0; i < momenta.length; i += 3, j += 4) {
    const [px, py, pz] = [0, 1, 2].map((k) => Math.fround(momenta[i + k]));
    out.set([px, py, pz, Math.sqrt(px * px + py * py + pz * pz)], j);
  }
  return out;
}

const DATA: Record<string, (salt: OracleNetwork["salts"], rows: number) => { x: Float64Array; target: Float64Array }> =
  {
    mlp(salts, rows) {
      const x = Float64Array.from({ length: rows * 16 }, (_, i) => Math.fround(normal(i % 256, salts.x)));
      const next = (i: number) => (i % 16 === 15 ? i - 15 : i + 1);
      return { x, target: x.map((v, i) => v * x[next(i)] + 0.1 * normal(i, salts.target)) };
    },
    noise(salts, rows) {
      const x = fourVectors(Float64Array.from({ length: rows * 6 }, (_, i) => 30 * normal(i, salts.x)));
      const momenta = x.filter((_, i) => i % 4 !== 3);
      return { x, target: fourVectors(momenta.map((v, i) => 0.97 * v + 2 * normal(i, salts.target))) };
    },
    residual(salts, rows) {
      const x = Float64Array.from({ length: rows * 42 }, (_, i) => Math.fround(normal(i, salts.x)));
      const target = Float64Array.from({ length: rows * 18 }, (_, i) => {
        const at = Math.floor(i / 18) * 42 + (i % 18);
        return x[at] * x[at + 18] + 0.5 * x[at + 24] + 0.1 * normal(i, salts.target);
      });
      return { x, target };
    },
  };

export function rebuild(name: string, oracle: Oracle): Rebuilt {
  const { salts, parameters } = oracle.networks[name];
  const { x, target } = DATA[name](salts, oracle.rows);
  const steps = oracle.steps * oracle.batch;
  let drawn = 0;
  const start = new Map<string, Float32Array>();
  for (const { name: parameter, shape, mean, scale } of parameters) {
    const size = shape.reduce((a, b) => a * b, 1);
    const first = drawn;
    start.set(
      parameter,
      Float32Array.from({ length: size }, (_, j) => mean + scale * normal(first + j, salts.parameters)),
    );
    drawn += size;
  }
  return {
    x: Float32Array.from(x),
    target: Float32Array.from(target),
    rows: Int32Array.from({ length: steps }, (_, i) => hashed(i, salts.rows) % oracle.rows),
    noise: Float32Array.from({ length: salts.noise === undefined ? 0 : (steps + oracle.shown) * 6 }, (_, i) =>
      normal(i, salts.noise),
    ),
    parameters: start,
  };
}
