import { deflateRawSync, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompress } from "../../../src/data/formats/root/compression.js";
import { decodeLz4 } from "../../../src/data/formats/root/lz4.js";
import { xxh64 } from "../../../src/data/formats/root/xxh64.js";
import { DataError } from "../../../src/util/errors.js";

function block(letters: string, payload: Uint8Array, rawLength: number): Uint8Array {
  const size = (n: number) => [n & 255, (n >> 8) & 255, n >> 16];
  return new Uint8Array([
    letters.charCodeAt(0),
    letters.charCodeAt(1),
    8,
    ...size(payload.length),
    ...size(rawLength),
    ...payload,
  ]);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** "peregrine" 40 times, packed by Python 3.11: lzma.compress(preset=1, check=CRC32), lz4.block and xxhash. */
const RAW = new TextEncoder().encode("peregrine".repeat(40));
const XZ =
  "/Td6WFoAAAFpIt42AgAhARAAAACocI6G4AFnABFdADgZSqrs2AgkkRs1jXMSFMAAAAAAAC+KIawAASnoAgAAALbEW1E+MA2LAgAAAAABWVo=";
const LZ4 = "n5Nn152Eqm6fcGVyZWdyaW5lCQD/SFBncmluZQ==";
/** The same by zstandard 0.20, with and without the length in the frame. */
const ZSTD = "KLUv/WBoAIUAAEhwZXJlZ3JpbmUBAFxUyxE=";
const ZSTD_NO_LENGTH = "KLUv/QAAhQAASHBlcmVncmluZQEAXFTLEQ==";

describe("compressed records", () => {
  it("reads records of several blocks, of zlib and of ROOT's old deflate", async () => {
    const stored = joined(
      block("ZL", deflateSync(RAW.subarray(0, 100)), 100),
      block("CS", deflateRawSync(RAW.subarray(100, 250)), 150),
      block("ZL", deflateSync(RAW.subarray(250)), 110),
    );
    expect(await decompress(stored, 360, "test", undefined)).toEqual(RAW);
  });

  it("reads lzma and lz4", async () => {
    expect(await decompress(block("XZ", Buffer.from(XZ, "base64"), 360), 360, "test", undefined)).toEqual(RAW);
    expect(await decompress(block("L4", Buffer.from(LZ4, "base64"), 360), 360, "test", undefined)).toEqual(RAW);
  });

  it("reads zstd frames with and without their length", async () => {
    for (const frame of [ZSTD, ZSTD_NO_LENGTH]) {
      const payload = Buffer.from(frame, "base64");
      expect(await decompress(block("ZS", payload, 360), 360, "test", undefined)).toEqual(RAW);
      await expect(decompress(block("ZS", payload, 359), 359, "test", undefined)).rejects.toThrow(DataError);
    }
  });

  it.each([
    ["XZ", XZ],
    ["L4", LZ4],
    ["ZL", deflateSync(RAW).toString("base64")],
  ])("notices any flipped bit of a %s block", async (letters, packed) => {
    const payload = Buffer.from(packed, "base64");
    for (let bit = 0; bit < payload.length * 8; bit += 5) {
      const damaged = new Uint8Array(payload);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      // A few bits, such as zlib's level, mean nothing: then the data must be right.
      const outcome = await decompress(block(letters, damaged, 360), 360, "test", undefined).catch((e: unknown) => e);
      if (!(outcome instanceof DataError)) expect(outcome).toEqual(RAW);
    }
  });

  it("reads after a damaged lzma block as well as before", async () => {
    const bytes = Buffer.from(XZ, "base64");
    const cut = new Uint8Array(bytes.subarray(0, bytes.length - 30));
    await expect(decompress(block("XZ", cut, 360), 360, "test", undefined)).rejects.toThrow(DataError);
    expect(await decompress(block("XZ", bytes, 360), 360, "test", undefined)).toEqual(RAW);
  });

  it("says what is wrong in one line", async () => {
    const good = block("ZL", deflateSync(RAW), 360);
    const message = (stored: Uint8Array, rawLength = 360) =>
      decompress(stored, rawLength, 'f.root: branch "x" basket 3', undefined).catch((e: Error) => e.message);
    expect(await message(good.subarray(0, 5))).toBe(
      'f.root: branch "x" basket 3: damaged; expected blocks of 360 raw bytes, got 0. Fetch the file again.',
    );
    expect(await message(good.subarray(0, 20))).toContain("expected a block within 11 bytes");
    expect(await message(block("QQ", deflateSync(RAW), 360))).toContain(
      'expected a compression of ZL, CS, L4, ZS or XZ, got "QQ"',
    );
    expect(await message(block("ZL", deflateSync(RAW.subarray(9)), 360))).toContain("damaged");
  });
});

describe("xxh64", () => {
  it.each([
    [0, "ef46db3751d8e999"],
    [1, "1f25c8d0bc1f4bb6"],
    [14, "c7f1d4d0acfa5a14"],
    [31, "a2aa5f33cc4a6119"],
    [32, "23c3c17ef790fd97"],
    [63, "5e3e54b431c7493c"],
    [1000, "5f235fa033f1a3fb"],
  ])("of %i bytes is what the reference implementation gives", (n, expected) => {
    const [high, low] = xxh64(Uint8Array.from({ length: n }, (_, i) => i * 7 + 3));
    expect(high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0")).toBe(expected);
  });
});

describe("lz4 blocks", () => {
  const decode = (bytes: number[], length: number) => {
    const out = new Uint8Array(length);
    decodeLz4(new Uint8Array(bytes), out);
    return String.fromCharCode(...out);
  };

  it("copies overlapping matches byte by byte", () => {
    // One literal "a" repeated 18 times by a match at distance 1, then five literals.
    expect(decode([0x1e, 97, 1, 0, 0x50, 98, 99, 100, 101, 102], 24)).toBe(`${"a".repeat(19)}bcdef`);
  });

  it.each([
    ["a distance before the start", [0x1e, 97, 2, 0, 0x10, 98], 20],
    ["a distance of zero", [0x1e, 97, 0, 0, 0x10, 98], 20],
    ["a match beyond the end", [0x1e, 97, 1, 0, 0x10, 98], 10],
    ["literals beyond the input", [0x50, 97, 98], 5],
    ["a length that never ends", [0xf0, 255, 255], 600],
    ["too little output", [0x10, 97], 2],
  ])("refuses %s", (_, bytes, length) => {
    expect(() => decode(bytes, length)).toThrow();
  });
});
