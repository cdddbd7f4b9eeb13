import { expect, test } from "vitest";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import { type CategoryResult, evaluate } from "../../src/metrics/index.js";
import { Random } from "../../src/util/random.js";

/** Objects of two kinds, taken for one of three codes: kind 1 for 30 with the given probability. */
function sample(seed: number, n: number, wrong: number, weighted = false): EventTable {
  const random = new Random(seed);
  const kind = Int32Array.from({ length: n }, () => (random.uniform() < 0.3 ? 1 : 2));
  const taken = kind.map((k) => (random.uniform() < (k === 1 ? wrong : 0.05) ? 30 : 10 * k));
  const accepted = Uint8Array.from(kind, () => (random.uniform() < 0.9 ? 1 : 0));
  const lost = Float32Array.from(taken, (code, i) => (accepted[i] ? code : Number.NaN));
  const columns = [flatColumn("kind", kind), flatColumn("taken", lost), flatColumn("accepted", accepted)];
  if (weighted)
    columns.push(
      flatColumn(
        "w",
        Float64Array.from(kind, (_, i) => 1 + (i % 3)),
        { role: "weight" },
      ),
    );
  return new EventTable(columns);
}

async function compare(a: EventTable, b: EventTable): Promise<CategoryResult> {
  const spec = { variables: [], categories: [{ name: "pid", reco: "taken", truth: "kind", when: "accepted" }] };
  return (await evaluate(a, b, spec)).categories[0];
}

test("the table has the shares of each true category with their errors", async () => {
  const found = await compare(sample(1, 40_000, 0.2), sample(2, 40_000, 0.26));
  expect(found.trueCodes).toEqual([1, 2]);
  expect(found.codes).toEqual([10, 20, 30]);
  const expected = [
    [0.8, 0, 0.2],
    [0, 0.95, 0.05],
  ];
  expected.forEach((row, r) => {
    row.forEach((share, c) => {
      expect(Math.abs(found.reference[r][c] - share)).toBeLessThan(4 * found.errors[r][c] + 1e-12);
    });
  });
  expect(found.errors[0][2]).toBeCloseTo(Math.sqrt((0.16 + 0.26 * 0.74) / (40_000 * 0.27)), 3);
  const [chi2, shift] = found.metrics;
  expect(chi2.degrees).toBe(2);
  expect(chi2.pValue).toBeLessThan(1e-6);
  expect(Math.abs(shift.value - 0.06)).toBeLessThan(4 * shift.error);
  expect(shift.excess).toBeGreaterThan(5);
  // The difference over its error, squared, twice as one share falls by what the other gains, over two degrees.
  const pull = (found.candidate[0][2] - found.reference[0][2]) / found.errors[0][2];
  expect(Math.abs(chi2.value / (pull ** 2 / 2) - 1)).toBeLessThan(0.35);
});

test.each([false, true])("noise alone looks like noise; weights: %s", async (weighted) => {
  let [chi, score, rare] = [0, 0, 0];
  for (let trial = 0; trial < 60; trial++) {
    const found = await compare(sample(100 + 2 * trial, 3000, 0.2, weighted), sample(101 + 2 * trial, 2000, 0.2));
    chi += found.metrics[0].value / 60;
    score += found.metrics[1].score / 60;
    if (found.metrics[0].pValue < 0.01) rare++;
  }
  // The mean of 60 chi-squares of two degrees, each with spread 1.
  expect(Math.abs(chi - 1)).toBeLessThan(0.45);
  expect(Math.abs(score - 1)).toBeLessThan(0.35);
  expect(rare).toBeLessThan(5);
});

test("what is no category is left out, with the reason", async () => {
  const many = new EventTable([
    flatColumn(
      "x",
      Float64Array.from({ length: 100 }, (_, i) => i),
    ),
  ]);
  const spec = { variables: [{ name: "x", column: "x" }], categories: [{ name: "pid", reco: "x" }] };
  const { categories, skipped } = await evaluate(many, many, spec);
  expect(categories).toEqual([]);
  expect(skipped).toEqual([{ name: "pid", reason: "has more than 32 different codes" }]);
});
