/**
 * @file Events as a whole, and outputs other than smeared kinematics, learned from a toy detector in which close tracks hide
 * each other, the tracks of an event share their momentum scale, triggers look at pairs, and tracks are taken for others.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { concatTables, EventTable, flatColumn } from "../../src/data/event-table.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { clasToyPairs, misidentification } from "../../src/physics/detectors/clas-toy-pairs.js";
import { evaluateExpression, parseExpression } from "../../src/physics/expression/index.js";
import { gun } from "../../src/physics/processes/gun.js";
import { photoproduction } from "../../src/physics/processes/photoproduction.js";
import type { Bundle } from "../../src/pipeline/bundle.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { type SimulateOptions, simulate } from "../../src/pipeline/simulate.js";
import { Random } from "../../src/util/random.js";
import { collect, sourceOf } from "../helpers/memory.js";

const WHOLE = 30_000;
const TEST = 30_000;
const OBJECTS = ["pip", "pim", "p"] as const;
const DEGREE = Math.PI / 180;
const pool = workerPool(2);
afterAll(() => pool.close());

const detector = clasToyPairs.forObjects(OBJECTS);
const truth = photoproduction.generate(TEST, { seed: 11 });

const replay = async (bundle: Bundle, options: Partial<SimulateOptions> = {}, table = truth) =>
  concatTables(await collect(simulate(bundle, sourceOf(table), { seed: 5, ...options }, pool)));

/** Weighted contents of bins of an expression, NaN left out, with the sums of squared weights. */
function histogram(table: EventTable, expression: string, edges: readonly number[], when?: string) {
  const values = evaluateExpression(parseExpression(expression, "test"), table, "reco");
  const weights = table.has("weight") ? table.numbers("weight") : undefined;
  const mask = when === undefined ? undefined : table.numbers(when);
  const sums = edges.slice(1).map(() => 0);
  const squares = edges.slice(1).map(() => 0);
  values.forEach((x, i) => {
    const bin = edges.findIndex((edge, b) => x >= edge && x < edges[b + 1]);
    if (bin < 0 || bin >= sums.length || mask?.[i] === 0) return;
    const w = weights === undefined ? 1 : weights[i];
    sums[bin] += w;
    squares[bin] += w * w;
  });
  return { sums, squares };
}

/** Chi-square of two histograms of event numbers. @param relative Error of each content that stems from the training. */
function chiSquare(a: ReturnType<typeof histogram>, b: ReturnType<typeof histogram>, relative = 0): number {
  return a.sums.reduce((sum, x, i) => {
    const variance = a.squares[i] + b.squares[i] + (relative * x) ** 2;
    return variance > 0 ? sum + (x - b.sums[i]) ** 2 / variance : sum;
  }, 0);
}

const range = (from: number, to: number, n: number) =>
  Array.from({ length: n + 1 }, (_, i) => from + ((to - from) * i) / n);

describe("correlations and triggers on top of single tracks", () => {
  let bundle: Bundle;
  let full: EventTable;
  let plain: EventTable;
  let corrected: EventTable;

  beforeAll(async () => {
    const training = await clasToyPairs
      .forObjects(["particle"])
      .simulate(gun.generate(80_000, { seed: 1 }), { seed: 1 });
    const whole = await detector.simulate(photoproduction.generate(WHOLE, { seed: 21 }), { seed: 22 });
    const spec = parseRunSpec(
      {
        name: "correlations",
        data: {
          files: ["memory"],
          objects: [{ name: "particle", slots: OBJECTS, variables: ["p", "theta", "phi"] }],
        },
        options: { acceptance: { trees: 40, maxDepth: 6 } },
        events: {
          files: ["whole"],
          correlations: {
            trees: 60,
            maxDepth: 4,
            variables: [
              "angle(pip, pim)",
              "angle(pip, p)",
              "angle(pim, p)",
              ...OBJECTS.map((object) => `accepted_${object}`),
              "angle(truth_pip, truth_pim)",
              "angle(truth_pip, truth_p)",
              "angle(truth_pim, truth_p)",
              "truth_pip.p - truth_pim.p",
              "truth_pip.p - truth_p.p",
              "truth_pim.p - truth_p.p",
            ],
          },
          triggers: ["trigger_track", "trigger_pair"],
        },
      },
      "spec",
    );
    const sources = { events: [sourceOf(training)], whole: [sourceOf(whole)] };
    bundle = await fit(spec, sources, { pool, seed: 1 });
    full = await detector.simulate(truth, { seed: 12 });
    const parts = new Map([...bundle.parts].filter(([name]) => !name.startsWith("events.")));
    plain = await replay({ ...bundle, parts });
    corrected = await replay(bundle);
  });

  test("the opening angle of pairs, which tracks by themselves get wrong, comes out right", () => {
    // What 21,000 training events tell of the share of a pair in an angle.
    for (const pair of ["pip, pim", "pip, p", "pim, p"]) {
      const edges = range(0, 70 * DEGREE, 10);
      const of = (table: EventTable) => histogram(table, `angle(${pair})`, edges);
      const expected = of(full);
      const trained = Math.sqrt(TEST / (0.7 * WHOLE));
      const noise = { sums: expected.sums, squares: expected.squares.map((s) => s * (1 + trained ** 2)) };
      expect(chiSquare(expected, of(plain))).toBeGreaterThan(150);
      // 10 bins: 0.1 % of chi-squares are above 30.
      expect(chiSquare(noise, of(corrected)), pair).toBeLessThan(30);
    }
  });

  test("a fresh classifier on held-out events sees the difference before, and next to none after", () => {
    const { auc, attempts, ratio } = (bundle.manifest.summary as { events: { correlations: Correlations } }).events
      .correlations;
    expect(auc.before.value - 0.5).toBeGreaterThan(8 * auc.before.error);
    expect(auc.after.value - 0.5).toBeLessThan(3 * auc.after.error);
    expect(Math.abs(ratio.mean - 1)).toBeLessThan(0.05);
    expect(ratio.clipped).toBeLessThan(0.002);
    expect(attempts.exhausted).toBe(0);
    expect(attempts.mean).toBeLessThan(ratio.cap * 1.2);
  });

  test("single tracks stay right: every truth event once, acceptance and resolution of each track", () => {
    expect(corrected.length).toBe(TEST);
    for (const object of OBJECTS) {
      const name = `truth_${object}_p`;
      expect(corrected.column(name).values).toEqual(truth.column(name).values);
      const edges = range(0, 8, 16);
      const of = (table: EventTable) => histogram(table, `${object}.p`, edges, `accepted_${object}`);
      expect(chiSquare(of(full), of(corrected), 0.02), object).toBeLessThan(40);
      const residual = (table: EventTable) =>
        histogram(table, `(${object}.p - truth_${object}.p) / (1 + truth_${object}.p)`, range(-0.2, 0.2, 20));
      expect(chiSquare(residual(full), residual(corrected), 0.02), object).toBeLessThan(50);
    }
  });

  test("triggers turn on where they do, and go together as they do", () => {
    const lead = "max(if(accepted_pip, pip.p, 0), if(accepted_pim, pim.p, 0), if(accepted_p, p.p, 0))";
    const rate = (table: EventTable, trigger: string) => {
      const all = histogram(table, lead, range(0, 8, 16));
      const fired = histogram(table, lead, range(0, 8, 16), trigger);
      return all.sums.map((n, b) => [n, fired.sums[b]] as const);
    };
    for (const trigger of ["trigger_track", "trigger_pair"]) {
      const expected = rate(full, trigger);
      rate(corrected, trigger).forEach(([n, fired], b) => {
        const [m, really] = expected[b];
        if (Math.min(n, m) < 100) return;
        const p = (fired + really + 1) / (n + m + 2);
        // Both samples, and 21,000 training events.
        const sigma = Math.sqrt(p * (1 - p) * (1 / n + 1 / m + 1 / (0.7 * m)));
        expect(Math.abs(fired / n - really / m), `${trigger}, bin ${b}`).toBeLessThan(4.5 * sigma + 0.01);
      });
    }
    const both = (table: EventTable) => {
      const [a, b] = [table.numbers("trigger_track"), table.numbers("trigger_pair")];
      return a.reduce((sum, x, i) => sum + x * b[i], 0);
    };
    const expected = both(full);
    expect(Math.abs(both(corrected) - expected)).toBeLessThan(5 * Math.sqrt(expected * 2 * (1 + TEST / WHOLE)));
  });

  test("acceptance kept as a weight gives what draws give", async () => {
    const some = truth.slice(0, 6000);
    const weighted = await replay(bundle, { acceptance: "weight" }, some);
    expect(weighted.schema.names).not.toContain("weight_correlations");
    const complete = (table: EventTable) =>
      table.with([
        flatColumn(
          "complete",
          Uint8Array.from(table.numbers("accepted_p"), (flag, i) =>
            flag && table.numbers("accepted_pip")[i] && table.numbers("accepted_pim")[i] ? 1 : 0,
          ),
        ),
      ]);
    // Draws of the same truth many times over, so that the weights are judged and not the draws.
    const drawn = complete(await replay(bundle, { oversample: 6, seed: 6 }, some));
    for (const pair of ["pip, pim", "pip, p", "pim, p"]) {
      const of = (table: EventTable) => histogram(table, `angle(${pair})`, range(0, 70 * DEGREE, 7), "complete");
      expect(chiSquare(of(drawn), of(complete(weighted)), 0.03), pair).toBeLessThan(25);
    }
  });

  test("the same seed gives the same bytes in any chunks, from any event on", async () => {
    const some = truth.slice(0, 3000);
    const whole = await replay(bundle, {}, some);
    for (const [options, first] of [
      [{ chunkSize: 257 }, 0],
      [{ start: 1700, stop: 1733, chunkSize: 1 }, 1700],
      [{ acceptance: "weight" as const, chunkSize: 999 }, 0],
    ] as const) {
      const among = "acceptance" in options ? await replay(bundle, { acceptance: "weight" }, some) : whole;
      const other = await replay(bundle, options, some);
      for (const { field, values } of other.columns) {
        const same = among.slice(first, first + other.length).column(field.name).values;
        expect(values, field.name).toEqual(same);
      }
    }
  });
});

interface Correlations {
  readonly auc: { readonly before: Auc; readonly after: Auc };
  readonly ratio: { readonly mean: number; readonly cap: number; readonly clipped: number };
  readonly attempts: { readonly mean: number; readonly exhausted: number };
}
type Auc = { readonly value: number; readonly error: number };

describe("identification and values without a truth", () => {
  const N = 30_000;
  const SPECIES = [211, 2212] as const;
  /** Tracks of two species; the identification depends on species, momentum and on the energy that was measured. */
  const tracks = (seed: number) => {
    const random = new Random(seed, 77);
    const columns = { p: new Float32Array(N), reco: new Float32Array(N), score: new Float32Array(N) };
    const species = new Int32Array(N);
    const pid = new Float32Array(N).fill(Number.NaN);
    const accepted = new Uint8Array(N);
    for (let i = 0; i < N; i++) {
      species[i] = SPECIES[random.uniform() < 0.7 ? 0 : 1];
      columns.p[i] = 1 + 8 * random.uniform();
      const [u, v] = [random.normal(), random.normal()];
      columns.reco[i] = columns.p[i] + 0.1 * columns.p[i] * u;
      // A tenth has no score; else it follows the momentum's fluctuation, and its spread the momentum.
      columns.score[i] = random.uniform() < 0.1 ? -1 : Math.abs(columns.p[i] * (0.5 + 0.05 * (0.8 * u + 0.6 * v)));
      accepted[i] = random.uniform() < 0.8 ? 1 : 0;
      const wrong = Math.min(0.95, misidentification(columns.reco[i]) * (species[i] === 211 ? 1 : 0.5));
      const w = random.uniform();
      pid[i] = random.uniform() >= wrong ? species[i] : w < 0.7 ? 321 : SPECIES[0] + SPECIES[1] - species[i];
      if (accepted[i]) continue;
      for (const column of [columns.reco, columns.score, pid]) column[i] = Number.NaN;
    }
    return new EventTable([
      flatColumn("truth_track_p", columns.p),
      flatColumn("truth_track_pid", species),
      flatColumn("reco_track_p", columns.reco),
      flatColumn("reco_track_score", columns.score),
      flatColumn("reco_track_pid", pid),
      flatColumn("accepted_track", accepted, { dtype: "bool" }),
    ]);
  };
  const reference = tracks(2);
  let bundle: Bundle;
  let events: EventTable;

  beforeAll(async () => {
    const spec = parseRunSpec(
      {
        name: "pid",
        data: {
          files: ["memory"],
          objects: [
            {
              name: "track",
              variables: [{ name: "score", response: "value" }, "p"],
              categories: [{ name: "pid", truth: "truth_track_pid" }],
            },
          ],
        },
        options: { acceptance: { trees: 20, maxDepth: 3 } },
      },
      "spec",
    );
    bundle = await fit(spec, { events: [sourceOf(tracks(1))] }, { pool, seed: 1 });
    events = await replay(bundle, {}, reference.select(["truth_track_p", "truth_track_pid"]));
  });

  test("each species is taken for each code as often as in full simulation, in bins of reconstructed momentum", () => {
    const counts = (table: EventTable) => {
      const [species, p, pid] = ["truth_track_pid", "reco_track_p", "reco_track_pid"].map((name) =>
        table.numbers(name),
      );
      const found = new Map<string, number>();
      p.forEach((x, i) => {
        if (Number.isNaN(x)) return;
        const cell = `${species[i]} ${Math.floor(Math.min(7.9, x) / 2)}`;
        for (const key of [cell, `${cell} ${pid[i]}`]) found.set(key, (found.get(key) ?? 0) + 1);
      });
      return found;
    };
    const [real, simulated] = [counts(reference), counts(events)];
    for (const species of SPECIES) {
      for (let bin = 0; bin < 4; bin++) {
        for (const code of [211, 321, 2212]) {
          const share = (found: Map<string, number>) =>
            (found.get(`${species} ${bin} ${code}`) ?? 0) / (found.get(`${species} ${bin}`) as number);
          const n = real.get(`${species} ${bin}`) as number;
          const p = share(real);
          // Two samples, and the training of as many.
          const sigma = Math.sqrt((3 * Math.max(p, 0.01) * (1 - p)) / n);
          expect(Math.abs(share(simulated) - p), `${species} as ${code}, bin ${bin}`).toBeLessThan(4 * sigma + 0.01);
        }
      }
    }
  });

  test("the manifest holds the misidentification matrix, as counted and as learned", () => {
    const { pid } = (bundle.manifest.summary.track as { categories: Record<string, Matrix> }).categories;
    expect(pid.truth).toEqual([211, 2212]);
    expect(pid.reco).toEqual([211, 321, 2212]);
    pid.shares.forEach((row, r) => {
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      row.forEach((share, c) => {
        expect(Math.abs(share - pid.learned[r][c])).toBeLessThan(4 * pid.errors[r][c] + 0.003);
      });
    });
  });

  test("a value without a truth keeps its shape, its special value and its tie to the momentum", () => {
    const of = (table: EventTable) => {
      const [p, reco, score] = ["truth_track_p", "reco_track_p", "reco_track_score"].map((name) => table.numbers(name));
      const rows = [...p.keys()].filter((i) => !Number.isNaN(reco[i]));
      const scored = rows.filter((i) => score[i] !== -1);
      const pulls = scored.map((i) => [(reco[i] - p[i]) / p[i], score[i] / p[i] - 0.5] as const);
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const product = mean(pulls.map(([a, b]) => a * b));
      const spread = (k: 0 | 1) => Math.sqrt(mean(pulls.map((x) => x[k] ** 2)));
      return {
        none: 1 - scored.length / rows.length,
        spread: spread(1),
        correlation: product / (spread(0) * spread(1)),
      };
    };
    const [real, simulated] = [of(reference), of(events)];
    expect(Math.abs(simulated.none - real.none)).toBeLessThan(4 * Math.sqrt((0.09 * 3) / (0.8 * N)));
    // Donors stem from nearby momenta, which widens a value that goes with the momentum a little.
    expect(Math.abs(simulated.spread / real.spread - 1)).toBeLessThan(0.08);
    expect(Math.abs(simulated.correlation - real.correlation)).toBeLessThan(0.06);
  });
});

interface Matrix {
  readonly truth: readonly number[];
  readonly reco: readonly number[];
  readonly shares: readonly (readonly number[])[];
  readonly errors: readonly (readonly number[])[];
  readonly learned: readonly (readonly number[])[];
}
