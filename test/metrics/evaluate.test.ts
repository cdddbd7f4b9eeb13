import { describe, expect, it } from "vitest";
import { EventTable, flatColumn, jaggedColumn } from "../../src/data/event-table.js";
import { type EvaluationSpec, evaluate } from "../../src/metrics/index.js";
import { Random } from "../../src/util/random.js";

/** Truth flat in p and phi, accepted with a known efficiency, smeared by `width`; NaN where it is lost. */
function simulate(seed: number, n: number, width = 0.2, plateau = 0.6): EventTable {
  const random = new Random(seed);
  const columns = Object.fromEntries(
    ["truth_p", "reco_p", "truth_phi", "reco_phi"].map((name) => [name, new Float64Array(n)]),
  );
  const accepted = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const p = 10 * random.uniform();
    const phi = 2 * Math.PI * (random.uniform() - 0.5);
    accepted[i] = random.uniform() < plateau * (p < 5 ? 0.5 : 1) ? 1 : 0;
    columns.truth_p[i] = p;
    columns.truth_phi[i] = phi;
    columns.reco_p[i] = accepted[i] === 1 ? p + 0.1 + width * random.normal() : Number.NaN;
    const moved = phi + 0.3 * random.normal();
    columns.reco_phi[i] =
      accepted[i] === 1 ? moved - 2 * Math.PI * Math.floor(moved / (2 * Math.PI) + 0.5) : Number.NaN;
  }
  return new EventTable([
    ...Object.entries(columns).map(([name, values]) =>
      flatColumn(name, values, { unit: name.endsWith("phi") ? "rad" : "GeV" }),
    ),
    flatColumn("accepted", accepted, { dtype: "bool" }),
  ]);
}

const spec: EvaluationSpec = {
  variables: [
    { name: "p", column: "reco_p", when: "accepted", group: "proton", title: "p" },
    { name: "truth", column: "truth_p", bins: 5, range: [0, 10] },
  ],
  responses: [
    {
      name: "dp",
      truth: "truth_p",
      reco: "reco_p",
      when: "accepted",
      kind: "difference",
      against: "truth_p",
      edges: [0, 5, 10],
    },
    {
      name: "dphi",
      truth: "truth_phi",
      reco: "reco_phi",
      when: "accepted",
      kind: "difference",
      period: 2 * Math.PI,
      against: "truth_p",
    },
    {
      name: "rp",
      truth: "truth_p",
      reco: "reco_p",
      when: "accepted",
      kind: "ratio",
      against: "truth_p",
      range: [0, 2],
    },
  ],
  acceptances: [{ name: "proton", accepted: "accepted", against: ["truth_p", "truth_phi"] }],
  yields: [{ name: "all", all: ["accepted"] }],
};

describe("evaluate", async () => {
  const reference = simulate(1, 40_000);
  const candidate = simulate(12, 40_000, 0.22, 0.57);
  const evaluation = await evaluate(reference, candidate, spec);

  it("is plain data that survives JSON", () => {
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it("counts values only where the mask lets them, and takes words and units from the columns", () => {
    const [p, truth] = evaluation.variables;
    const accepted = (reference.flat("accepted") as Uint8Array).reduce((n, a) => n + a, 0);
    expect(p.reference.entries).toBe(accepted);
    expect(p.unit).toBe("GeV");
    expect(truth.title).toBe("truth");
    expect(truth.histogram.edges).toEqual([0, 2, 4, 6, 8, 10]);
    expect(truth.histogram.reference.sums.slice(1, 6).reduce((a, b) => a + b)).toBe(40_000);
  });

  it("measures scale and resolution in bins of truth, within their quoted errors", () => {
    const { median, width, edges } = evaluation.responses[0].profile;
    expect(edges).toEqual([0, 5, 10]);
    for (const [points, expected] of [
      [median.reference, 0.1],
      [width.reference, 0.2],
      [median.candidate, 0.1],
      [width.candidate, 0.22],
    ] as const) {
      for (const [i, value] of points.values.entries()) {
        const error = points.errors[i] ?? 0;
        // 6,000 normal entries know their median to 1.2533 / sqrt(n), and this width to 0.9617 / sqrt(n), of sigma.
        expect(error).toBeLessThan(0.0045);
        expect(Math.abs((value ?? 0) - expected)).toBeLessThan(4 * error);
      }
    }
    expect(Math.max(...width.pulls.map((x) => x ?? 0))).toBeGreaterThan(4);
  });

  it("wraps differences of angles to the period", () => {
    const [, dphi] = evaluation.responses;
    expect(dphi.reference.deviation).toBeCloseTo(0.3, 1);
    expect(Math.max(Math.abs(dphi.reference.minimum), dphi.reference.maximum)).toBeLessThan(Math.PI);
  });

  it("recovers the efficiency in bins, and its ratio", () => {
    const [{ curves, metrics }] = evaluation.acceptances;
    const { edges, reference: shares, ratio } = curves[0];
    for (const [i, value] of shares.values.entries()) {
      const below = Math.max(0, Math.min(1, (5 - edges[i]) / (edges[i + 1] - edges[i])));
      const expected = 0.3 * below + 0.6 * (1 - below);
      expect(Math.abs((value ?? 0) - expected)).toBeLessThan((4 * ((shares.high[i] ?? 0) - (shares.low[i] ?? 0))) / 2);
      expect(ratio.low[i]).toBeLessThan(ratio.values[i] ?? 0);
      expect(ratio.high[i]).toBeGreaterThan(ratio.values[i] ?? 0);
    }
    const [overall] = metrics;
    expect(Math.abs(overall.value - 0.95)).toBeLessThan(4 * overall.error);
    expect(evaluation.yields[0].metrics[0].value).toBe(overall.value);
  });

  it("puts the worst first, and finds the changes that were made and no others", () => {
    const scores = evaluation.headlines.map((line) => line.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const clear = new Set(evaluation.headlines.filter((line) => line.pValue < 1e-3).map((line) => line.subject));
    expect([...clear].sort()).toEqual(["all", "dp", "proton", "rp"]);
  });

  it("says what the sample cannot show", () => {
    const [mean] = evaluation.power;
    expect(mean.detectable).toBeCloseTo(1.96 * Math.sqrt(2 / 40_000), 4);
    expect(mean.words).toBe(
      "Two samples of 40,000 events cannot show a shift of a mean below 1.4 % of the standard deviation.",
    );
  });

  it("does not care how the events are ordered, and gives the same bytes for the same seed", async () => {
    const shuffled = reference.take(new Random(3).permutation(reference.length));
    const again = await evaluate(shuffled, candidate, spec, { seed: 0 });
    expect(again.headlines.map(({ metric, value }) => [metric, value])).toEqual(
      evaluation.headlines.map(({ metric, value }) => [metric, value]),
    );
    expect(JSON.stringify(await evaluate(reference, candidate, spec))).toBe(JSON.stringify(evaluation));
  });

  it("reports progress for each thing compared", async () => {
    const seen: number[] = [];
    await evaluate(reference, candidate, spec, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].map((k) => k / 7));
  });
});

describe("event weights", () => {
  it("give an unweighted sample back from a biased one", async () => {
    const truth = simulate(4, 30_000);
    const random = new Random(5);
    // Keep events with probability 1 / w and give them weight w.
    const weightOf = (x: number) => 1 + x / 5;
    const source = simulate(7, 30_000);
    const chosen = source.filter(source.numbers("truth_p").map((x) => (random.uniform() < 1 / weightOf(x) ? 1 : 0)));
    const weights = chosen.numbers("truth_p").map(weightOf);
    const weighted = chosen.with([flatColumn("w", weights, { role: "weight" })]);
    const good = await evaluate(truth, weighted, spec);
    expect(good.candidate.weights).toBe("w");
    expect(good.candidate.effectiveEvents).toBeLessThan(chosen.length);
    expect(Math.min(...good.headlines.map((line) => line.pValue))).toBeGreaterThan(1e-4);
    const bad = await evaluate(truth, chosen, spec);
    expect(bad.headlines[0].score).toBeGreaterThan(5);
  });
});

describe("lists", () => {
  const offsets = Int32Array.of(0, 2, 2, 5);
  const table = new EventTable([
    jaggedColumn("jet_pt", offsets, Float64Array.of(10, 20, 30, Number.NaN, 50), { unit: "GeV" }),
    jaggedColumn("jet_ok", offsets, Uint8Array.of(1, 0, 1, 0, 1)),
    flatColumn("event_ok", Uint8Array.of(1, 1, 0)),
    flatColumn("w", Float64Array.of(2, 3, 4), { role: "weight" }),
    flatColumn("vector", Float64Array.of(1, 2, 3, 4, 5, 6), { width: 2 }),
  ]);

  it("count entry by entry under the weight of their event", async () => {
    const { variables } = await evaluate(table, table, {
      variables: [{ name: "pt", column: "jet_pt", when: "jet_ok" }],
    });
    expect(variables[0].reference).toMatchObject({ entries: 3, sumOfWeights: 10, minimum: 10, maximum: 50 });
    const byEvent = await evaluate(table, table, { variables: [{ name: "pt", column: "jet_pt", when: "event_ok" }] });
    expect(byEvent.variables[0].reference).toMatchObject({ entries: 2, sumOfWeights: 4, maximum: 20 });
    const wide = await evaluate(table, table, { variables: [{ name: "v", column: "vector" }] });
    expect(wide.variables[0].reference).toMatchObject({ entries: 6, sumOfWeights: 18 });
  });

  it("work in slices of a table", async () => {
    const { variables } = await evaluate(table.slice(1), table.slice(1), {
      variables: [{ name: "pt", column: "jet_pt", when: "jet_ok" }],
    });
    expect(variables[0].reference).toMatchObject({ entries: 2, minimum: 30, maximum: 50 });
  });

  it("name the event of a NaN, not the entry", async () => {
    await expect(evaluate(table, table, { variables: [{ name: "pt", column: "jet_pt" }] })).rejects.toThrow(
      /column "jet_pt" of the reference .* NaN first in event 2/,
    );
  });

  it("refuse columns that do not go together", async () => {
    await expect(evaluate(table, table, { variables: [{ name: "w", column: "w", when: "jet_ok" }] })).rejects.toThrow(
      /columns "w" and "jet_ok" of the reference do not go together/,
    );
  });
});

describe("what evaluate refuses", () => {
  const table = simulate(9, 100);

  it("skips what has no entries, with the reason, and says so where nothing is left", async () => {
    const lost = table.with([flatColumn("accepted", new Uint8Array(100), { dtype: "bool" })]);
    const evaluation = await evaluate(table, lost, spec);
    expect(evaluation.skipped.map(({ name }) => name)).toEqual(["p", "dp", "dphi", "rp"]);
    expect(evaluation.skipped[0].reason).toBe("too few entries in the candidate; expected at least 2, got 0.");
    expect(evaluation.yields[0].metrics[0].value).toBe(0);
    await expect(evaluate(table, lost, { variables: [spec.variables[0]] })).rejects.toThrow(
      /nothing could be compared; p: too few/,
    );
  });

  it("names the nearest column, and repeated or missing names", async () => {
    await expect(evaluate(table, table, { variables: [{ name: "p", column: "reco_pp" }] })).rejects.toThrow(
      /Did you mean "reco_p"/,
    );
    const twice = [spec.variables[0], spec.variables[0]];
    await expect(evaluate(table, table, { variables: twice })).rejects.toThrow(/names "p" twice/);
    await expect(evaluate(table, table, { variables: [] })).rejects.toThrow(/nothing to compare/);
  });

  it("names a ratio's division by zero", async () => {
    const zero = table.with([flatColumn("truth_p", new Float64Array(100))]);
    await expect(evaluate(zero, zero, { ...spec, acceptances: [] })).rejects.toThrow(
      /response "rp" divides by a truth of 0/,
    );
  });
});
