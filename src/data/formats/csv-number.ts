/** @file Numbers as short text that reads back as the same number, written straight into bytes. */

const ZERO = 48;
const MINUS = 45;
const DOT = 46;

/** Longest text of any number: "-1.7976931348623157e+308" has 24 characters. */
export const LONGEST_NUMBER = 25;

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

function putText(text: string, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}

function putSpecial(value: number, out: Uint8Array, at: number): number {
  if (Number.isNaN(value)) return putText("nan", out, at);
  return putText(value > 0 ? "inf" : "-inf", out, at);
}

/** Writes `mantissa / 10^decimals`, without trailing zeros, mantissa below 2^31 and decimals in [0, 14]. */
function putDecimal(mantissa: number, decimals: number, out: Uint8Array, at: number): number {
  // Remainders of doubles are slow; from here on it is an int32.
  mantissa |= 0;
  while (decimals > 0) {
    const rest = (mantissa / 10) | 0;
    if (Math.imul(rest, 10) !== mantissa) break;
    mantissa = rest;
    decimals--;
  }
  let n = 1;
  for (let m = (mantissa / 10) | 0; m > 0 || n <= decimals; n++) m = (m / 10) | 0;
  const end = at + n + (decimals > 0 ? 1 : 0);
  for (let k = 0, to = end - 1; k < n; k++) {
    if (k === decimals && k > 0) out[to--] = DOT;
    const rest = (mantissa / 10) | 0;
    out[to--] = ZERO + mantissa - Math.imul(rest, 10);
    mantissa = rest;
  }
  return end;
}

/** Writes a whole number of magnitude below 2^53 at `out[at]`; returns where it ends. */
export function putInteger(value: number, out: Uint8Array, at: number): number {
  if (value < 0) {
    out[at++] = MINUS;
    value = -value;
  }
  return value < 0x80000000 ? putDecimal(value, 0, out, at) : putText(String(value), out, at);
}

/**
 * Writes a double: the shortest text that reads back as it (ECMAScript's own). Whole numbers from 2^53 get an exponent,
 * so that no reader takes them for exact integers.
 */
export function putFloat64(value: number, out: Uint8Array, at: number): number {
  if (!Number.isFinite(value)) return putSpecial(value, out, at);
  if (Object.is(value, -0)) return putText("-0", out, at);
  if ((value | 0) === value) return putInteger(value, out, at);
  const exact = Math.abs(value) < 2 ** 53 || !Number.isInteger(value);
  return putText(exact ? String(value) : value.toExponential(), out, at);
}

/**
 * Writes a single: the decimal of fewest digits, and among those the nearest, that rounds back to it. Six digits are
 * always told apart by a single and nine always tell all singles apart, so it tries six to nine. Whole numbers below 2^31
 * are spelled out.
 * @param value A number that is exactly a float32.
 */
export function putFloat32(value: number, out: Uint8Array, at: number): number {
  if (!Number.isFinite(value)) return putSpecial(value, out, at);
  if ((value | 0) === value && value !== 0) return putInteger(value, out, at);
  const size = Math.abs(value);
  if (!(size >= 1e-5 && size < 1e9)) return putText(shortText(value), out, at);
  const exponent = Math.floor(Math.log10(size)) | 0;
  for (let precision = 6; precision <= 9; precision++) {
    const decimals = precision - 1 - exponent;
    if (decimals < 0) continue;
    const scaled = size * POWERS[decimals];
    const mantissa = Math.floor(scaled + 0.5);
    // A single rounds within 2^-24 of its size and keeps at least 2^-25 to each side: only in between is a division due.
    const distance = Math.abs(mantissa - scaled);
    if (distance > scaled * 2 ** -23.9) continue;
    if (distance > scaled * 2 ** -25.1 && Math.fround(mantissa / POWERS[decimals]) !== size) continue;
    if (value < 0) out[at++] = MINUS;
    return putDecimal(mantissa, decimals, out, at);
  }
  return putText(shortText(value), out, at);
}

/** The slow way, for very small and very large singles. */
function shortText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  for (let precision = 1; precision < 9; precision++) {
    const short = Number(value.toPrecision(precision));
    if (Math.fround(short) === value) return exponential(short);
  }
  return exponential(Number(value.toPrecision(9)));
}

/** Large whole numbers get an exponent, for the reason given at `putFloat64`. */
function exponential(value: number): string {
  return Math.abs(value) < 2 ** 53 ? String(value) : value.toExponential();
}
