/**
 * @file Float16_t and Double32_t, ROOT's packed floating-point members. How many bits, and over which range, stands in
 * brackets in the member's comment or the leaf's title: `[min,max]`, `[min,max,bits]`.
 * Source: ROOT, core/meta/src/TStreamerElement.cxx (GetRange) and io/io/src/TBufferFile.cxx (ReadFloat16, ReadDouble32).
 */

/** How a packed number is stored. */
export type Packing =
  /** A 4-byte float. */
  | { readonly kind: "float" }
  /** An 8-bit exponent and a 16-bit word of sign and `bits + 1` bits of mantissa. */
  | { readonly kind: "truncated"; readonly bits: number }
  /** A 4-byte unsigned integer `i` that means `i / factor + minimum`. */
  | { readonly kind: "ranged"; readonly factor: number; readonly minimum: number };

/** Mantissa bits of a Float16_t whose comment says nothing. */
const FLOAT16_BITS = 12;

/** Returns the packing of a Float16_t or Double32_t from the comment of the member. */
export function packingOf(type: "Float16_t" | "Double32_t", comment: string): Packing {
  const range = findRange(comment);
  const unspecified: Packing = type === "Float16_t" ? { kind: "truncated", bits: FLOAT16_BITS } : { kind: "float" };
  if (range === undefined) return unspecified;
  const { minimum, maximum, bits } = range;
  if (minimum < maximum) {
    const steps = bits < 32 ? 2 ** bits : 0xffffffff;
    return { kind: "ranged", factor: steps / (maximum - minimum), minimum };
  }
  // ROOT passes the bits on in its variable for the minimum, so an empty range such as [5,5] means 5 bits.
  const passed = bits < 15 ? bits : Math.trunc(minimum);
  return passed > 0 ? { kind: "truncated", bits: passed } : unspecified;
}

function findRange(comment: string): { minimum: number; maximum: number; bits: number } | undefined {
  // The first pair of brackets may hold the dimension of an array.
  for (const [, inside] of [...comment.matchAll(/\[([^\]]*)\]/g)].slice(0, 2)) {
    const parts = inside.split(",");
    if (parts.length < 2) continue;
    const bits = parts.length > 2 ? Number.parseInt(parts[2], 10) : 32;
    return {
      minimum: bound(parts[0]),
      maximum: bound(parts[1]),
      bits: bits >= 2 && bits <= 32 ? bits : 32,
    };
  }
  return undefined;
}

/** A bound is a number, or one of ROOT's few spellings of a multiple of pi. */
function bound(text: string): number {
  const word = text.toLowerCase().replaceAll(" ", "");
  if (!word.includes("pi")) return Number.parseFloat(word) || 0;
  let value = Math.PI;
  if (word.includes("2pi") || word.includes("2*pi") || word.includes("twopi")) value = 2 * Math.PI;
  else if (word.includes("pi/2")) value = Math.PI / 2;
  else if (word.includes("pi/4")) value = Math.PI / 4;
  return word.includes("-") ? -value : value;
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Rebuilds a truncated float from its exponent byte and mantissa word. */
export function unpackTruncated(exponent: number, mantissa: number, bits: number): number {
  const sign = 1 << (bits + 1);
  word[0] = (exponent << 23) | ((mantissa & (sign - 1)) << (23 - bits));
  return (mantissa & sign) !== 0 ? -float[0] : float[0];
}
