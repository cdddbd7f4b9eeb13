/**
 * @file Philox4x32-10, a counter-based generator: block number `c` under key `k` is a pure function of both, so event i
 * can draw its numbers without knowing which thread, chunk or shard handles it.
 *
 * Reference: Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC'11; constants and
 * known answers from the authors' Random123 library.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const M0_LOW = M0 & 0xffff;
const M0_HIGH = M0 >>> 16;
const M1_LOW = M1 & 0xffff;
const M1_HIGH = M1 >>> 16;
const WEYL0 = 0x9e3779b9;
const WEYL1 = 0xbb67ae85;

/**
 * Writes one block of four 32-bit words for counter (c0, c1, c2, c3) and key (k0, k1) to `out[at .. at + 3]`.
 * The high halves of the 32 x 32 bit products are put together from 16-bit halves, which stay exact in int32 arithmetic.
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
  at: number,
): void {
  for (let round = 0; round < 10; round++) {
    const a0 = c0 & 0xffff;
    const b0 = c0 >>> 16;
    const u0 = (Math.imul(b0, M0_LOW) + (Math.imul(a0, M0_LOW) >>> 16)) | 0;
    const v0 = (Math.imul(a0, M0_HIGH) + (u0 & 0xffff)) | 0;
    const high0 = (Math.imul(b0, M0_HIGH) + (u0 >>> 16) + (v0 >>> 16)) | 0;
    const low0 = Math.imul(c0, M0);
    const a2 = c2 & 0xffff;
    const b2 = c2 >>> 16;
    const u2 = (Math.imul(b2, M1_LOW) + (Math.imul(a2, M1_LOW) >>> 16)) | 0;
    const v2 = (Math.imul(a2, M1_HIGH) + (u2 & 0xffff)) | 0;
    const high2 = (Math.imul(b2, M1_HIGH) + (u2 >>> 16) + (v2 >>> 16)) | 0;
    const low2 = Math.imul(c2, M1);
    c0 = high2 ^ c1 ^ k0;
    c1 = low2;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL0) | 0;
    k1 = (k1 + WEYL1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}
