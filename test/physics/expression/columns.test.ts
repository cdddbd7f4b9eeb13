import { expect, test } from "vitest";
import { concatTables, EventTable, flatColumn } from "../../../src/index.js";
import {
  compileExpression,
  evaluateExpression,
  neededColumns,
  parseExpression,
} from "../../../src/physics/expression/index.js";
import { agrees, SAMPLE, values } from "./sample.js";

const NAN = Number.NaN;

test("a name means the column of the level, else the column of that very name", () => {
  expect(values("w")).toEqual([4, -9, 1]);
  expect(values("w", "reco")).toEqual([5, NAN, 2]);
  expect(values("truth_w - w", "reco")).toEqual([-1, NAN, -1]);
  expect(values("run")).toEqual([7, 8, 9]);
  expect(agrees(values("p(truth_pip)", "reco"), [2, 3, 0.5])).toBe(true);
});

test("transverse vectors have neither pz nor mass", () => {
  expect(agrees(values("pt(MET)"), [40, 10, 5])).toBe(true);
  expect(values("pz(MET)")).toEqual([0, 0, 0]);
  expect(agrees(values("energy(MET)"), [40, 10, 5])).toBe(true);
});

test("masses come from a column, from the options, or from the name of a particle", () => {
  expect(agrees(values("mass(jet[0])"), [8, NAN, 6], 1e-11)).toBe(true);
  expect(agrees(values("mass(fat)", "truth", { masses: { fat: 80 } }), [80, 80, 80])).toBe(true);
  expect(agrees(values("mass(pip)", "truth", { masses: { pip: 1 } }), [1, 1, 1])).toBe(true);
  expect(agrees(values("mass(Muon[0])"), [0.10566, 0.10566, NAN], 1e-10)).toBe(true);
  expect(agrees(values("mass(withMass(fat, 3))"), [3, 3, 3], 1e-9)).toBe(true);
});

test("what needs no energy needs no mass", () => {
  expect(agrees(values("deltaR(fat, fat) + pt(fat + fat)"), [200, 400, 600])).toBe(true);
});

test("entries of collections; those that an event lacks are NaN", () => {
  expect(values("jet[0].pt")).toEqual([50, NAN, 40]);
  expect(values("jet[1].pt")).toEqual([30, NAN, NAN]);
  expect(values("jet_pt[1]")).toEqual([30, NAN, NAN]);
  expect(values("jet[999].pt")).toEqual([NAN, NAN, NAN]);
  expect(agrees(values("pt(Muon[1])"), [NAN, 10, NAN])).toBe(true);
  expect(agrees(values("deltaPhi(jet[0], jet[1])"), [6 - 2 * Math.PI, NAN, NAN])).toBe(true);
});

test("functions over collections", () => {
  expect(values("count(jet)")).toEqual([2, 0, 1]);
  expect(values("count(jet.pt)")).toEqual([2, 0, 1]);
  expect(values("sum(jet.pt)")).toEqual([80, 0, 40]);
  expect(agrees(values("sumPt(jet)"), [80, 0, 40])).toBe(true);
  expect(values("max(jet.eta)")).toEqual([1, NAN, 2]);
  expect(values("min(jet_eta)")).toEqual([-0.5, NAN, 2]);
  expect(values("sum(jet.pt > 35)")).toEqual([1, 0, 1]);
  expect(values("sum(if(jet.eta > 0, jet.pt, 0) * w)")).toEqual([200, 0, 40]);
  expect(agrees(values("mass(sum(jet)) - mass(jet[0] + jet[1])"), [0, NAN, NAN])).toBe(true);
  expect(agrees(values("min(deltaR(jet, Muon[0]))"), [Math.sqrt(5), NAN, NAN])).toBe(true);
});

test("objects lost in reconstruction keep their place, and take no part in sums", () => {
  expect(values("jet[0].pt", "reco")).toEqual([NAN, NAN, 41]);
  expect(values("jet[1].pt", "reco")).toEqual([28, NAN, NAN]);
  expect(values("count(jet)", "reco")).toEqual([1, 0, 1]);
  expect(values("max(jet.pt)", "reco")).toEqual([28, NAN, 41]);
  expect(agrees(values("pt(sum(jet))", "reco"), [28, 0, 41])).toBe(true);
});

test("NaN in gives NaN out, unless the value does not matter", () => {
  for (const text of [
    "x + 1",
    "x ^ 0",
    "x < 1",
    "!x",
    "x == x",
    "max(x, 1)",
    "if(x, 1, 2)",
    "x && 1",
    "x || 0",
    "0 * x",
  ]) {
    expect(values(text)[0], text).toBeNaN();
    expect(values(text)[1], text).not.toBeNaN();
  }
  expect(values("x && 0")[0]).toBe(0);
  expect(values("x || 1")[0]).toBe(1);
  expect(values("if(1, 2, x)")[0]).toBe(2);
  expect(values("if(0, 2, x)")[0]).toBeNaN();
});

test("outside of their domain, and where the result is infinite, functions give NaN", () => {
  for (const text of ["sqrt(-1)", "log(0)", "log(-1)", "asin(2)", "1 / 0", "0 / 0", "eta(beam)", "exp(1000)"]) {
    expect(values(text), text).toEqual([NAN, NAN, NAN]);
  }
});

test("columns that are needed", () => {
  const needed = (text: string, level: "truth" | "reco") =>
    neededColumns(parseExpression(text, "q"), level, SAMPLE.schema.names);
  expect(needed("mass(pip + z) + w * pi", "truth").sort()).toEqual(
    ["p", "theta", "phi"]
      .map((v) => `truth_pip_${v}`)
      .concat(
        ["px", "py", "pz", "energy"].map((v) => `truth_z_${v}`),
        "truth_w",
      )
      .sort(),
  );
  expect(needed("jet[0].pt + count(jet) + pt(MET)", "reco").sort()).toEqual([
    "MET_phi",
    "MET_pt",
    "reco_jet_eta",
    "reco_jet_mass",
    "reco_jet_phi",
    "reco_jet_pt",
  ]);
  expect(compileExpression(parseExpression("pt(jet[0])", "q"), SAMPLE.schema, "reco").columns).toEqual(
    ["pt", "eta", "phi"].map((v) => `reco_jet_${v}`),
  );
});

test("events are the same one by one, in slices, and in tables longer than a block", () => {
  const long = concatTables(Array<EventTable>(6000).fill(SAMPLE));
  for (const text of ["mass(sum(jet)) + w", "max(deltaR(jet, z))", "pt(pip + MET)", "count(jet)"]) {
    const expression = parseExpression(text, "q");
    const one = evaluateExpression(expression, SAMPLE, "truth");
    const all = evaluateExpression(expression, long, "truth");
    expect(all.every((value, i) => Object.is(value, one[i % 3]))).toBe(true);
    expect([...evaluateExpression(expression, SAMPLE.slice(1, 3), "truth")]).toEqual([...one.subarray(1)]);
  }
});

test("tables without events, and expressions without columns", () => {
  expect(evaluateExpression(parseExpression("mass(pip)", "q"), SAMPLE.slice(0, 0), "truth")).toHaveLength(0);
  expect([...evaluateExpression(parseExpression("1 + 1", "q"), new EventTable([], 2), "truth")]).toEqual([2, 2]);
});

test("inputs stay as they are", () => {
  const column = Float64Array.of(1, Number.POSITIVE_INFINITY);
  const table = new EventTable([flatColumn("y", column)]);
  const result = evaluateExpression(parseExpression("y", "q"), table, "truth");
  expect([...result]).toEqual([1, NAN]);
  result[0] = 5;
  expect([...column]).toEqual([1, Number.POSITIVE_INFINITY]);
});

test("a million masses take well under half a second", () => {
  const n = 1_000_000;
  const ramp = (scale: number) => Float32Array.from({ length: n }, (_, i) => (scale * (i + 1)) / n);
  const columns = ["a", "b"].flatMap((object, k) =>
    ["p", "theta", "phi"].map((variable) => flatColumn(`${object}_${variable}`, ramp(1 + k))),
  );
  const start = performance.now();
  const expression = parseExpression("mass(a + b)", "q");
  evaluateExpression(expression, new EventTable(columns), "truth", { masses: { a: 1, b: 2 } });
  // Ten times what it takes, so that a busy machine does not fail the test.
  expect(performance.now() - start).toBeLessThan(2000);
});
