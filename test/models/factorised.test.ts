import { describe, expect, test } from "vitest";
import { concatTables, EventTable, flatColumn } from "../../src/data/event-table.js";
import { findProjections, withProjections } from "../../src/models/factorised/acceptance/projections.js";
import { fitScale, standardise, widthsOf } from "../../src/models/factorised/reconstruction/scale.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { simulate } from "../../src/pipeline/simulate.js";
import { inlinePool } from "../../src/util/pool.js";
import { Random } from "../../src/util/random.js";
import { collect, sourceOf } from "../helpers/memory.js";

const columns = (n: number, d: number, random: Random) =>
  Array.from({ length: d }, () => Float32Array.from({ length: n }, () => random.uniform()));

describe("projections", () => {
  test("find an edge that runs across two of three variables", () => {
    const random = new Random(1);
    const n = 60_000;
    const [x, y, z] = columns(n, 3, random);
    const accepted = x.map((v, i) => (v + 0.3 * z[i] > 0.5 && random.uniform() < 0.9 ? 1 : 0));
    const found = findProjections([x, y, z], accepted, new Float32Array(n).fill(1), new Random(2));
    expect(found).toHaveLength(1);
    expect([found[0].first, found[0].second]).toEqual([0, 2]);
    // The edge is known to about one object's distance; the histogram bins allow 1 %.
    expect(Math.abs(found[0].b / found[0].a - 0.3)).toBeLessThan(0.01);
    const extended = withProjections(found, [x, y, z]);
    expect(extended[3][5]).toBeCloseTo(found[0].a * x[5] + found[0].b * z[5], 6);
  });

  test("find none where edges follow the axes, or acceptance is smooth noise", () => {
    const random = new Random(3);
    const n = 30_000;
    const [x, y] = columns(n, 2, random);
    const generated = new Float32Array(n).fill(1);
    const along = x.map((v) => (v > 0.4 ? 1 : 0));
    expect(findProjections([x, y], along, generated, new Random(4))).toEqual([]);
    const flat = x.map(() => (random.uniform() < 0.5 ? 1 : 0));
    expect(findProjections([x, y], flat, generated, new Random(5))).toEqual([]);
  });
});

describe("scales", () => {
  test("find a width that changes tenfold, whatever the shape of the response", async () => {
    const random = new Random(6);
    const n = 40_000;
    const [x] = columns(n, 1, random);
    const r = x.map((v) => 10 ** v * (random.uniform() < 0.1 ? 5 : 1) * random.normal() + 3);
    const scale = await fitScale([x], r, 3, undefined, { seed: 1 });
    expect(scale.centre).toBe(3);
    const biased = await fitScale([x], r, -60, undefined, { seed: 1 });
    expect(biased.centre).toBeCloseTo(3, 1);
    // Mean log width over a tenth at either end; a leaf of 300 objects tells it to 0.03, so their difference to 0.03, too.
    const end = (from: number) => {
      const points = Float32Array.from({ length: 100 }, (_, i) => from + i / 1000);
      return widthsOf(scale, [points], 100).reduce((sum, w) => sum + Math.log10(w) / 100, 0);
    };
    expect(Math.abs(end(0.9) - end(0) - 0.9)).toBeLessThan(0.09);
    const z = standardise(scale, [x], r);
    const spread = (keep: (v: number) => boolean) => {
      const kept = [...z].filter((_, i) => keep(x[i])).sort((a, b) => a - b);
      return kept[Math.floor(0.84 * kept.length)] - kept[Math.floor(0.16 * kept.length)];
    };
    // Unscaled, the ratio would be 0.16. What the regression leaves (some 4 % of the logarithm) is for the cells.
    expect(Math.abs(spread((v) => v < 0.2) / spread((v) => v > 0.8) - 1)).toBeLessThan(0.12);
  });

  test("stay out of the way of exact variables and few objects", async () => {
    const few = await fitScale([Float32Array.of(1, 2, 3)], Float32Array.of(1, 5, 9), 100, undefined, { seed: 1 });
    expect(few).toEqual({ centre: 5 });
    const exact = await fitScale([new Float32Array(5000)], new Float32Array(5000).fill(1), 1, undefined, { seed: 1 });
    expect(exact).toEqual({ centre: 1 });
  });
});

test("a threshold on a reconstructed value is kept, without a spike at it", async () => {
  const random = new Random(7);
  const n = 20_000;
  const truth = Float32Array.from({ length: n }, () => 15 + 5 * random.exponential());
  const reco = truth.map((t) => t * Math.abs(1 + 0.3 * random.normal()));
  const accepted = Uint8Array.from(reco, (r) => (r > 20 ? 1 : 0));
  const table = new EventTable([
    flatColumn("truth_jet_pt", truth),
    flatColumn("reco_jet_pt", reco),
    flatColumn("accepted_jet", accepted, { dtype: "bool" }),
  ]);
  const spec = (limits: object) =>
    parseRunSpec(
      {
        name: "threshold",
        data: {
          files: ["memory"],
          objects: [{ name: "jet", variables: [{ name: "pt", response: "ratio", ...limits }] }],
        },
        options: { acceptance: { trees: 20, maxDepth: 5 } },
      },
      "threshold",
    );
  const run = async (limits: object) => {
    const bundle = await fit(spec(limits), { events: [sourceOf(table)] }, { pool: inlinePool(), seed: 1 });
    const events = concatTables(await collect(simulate(bundle, sourceOf(table), { seed: 2 }, inlinePool())));
    return events.numbers("reco_jet_pt").filter((x) => !Number.isNaN(x));
  };
  const free = await run({});
  const kept = await run({ min: 20 });
  expect(free.filter((x) => x < 20).length).toBeGreaterThan(30);
  expect(kept.filter((x) => x < 20)).toHaveLength(0);
  const near = (x: Float64Array | Float32Array, low: number, high: number) =>
    x.filter((v) => v >= low && v < high).length;
  const real = reco.filter((_, i) => accepted[i]);
  // The first half GeV above the threshold holds as many as in training.
  const expected = near(real, 20, 20.5);
  expect(Math.abs(near(kept, 20, 20.5) - expected)).toBeLessThan(5 * Math.sqrt(2 * expected));
  expect(kept.filter((x) => x === 20).length).toBeLessThan(5);
});
