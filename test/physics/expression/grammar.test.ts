import { expect, test } from "vitest";
import { parseExpression, resultField } from "../../../src/physics/expression/index.js";
import { values } from "./sample.js";

test.each([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["8 - 3 - 2", 3],
  ["16 / 4 / 2", 2],
  ["2 ^ 3 ^ 2", 512],
  ["-2 ^ 2", -4],
  ["(-2) ^ 2", 4],
  ["2 ^ -1", 0.5],
  ["--3", 3],
  ["2 * -3", -6],
  ["1.5e2 + .5 + 2.", 152.5],
  ["pi", Math.PI],
  ["1 < 2", 1],
  ["2 <= 1", 0],
  ["2 > 1", 1],
  ["2 >= 3", 0],
  ["1 == 1", 1],
  ["1 != 1", 0],
  ["1 + 1 == 2", 1],
  ["1 || 0 && 0", 1],
  ["(1 || 0) && 0", 0],
  ["1 < 2 && 3 < 2", 0],
  ["!0", 1],
  ["!3", 0],
  ["!0 == 0", 0],
  ["if(2 > 1, 10, 20)", 10],
  ["if(0, 10, 20)", 20],
  ["max(1, 5, 3)", 5],
  ["min(1, 5, -3)", -3],
  ["\t1\n+\n1 ", 2],
])("%s is %d", (text, wanted) => {
  expect(values(text)).toEqual([wanted, wanted, wanted]);
});

test("a name followed by a bracket is a function, otherwise a column or an object", () => {
  expect(values("pip.p")).toEqual([2, 3, 0.5]);
  expect(values("pip_p")).toEqual([2, 3, 0.5]);
  expect(values("p(pip) - pip.p").map((v) => Math.abs(v) < 1e-15)).toEqual([true, true, true]);
});

test.each([
  ["mass(pip + pim)", { unit: "GeV" }],
  ["-pt(pip)", { unit: "GeV" }],
  ["mass(a) - mass(b)", { unit: "GeV" }],
  ["mass(a) - eta(b)", {}],
  ["2 * mass(a)", {}],
  ["mass2(a)", { unit: "GeV²" }],
  ["mt(a)", { unit: "GeV" }],
  ["mt(a, b)", { unit: "GeV" }],
  ["theta(a)", { unit: "rad" }],
  ["phi(a)", { unit: "rad", period: 2 * Math.PI }],
  ["jet[0].phi", { unit: "rad", period: 2 * Math.PI }],
  ["deltaPhi(a, b)", { unit: "rad", period: 2 * Math.PI }],
  ["phiHelicity(a, b, c, d)", { unit: "rad", period: 2 * Math.PI }],
  ["cosThetaIn(a, b)", { unit: "" }],
  ["sum(jet.pt)", { unit: "GeV" }],
  ["sumPt(jet)", { unit: "GeV" }],
  ["sum(jet.pt > 30)", { unit: "" }],
  ["count(jet)", { unit: "" }],
  ["max(jet.eta)", { unit: "" }],
  ["if(a, pt(b), 0)", { unit: "GeV" }],
  ["acos(x)", { unit: "rad" }],
  ["sqrt(x)", {}],
  ["x", {}],
])("the outermost function of %s tells %o", (text, wanted) => {
  expect(resultField(parseExpression(text, "q"))).toEqual(wanted);
});
