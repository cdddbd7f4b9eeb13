/**
 * @file XXH64, the checksum in front of ROOT's LZ4 blocks. 64-bit arithmetic on pairs of 32-bit halves: BigInt would be
 * some fifty times slower. Method: Collet (2012), xxHash; specification in the xxHash repository, doc/xxhash_spec.md.
 */

/** A 64-bit word in two halves, reused in place. */
class Word {
  high = 0;
  low = 0;

  set(high: number, low: number): this {
    this.high = high | 0;
    this.low = low | 0;
    return this;
  }

  add(high: number, low: number): this {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.low = sum | 0;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    return this;
  }

  xor(high: number, low: number): this {
    this.high ^= high;
    this.low ^= low;
    return this;
  }

  multiply(high: number, low: number): this {
    const a = this.low & 0xffff;
    const b = this.low >>> 16;
    const c = low & 0xffff;
    const d = low >>> 16;
    const ac = Math.imul(a, c);
    const middle = (Math.imul(b, c) + (ac >>> 16)) | 0;
    const cross = (Math.imul(a, d) + (middle & 0xffff)) | 0;
    const carry = (Math.imul(b, d) + (middle >>> 16) + (cross >>> 16)) | 0;
    this.high = (carry + Math.imul(this.high, low) + Math.imul(this.low, high)) | 0;
    this.low = (cross << 16) | (ac & 0xffff);
    return this;
  }

  /** Rotates left by 0 < n < 32 bits. */
  rotate(n: number): this {
    const high = (this.high << n) | (this.low >>> (32 - n));
    this.low = (this.low << n) | (this.high >>> (32 - n));
    this.high = high;
    return this;
  }

  /** XORs the word with itself shifted right by n bits. */
  fold(n: number): this {
    if (n >= 32) this.low ^= this.high >>> (n - 32);
    else {
      this.low ^= (this.low >>> n) | (this.high << (32 - n));
      this.high ^= this.high >>> n;
    }
    return this;
  }
}

const P1_HIGH = 0x9e3779b1 | 0;
const P1_LOW = 0x85ebca87 | 0;
const P2_HIGH = 0xc2b2ae3d | 0;
const P2_LOW = 0x27d4eb4f;
const P3_HIGH = 0x165667b1;
const P3_LOW = 0x9e3779f9 | 0;
const P4_HIGH = 0x85ebca77 | 0;
const P4_LOW = 0xc2b2ae63 | 0;
const P5_HIGH = 0x27d4eb2f;
const P5_LOW = 0x165667c5;

/** Returns the XXH64 of bytes (seed 0) as two unsigned 32-bit halves, high then low. */
export function xxh64(bytes: Uint8Array): [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const n = bytes.length;
  const hash = new Word();
  const lane = new Word();
  let at = 0;
  if (n >= 32) {
    const a = new Word().set(P1_HIGH, P1_LOW).add(P2_HIGH, P2_LOW);
    const b = new Word().set(P2_HIGH, P2_LOW);
    const c = new Word();
    const d = new Word().set(~P1_HIGH, ~P1_LOW).add(0, 1);
    for (; at + 32 <= n; at += 32) {
      round(a, lane, view, at);
      round(b, lane, view, at + 8);
      round(c, lane, view, at + 16);
      round(d, lane, view, at + 24);
    }
    addRotated(hash, lane, a, 1);
    addRotated(hash, lane, b, 7);
    addRotated(hash, lane, c, 12);
    addRotated(hash, lane, d, 18);
    for (const word of [a, b, c, d]) {
      word.multiply(P2_HIGH, P2_LOW).rotate(31).multiply(P1_HIGH, P1_LOW);
      hash.xor(word.high, word.low).multiply(P1_HIGH, P1_LOW).add(P4_HIGH, P4_LOW);
    }
  } else hash.set(P5_HIGH, P5_LOW);
  hash.add(0, n);
  const tail = new Word();
  for (; at + 8 <= n; at += 8) {
    round(tail.set(0, 0), lane, view, at);
    hash.xor(tail.high, tail.low).rotate(27).multiply(P1_HIGH, P1_LOW).add(P4_HIGH, P4_LOW);
  }
  if (at + 4 <= n) {
    tail.set(0, view.getUint32(at, true)).multiply(P1_HIGH, P1_LOW);
    hash.xor(tail.high, tail.low).rotate(23).multiply(P2_HIGH, P2_LOW).add(P3_HIGH, P3_LOW);
    at += 4;
  }
  for (; at < n; at++) {
    tail.set(0, bytes[at]).multiply(P5_HIGH, P5_LOW);
    hash.xor(tail.high, tail.low).rotate(11).multiply(P1_HIGH, P1_LOW);
  }
  hash.fold(33).multiply(P2_HIGH, P2_LOW).fold(29).multiply(P3_HIGH, P3_LOW).fold(32);
  return [hash.high >>> 0, hash.low >>> 0];
}

/** One step of a lane: word = rotate(word + input * P2, 31) * P1. */
function round(word: Word, lane: Word, view: DataView, at: number): void {
  lane.set(view.getInt32(at + 4, true), view.getInt32(at, true)).multiply(P2_HIGH, P2_LOW);
  word.add(lane.high, lane.low).rotate(31).multiply(P1_HIGH, P1_LOW);
}

function addRotated(hash: Word, lane: Word, word: Word, n: number): void {
  lane.set(word.high, word.low).rotate(n);
  hash.add(lane.high, lane.low);
}
