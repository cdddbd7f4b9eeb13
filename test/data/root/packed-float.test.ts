import { describe, expect, it } from "vitest";
import { packedEncoding } from "../../../src/data/formats/root/decode.js";
import { packingOf } from "../../../src/data/formats/root/packed-float.js";
import { allocate } from "../../../src/data/schema.js";
import { validationData } from "./helpers.js";

type Packed = "Float16_t" | "Double32_t";

function decode(type: Packed, comment: string, bytes: Uint8Array): number[] {
  const encoding = packedEncoding(type === "Float16_t" ? "float32" : "float64", packingOf(type, comment));
  const values = allocate(encoding.dtype, bytes.length / encoding.size);
  encoding.decode(bytes, 0, values.length, values, 0);
  return Array.from(values as Float64Array);
}

describe("packed floats", () => {
  const columns = validationData("root-packed-floats.json") as Record<
    string,
    { type: Packed; comment: string; bytes: string; values: number[] }
  >;

  it.each(Object.entries(columns))("%s decodes as uproot does", (_, { type, comment, bytes, values }) => {
    const got = decode(type, comment, new Uint8Array(Buffer.from(bytes, "hex")));
    expect(got.length).toBe(values.length);
    // uproot counts 2^32 steps where ROOT counts 2^32 - 1, and multiplies where ROOT divides.
    const tolerance = (type === "Float16_t" ? 2 ** -23 : 2 ** -31) * 13;
    for (const [i, value] of values.entries()) expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(tolerance);
  });

  it("knows ROOT's spellings of a range", () => {
    const steps = (bits: number, range: number) => (bits === 32 ? 0xffffffff : 2 ** bits) / range;
    const { PI } = Math;
    expect(packingOf("Double32_t", "")).toEqual({ kind: "float" });
    expect(packingOf("Float16_t", "transverse momentum")).toEqual({ kind: "truncated", bits: 12 });
    expect(packingOf("Double32_t", "[0,0,8] mass")).toEqual({ kind: "truncated", bits: 8 });
    expect(packingOf("Double32_t", "[0,0,20]")).toEqual({ kind: "float" });
    expect(packingOf("Float16_t", "x[3][-10,100,16]")).toEqual({
      kind: "ranged",
      factor: steps(16, 110),
      minimum: -10,
    });
    expect(packingOf("Double32_t", "[0,1]")).toEqual({ kind: "ranged", factor: steps(32, 1), minimum: 0 });
    expect(packingOf("Double32_t", "[-pi/2, pi/4, 99]")).toEqual({
      kind: "ranged",
      factor: steps(32, (3 * PI) / 4),
      minimum: -PI / 2,
    });
    expect(packingOf("Double32_t", "[-TwoPi,2*pi,10]")).toEqual({
      kind: "ranged",
      factor: steps(10, 4 * PI),
      minimum: -2 * PI,
    });
    expect(packingOf("Double32_t", "x[n]")).toEqual({ kind: "float" });
  });

  it("keeps sign, zero and exponent of truncated floats", () => {
    // 1, -1, 0.5, -6 with 12 bits: an exponent byte, then sign and 13 bits of mantissa.
    const bytes = new Uint8Array([127, 0, 0, 127, 0x20, 0, 126, 0, 0, 129, 0x28, 0, 0, 0, 0]);
    expect(decode("Float16_t", "", bytes)).toEqual([1, -1, 0.5, -6, 0]);
  });
});
