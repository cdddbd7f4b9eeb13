import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { concatTables, type EventTable, flatColumn } from "../../src/data/event-table.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { clasToy } from "../../src/physics/detectors/clas-toy.js";
import { gun } from "../../src/physics/processes/gun.js";
import { photoproduction } from "../../src/physics/processes/photoproduction.js";
import { type Bundle, bundleFiles, readBundle } from "../../src/pipeline/bundle.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { type SimulateOptions, simulate } from "../../src/pipeline/simulate.js";
import { DataError, SchemaError } from "../../src/util/errors.js";
import { inlinePool, type Pool } from "../../src/util/pool.js";
import { collect, sourceOf } from "../helpers/memory.js";

const spec = (extra: object = {}) =>
  parseRunSpec(
    {
      name: "toy",
      data: {
        files: ["memory"],
        objects: [{ name: "particle", slots: ["pip", "pim", "p"], variables: ["p", "theta", "phi"] }],
        ...extra,
      },
      options: { acceptance: { trees: 20 }, reconstruction: { kind: "trees", trees: 3 } },
    },
    "spec",
  );

const truth = photoproduction.generate(5000, { seed: 2 });
let training: EventTable;
let bundle: Bundle;
let two: Pool;

beforeAll(async () => {
  two = workerPool(2);
  training = await clasToy.forObjects(["particle"]).simulate(gun.generate(20_000, { seed: 1 }), { seed: 1 });
  bundle = await fit(spec(), { events: [sourceOf(training)] }, { pool: inlinePool(), seed: 1 });
});
afterAll(() => two.close());

async function run(
  options: Partial<SimulateOptions> = {},
  pool: Pool = inlinePool(),
  table = truth,
): Promise<EventTable> {
  return concatTables(await collect(simulate(bundle, sourceOf(table), { seed: 7, ...options }, pool)));
}

function expectSame(a: EventTable, b: EventTable): void {
  expect(b.schema.names).toEqual(a.schema.names);
  for (const { field, values } of a.columns) expect(b.column(field.name).values, field.name).toEqual(values);
}

describe("same seed, same bytes", () => {
  test("in chunks of 1, 1000 or 100,000, with one thread or two", async () => {
    const whole = await run({ chunkSize: 100_000 });
    expectSame(whole, await run({ chunkSize: 1000 }, two));
    expectSame(whole.slice(0, 300), await run({ chunkSize: 1, stop: 300 }));
    expectSame(whole, await run({ chunkSize: 777 }, two));
  });

  test("in shards of the file", async () => {
    const whole = await run();
    expectSame(whole.slice(1200, 3100), await run({ start: 1200, stop: 3100 }));
  });

  test("when fitted with one thread or two, and after a journey through files", async () => {
    const other = await fit(spec(), { events: [sourceOf(training)] }, { pool: two, seed: 1 });
    const files = bundleFiles(bundle);
    expect(bundleFiles(other)).toEqual(files);
    const back = await readBundle("bundle", async (file) => files.get(file) as Uint8Array);
    const again = concatTables(await collect(simulate(back, sourceOf(truth), { seed: 7 }, inlinePool())));
    expectSame(await run(), again);
  });

  test("and another seed gives other events", async () => {
    expect((await run({ seed: 8 })).column("accepted_pip").values).not.toEqual(
      (await run()).column("accepted_pip").values,
    );
  });
});

test("lost particles have no reconstruction; angles stay in (-pi, pi]", async () => {
  const events = await run();
  const accepted = events.flat("accepted_pim");
  const phi = events.numbers("reco_pim_phi");
  expect(accepted.some((flag) => flag === 1)).toBe(true);
  phi.forEach((x, i) => {
    if (accepted[i] === 0) expect(x).toBeNaN();
    else expect(Math.abs(x)).toBeLessThanOrEqual(Math.PI + 1e-6);
  });
});

test("oversampling replays each event anew and shares out its weight", async () => {
  const events = await run({ oversample: 3, stop: 1000 });
  expect(events.length).toBe(3000);
  const weights = events.numbers("weight");
  expect(weights.every((w) => w === 1 / 3)).toBe(true);
  const p = events.numbers("truth_p_p");
  expect([p[0], p[1], p[2]]).toEqual([p[0], p[0], p[0]]);
  const copies = [0, 1, 2].map((k) => events.numbers("accepted_p").filter((_, i) => i % 3 === k));
  expect(copies[0]).not.toEqual(copies[1]);
  expectSame(events, await run({ oversample: 3, stop: 1000, chunkSize: 100 }, two));
});

test("acceptance kept as a weight gives the same yield with less noise", async () => {
  const drawn = await run();
  const weighted = await run({ acceptance: "weight" });
  const complete = drawn
    .numbers("accepted_p")
    .filter((a, i) => a && drawn.numbers("accepted_pip")[i] && drawn.numbers("accepted_pim")[i]).length;
  const sum = weighted.numbers("weight").reduce((a, b) => a + b, 0);
  expect(Math.abs(complete - sum)).toBeLessThan(5 * Math.sqrt(complete));
  const product = ["pip", "pim", "p"]
    .map((slot) => weighted.numbers(`acceptance_${slot}`)[17])
    .reduce((a, b) => a * b, 1);
  expect(weighted.numbers("weight")[17]).toBeCloseTo(product, 6);
});

test("further columns are kept by name or pattern", async () => {
  const marked = truth.with([
    flatColumn("run", new Int32Array(truth.length).fill(42)),
    flatColumn(
      "run_id",
      BigInt64Array.from({ length: truth.length }, (_, i) => BigInt(i)),
    ),
  ]);
  const events = await run({ keep: ["run*"], stop: 10 }, two, marked);
  expect(events.flat("run_id").slice(0, 3)).toEqual(BigInt64Array.of(0n, 1n, 2n));
  await expect(run({ keep: ["rum"] }, two, marked)).rejects.toThrow(/no column "rum".*Did you mean "run"/);
});

test("a weight column goes along", async () => {
  const weights = Float32Array.from({ length: truth.length }, (_, i) => 1 + (i % 2));
  const weighted = { ...bundle, manifest: { ...bundle.manifest, spec: spec({ weight: "w" }) } };
  const table = truth.with([flatColumn("w", weights)]);
  const [events] = await collect(simulate(weighted, sourceOf(table), { seed: 1, oversample: 2 }, inlinePool()));
  expect([...events.numbers("w").slice(0, 4)]).toEqual([0.5, 0.5, 1, 1]);
});

describe("bad input", () => {
  const fitWith = (table: EventTable, extra: object = {}) =>
    fit(spec(extra), { events: [sourceOf(table, "train")] }, { pool: inlinePool(), seed: 1 });
  const with1 = (name: string, change: (values: Float32Array) => void) => {
    const values = Float32Array.from(training.numbers(name));
    change(values);
    return training.with([flatColumn(name, values)]);
  };

  test("a missing column is named with its nearest", async () => {
    const renamed = truth.select(truth.schema.names.filter((n) => n !== "truth_pip_phi"));
    await expect(run({}, inlinePool(), renamed)).rejects.toThrow(SchemaError);
    await expect(run({}, inlinePool(), renamed)).rejects.toThrow(/no column "truth_pip_phi"; .*Did you mean "truth_pi/);
  });

  test("NaN in truth, in accepted reconstruction", async () => {
    const first = training.numbers("accepted_particle").indexOf(1);
    const truthNaN = with1("truth_particle_p", (v) => v.fill(Number.NaN, 5, 7));
    await expect(fitWith(truthNaN)).rejects.toThrow(/"truth_particle_p": 2 values are not finite.*first in row 5/);
    const recoNaN = with1("reco_particle_p", (v) => v.fill(Number.NaN, first, first + 1));
    await expect(fitWith(recoNaN)).rejects.toThrow(/"reco_particle_p": 1 values of accepted objects are not finite/);
  });

  test("no accepted event, one event", async () => {
    await expect(fitWith(with1("accepted_particle", (v) => v.fill(0)))).rejects.toThrow(
      /particle: nothing to learn from; .*no accepted/,
    );
    const one = training.take([training.numbers("accepted_particle").indexOf(1)]);
    const tiny = await fitWith(one);
    const [event] = await collect(simulate(tiny, sourceOf(truth.slice(0, 1)), { seed: 1 }, inlinePool()));
    expect(event.length).toBe(1);
  });

  test("angles in degrees where radians were meant", async () => {
    const degrees = with1("truth_particle_phi", (v) => v.set(v.map((x) => (x * 180) / Math.PI)));
    await expect(fitWith(degrees)).rejects.toThrow(
      /"truth_particle_phi": spans more than its period; .*If it is in degrees/,
    );
  });

  test("negative weights, zero events", async () => {
    const weighted = training.with([flatColumn("w", new Float32Array(training.length).fill(-1))]);
    await expect(fitWith(weighted, { weight: "w" })).rejects.toThrow(
      /weight: column "w".*expected finite weights >= 0, got -1 in event 0/,
    );
    await expect(fitWith(training.slice(0, 0))).rejects.toThrow(DataError);
  });

  test("a bundle with a damaged part", async () => {
    const files = bundleFiles(bundle);
    const read = async (file: string) => {
      const bytes = (files.get(file) as Uint8Array).slice();
      if (file.endsWith("acceptance.bin")) bytes[100] ^= 1;
      return bytes;
    };
    await expect(readBundle("b", read)).rejects.toThrow(/part "particle.acceptance.bin" is damaged/);
    await expect(readBundle("b", async () => new Uint8Array(3))).rejects.toThrow(/manifest.json is not JSON/);
  });
});

test("accepted events in one file, all generated ones in another", async () => {
  const detected = training.filter(training.flat("accepted_particle") as Uint8Array);
  const generated = gun.generate(20_000, { seed: 1 });
  const sources = { events: [sourceOf(detected)], generated: [sourceOf(generated)] };
  const apart = await fit(spec({ generated: ["memory"] }), sources, { pool: inlinePool(), seed: 1 });
  const [events] = await collect(simulate(apart, sourceOf(truth), { seed: 7, acceptance: "weight" }, inlinePool()));
  const together = await run({ acceptance: "weight" });
  for (const slot of ["pip", "pim", "p"]) {
    const mean = (table: EventTable) => {
      const values = table.numbers(`acceptance_${slot}`);
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    // 12,000 accepted tracks, of which few lie where the reaction's do: some 2 % each.
    expect(Math.abs(mean(events) / mean(together) - 1)).toBeLessThan(0.05);
  }
});
