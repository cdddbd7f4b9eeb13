import { describe, expect, it } from "vitest";
import { digestStream, digestTable } from "../../src/data/digest.js";
import { EventTable, flatColumn, jaggedColumn } from "../../src/data/event-table.js";
import { sharedArray } from "../../src/util/pool.js";

const EVENTS = 100_000;
const offsets = new Int32Array(EVENTS + 1);
for (let i = 0; i < EVENTS; i++) offsets[i + 1] = offsets[i] + (i % 3);
const hits = Int16Array.from({ length: offsets[EVENTS] }, (_, i) => i % 1000);
const x = Float32Array.from({ length: EVENTS }, (_, i) => i / 8);
const table = new EventTable([flatColumn("x", x, { unit: "GeV" }), jaggedColumn("hits", offsets, hits)]);
/** From validation/digest/known_answer.py. */
const ANSWER = "b4227b172047fc65d7328ebd5987a0dad02e31bd6c218bad322d1559dab4dbbd";

describe("digest", () => {
  it("is the known answer, for a whole table and for chunks of any size", async () => {
    expect(await digestTable(table)).toBe(ANSWER);
    for (const size of [997, 65_536, 99_999]) {
      const chunks = [];
      for (let at = 0; at < EVENTS; at += size) chunks.push(table.slice(at, Math.min(EVENTS, at + size)));
      expect(await digestStream(chunks, table.schema)).toBe(ANSWER);
    }
  });

  it("does not see units or shared memory", async () => {
    const shared = sharedArray(Float32Array, EVENTS);
    shared.set(x);
    expect(await digestTable(table.with([flatColumn("x", shared)]))).toBe(ANSWER);
  });

  it("changes with a value, a name, a type, the order of columns and the boundaries of lists", async () => {
    const moved = offsets.map((o, i) => o + (i === 7 ? 1 : 0));
    const changed = x.map((v, i) => (i === 99_999 ? v + 1 : v));
    const others = [
      table.with([flatColumn("x", changed)]),
      table.with([jaggedColumn("hits", moved, hits)]),
      table.with([jaggedColumn("hits", offsets, new Uint16Array(hits))]),
      table.select(["hits", "x"]),
      new EventTable([flatColumn("y", x), table.column("hits")]),
      table.slice(0, EVENTS - 1),
      table.slice(0, 0),
      new EventTable([flatColumn("x", x), jaggedColumn("hits", new Int32Array(EVENTS + 1), new Int16Array(0))]),
    ];
    const digests = new Set([ANSWER, ...(await Promise.all(others.map(digestTable)))]);
    expect(digests.size).toBe(others.length + 1);
  });
});
