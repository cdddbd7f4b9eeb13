import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { concatTables, EventTable, flatColumn } from "../../src/data/event-table.js";
import { csvFormat } from "../../src/data/formats/csv.js";
import { quotient } from "../../src/data/formats/csv-decimal.js";
import { LONGEST_NUMBER, putFloat32, putFloat64 } from "../../src/data/formats/csv-number.js";
import type { ReadOptions } from "../../src/data/formats/format.js";
import { DataError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { memorySink, memorySource } from "./memory.js";

const FIXTURES = new URL("../../validation/data/csv/", import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, FIXTURES)));
const expected = JSON.parse(new TextDecoder().decode(fixture("expected.json"))) as {
  doubles: Record<string, string[]>;
  event: string[];
  n: number[];
  ok: number[];
  singles: [number, number][];
};
const toNumber = (text: string) => (text === "inf" ? Infinity : Number(text));

async function readAll(content: string | Uint8Array, options?: ReadOptions): Promise<EventTable> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const source = await csvFormat.open(memorySource(bytes, "t.csv"));
  const chunks: EventTable[] = [];
  for await (const chunk of source.read(options)) chunks.push(chunk);
  return concatTables(chunks);
}

describe("files written by pandas", () => {
  it.each(["pandas.csv", "pandas-semicolon.csv"])("reads %s exactly", async (name) => {
    const table = await readAll(fixture(name));
    expect(table.schema.fields.map((f) => [f.name, f.dtype])).toEqual([
      ["pt", "float64"],
      ["x", "float64"],
      ["event", "int64"],
      ["n", "float64"],
      ["ok", "bool"],
    ]);
    expect(Array.from(table.numbers("x"))).toEqual(expected.doubles.x.map(toNumber));
    expect(Array.from(table.numbers("pt"), Math.fround)).toEqual(expected.doubles.pt.map(Number));
    expect(Array.from(table.flat("event") as BigInt64Array, String)).toEqual(expected.event);
    expect(Array.from(table.numbers("n"))).toEqual(expected.n);
    expect(Array.from(table.numbers("ok"))).toEqual(expected.ok);
    const { skipped } = await csvFormat.open(memorySource(fixture(name)));
    expect(skipped.at(-1)).toEqual({ name: "label, with comma", reason: "text: only numbers and booleans are read" });
  });
});

describe("numbers", () => {
  const spell = (put: typeof putFloat32, value: number) => {
    const out = new Uint8Array(LONGEST_NUMBER);
    return new TextDecoder().decode(out.subarray(0, put(value, out, 0)));
  };

  it("spells singles as the shortest decimal, as numpy does", () => {
    expect(expected.singles.length).toBeGreaterThan(2900);
    for (const [bits, shortest] of expected.singles) {
      const value = new Float32Array(Uint32Array.of(bits).buffer)[0];
      const text = spell(putFloat32, value);
      const spelledOut = Number.isInteger(value) && value < 2 ** 31;
      // Two decimals can be equally near: numpy then takes the even one.
      expect(Math.abs(Number(text) - value), text).toBe(spelledOut ? 0 : Math.abs(shortest - value));
      expect(Math.fround(Number(text))).toBe(value);
      if (spelledOut) continue;
      expect(spell(putFloat32, -value)).toBe(`-${text}`);
      const digits = (t: string) =>
        t
          .replace(/e.*/, "")
          .replace(/[.]/, "")
          .replace(/^0+|0+$/g, "").length;
      expect(digits(text)).toBe(digits(String(shortest)));
    }
  });

  it("spells what is special", () => {
    const singles = [0, -0, 0.5, -17, 2 ** 24, 1e-5, 3.4028234663852886e38, 1.401298464324817e-45, 2 ** 60];
    expect(singles.map((v) => spell(putFloat32, v))).toEqual([
      "0",
      "-0",
      "0.5",
      "-17",
      "16777216",
      "0.00001",
      "3.4028235e+38",
      "1e-45",
      "1.1529215e+18",
    ]);
    const doubles = [NaN, Infinity, -Infinity, -0, 0.1, 2 ** 53, 123456789012, -(2 ** 31)];
    expect(doubles.map((v) => spell(putFloat64, v))).toEqual([
      "nan",
      "inf",
      "-inf",
      "-0",
      "0.1",
      "9.007199254740992e+15",
      "123456789012",
      "-2147483648",
    ]);
  });

  it("rounds long decimals as Number does, or asks it", () => {
    const random = new Random(1);
    let asked = 0;
    for (let i = 0; i < 200_000; i++) {
      random.at(i);
      const [high, digits, decimals] = [1e8 + random.integer(9e8), 7 + random.integer(3), random.integer(23)];
      const low = random.integer(10 ** digits);
      const value = quotient(high, digits, low, decimals);
      if (Number.isNaN(value)) asked++;
      else if (value !== Number(`${high}${String(low).padStart(digits, "0")}e-${decimals}`))
        expect.fail(`${high} ${low}`);
    }
    expect(asked).toBeLessThan(4000);
    // Halfway between two doubles: 2^53 + 1.
    expect(quotient(900719925, 7, 4740993, 0)).toBeNaN();
  });

  it("reads every spelling", async () => {
    const words = [
      "1",
      "-0",
      "+2.5",
      ".5",
      "5.",
      "1e3",
      "1E-3",
      "123456789.123456789e-7",
      "9007199254740993.0",
      "0.000000000000000000000000000000123",
      "1e400",
      "-1e-400",
      "NaN",
      "inf",
      "-Infinity",
      '"3.25"',
      "  7  ",
      "1.7976931348623157e308",
      "12345678901234567890123456789.5",
    ];
    const table = await readAll(`x\n${words.join("\n")}\n`);
    const want = words.map((w) => Number(w.replaceAll('"', "").replace(/^inf$/, "Infinity")));
    expect(Array.from(table.numbers("x"))).toEqual(want);
  });
});

describe("layout", () => {
  it("passes over comments, blank lines, a byte order mark and a missing last line end", async () => {
    const text = '\ufeff# made by hand\n\n a ,"b, c"\t\n# units\n1,2\r\n\r\n  3 , 4 ';
    const table = await readAll(text);
    expect(table.schema.names).toEqual(["a", "b, c"]);
    expect([...table.numbers("a"), ...table.numbers("b, c")]).toEqual([1, 3, 2, 4]);
  });

  it("tells tabs and semicolons, also where quoted names hold commas", async () => {
    expect((await readAll('"a,b"\tc\n1\t2\n')).schema.names).toEqual(["a,b", "c"]);
    expect((await readAll("a;b\n1;2\n")).numbers("b")[0]).toBe(2);
    expect((await readAll("a\n1\n2\n")).numbers("a")[1]).toBe(2);
  });

  it("reads rows across block borders, and names their lines", async () => {
    const n = 90_000;
    const rows = Array.from({ length: n }, (_, i) => `${i}.25,"row ""${i}"",\nend",${i % 2 === 0}`);
    const text = `x,label,even\n${rows.join("\n")}\n`;
    expect(text.length).toBeGreaterThan(2 * 2 ** 20);
    const table = await readAll(text);
    expect(table.length).toBe(n);
    expect(table.numbers("x").every((x, i) => x === i + 0.25)).toBe(true);
    expect(table.flat("even").every((v, i) => v === (i + 1) % 2)).toBe(true);
    await expect(readAll(`${text}oops,a,true\n`)).rejects.toThrow(/"x", line 180002; expected a number, got "oops"/);
  });

  it("quotes names that a reader would misread", async () => {
    const names = ["a,b", 'say "x"', "#c", " d", "plain"];
    const sink = memorySink();
    const table = new EventTable(names.map((name) => flatColumn(name, Int32Array.of(1))));
    const writer = csvFormat.create!(sink, table.schema);
    await writer.write(table);
    await writer.close();
    expect((await readAll(sink.bytes())).schema.names).toEqual(names);
  });
});

describe("bad content", () => {
  const many = (last: string) => `a,b\n${"1,2\n".repeat(1500)}${last}`;
  it.each([
    ["a,b\n1\n", /line 2 has another number of fields than the header; expected 2, got 1/],
    ["a,b\n1,2,3\n", /line 2 has another number of fields.*got more/],
    ["a,b\n1,2\n3,\n", /"b", line 3; expected a number, got an empty field.*"nan"/],
    [many("1,true\n"), /"b", line 1502; expected a number, got "true"/],
    [many("1,9007199254740993\n"), /"b", line 1502; expected a whole number below 2\^53/],
    ["a\n9007199254740993\n1.5\n", /^$/],
    [`a\n${"9007199254740993\n".repeat(1200)}1.5\n`, /"a", line 1202; expected a whole number of type int64.*"1.5"/],
    ["ok\ntrue\nFalse\nmaybe\n", /"ok", line 4; expected true or false.*"maybe"/],
    ["1,2\n3,4\n", /no header row.*the numbers 1, 2/],
    ["a,a\n1,2\n", /"a" stands twice/],
    ["# only\n\n", /no header row/],
    ['a,b\n1,"2\n3,4\n', /row that begins in line 2 has no end/],
    ["a\0b\n1\n", /not a text file/],
  ])("%j is refused by line and column", async (text, message) => {
    if (message.source === "^$") return expect((await readAll(text)).schema.field("a").dtype).toBe("float64");
    await expect(readAll(text)).rejects.toThrow(DataError);
    await expect(readAll(text)).rejects.toThrow(message);
  });

  it("does not matter in columns that are not read", async () => {
    expect((await readAll("a,b\n1,2\n3,\n", { columns: ["a"] })).numbers("a")[1]).toBe(3);
  });
});
