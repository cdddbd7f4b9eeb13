import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { compiled } from "../../../src/engine/transport/compiled-sort.js";
import { SORT_WASM } from "../../../src/engine/transport/generated/sort-wasm.js";
import * as match from "../../../src/engine/transport/match.js";
import * as scratch from "../../../src/engine/transport/scratch.js";
import { slopesOf } from "../../../src/engine/transport/slopes.js";
import { draw, SHAPES } from "./oracle.js";

const { CAPACITY, order, ROW_MASK, SORTED_SOURCE, SOURCE, sortedBits, valueBits, values, WORK_BYTES } = scratch;

/** The same modules as they are where there is no WebAssembly. */
const plain = {} as {
  compiled: typeof compiled;
  scratch: typeof scratch;
  match: typeof match;
  slopesOf: typeof slopesOf;
};

beforeAll(async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  plain.scratch = await import("../../../src/engine/transport/scratch.js");
  plain.compiled = (await import("../../../src/engine/transport/compiled-sort.js")).compiled;
  plain.match = await import("../../../src/engine/transport/match.js");
  plain.slopesOf = (await import("../../../src/engine/transport/slopes.js")).slopesOf;
  vi.unstubAllGlobals();
});
afterAll(() => vi.resetModules());

test("both kinds of code are there to be compared", () => {
  expect(compiled).toBeDefined();
  expect(plain.compiled).toBeUndefined();
});

test("the module is small enough for a browser's main thread, and keeps to its memory", () => {
  expect(atob(SORT_WASM).length).toBeLessThan(4096);
  expect(compiled?.WORK.value).toBeLessThanOrEqual(WORK_BYTES);
});

test.each([2, 7, 31, 500, 2000, 20_000, CAPACITY])("%i smooth values are sorted by the compiled code", (rows) => {
  for (const shape of ["normal", "with heavy tails"]) {
    values.set(draw(shape, rows, rows), SOURCE);
    const { VALUES_AT, SORTED_AT, ORDER_AT } = scratch;
    expect(compiled?.sort(VALUES_AT, rows, SORTED_AT, ORDER_AT)).toBe(1);
    expect(compiled?.rank(VALUES_AT, rows, SORTED_AT)).toBe(1);
  }
});

describe.each(Object.keys(SHAPES))("values %s", (shape) => {
  test.each([1, 2, 3, 4, 5, 31, 255, 257, 1022, 5003, CAPACITY])("%i of them come out to the same bit", (rows) => {
    const source = draw(shape, rows, rows);
    for (const [code, { sortSlot }] of [[scratch, match] as const, [plain.scratch, plain.match] as const]) {
      code.values.set(source, SOURCE);
      sortSlot(SOURCE, rows, SORTED_SOURCE);
    }
    const ranks = Array.from({ length: rows }, (_, rank) => rank);
    expect(ranks.find((r) => (order[r] & ROW_MASK) !== (plain.scratch.order[r] & ROW_MASK))).toBeUndefined();
    expect(ranks.find((r) => sortedBits[r] !== plain.scratch.sortedBits[r])).toBeUndefined();
    expect(ranks.find((r) => valueBits[r] !== plain.scratch.valueBits[r])).toBeUndefined();
  });

  test.each([
    [1, 1],
    [2, 2],
    [6, 6],
    [999, 999],
    [4001, 4001],
    [700, 1100],
    [1100, 701],
  ])("so do the slopes of %i rows and %i targets", (m, n) => {
    for (const power of [1, 2] as const) {
      for (const source of [draw("normal", m, 1), draw(shape, m, 2)]) {
        const target = draw(shape, n, 3);
        const [got, want] = [new Float32Array(m + 2), new Float32Array(m + 2)];
        expect(slopesOf(source, target, power, got, 1)).toBe(plain.slopesOf(source, target, power, want, 1));
        expect(got).toEqual(want);
      }
    }
  });
});
