import { expect, test } from "vitest";
import { ConfigError, Random } from "../../../src/index.js";
import { massByName } from "../../../src/physics/particle-masses.js";
import { values } from "./sample.js";

const INSPECT = "List the columns with `peregrine inspect FILE`.";
const JOIN = "Join two quantities by an operator such as *.";

test.each([
  ["", "empty expression; expected a quantity, got nothing. Write one as mass(pip + pim)."],
  ["1 +", "syntax at character 4; expected a name, a number or (, got the end."],
  ["(1", "syntax at character 3; expected ), got the end."],
  ["1)", 'syntax at character 2; expected an operator or the end, got ")".'],
  ["2pip", `syntax at character 2; expected an operator or the end, got "pip". ${JOIN}`],
  ["2 ** 3", 'syntax at character 4; expected a name, a number or (, got "*". Write ^ for powers.'],
  [
    "w = 1",
    'not part of the language at character 3; expected a name, a number, an operator or a bracket, got "=". Write == to compare.',
  ],
  [
    "w & 1",
    'not part of the language at character 3; expected a name, a number, an operator or a bracket, got "&". Write && for and.',
  ],
  ["😀", 'not part of the language at character 1; expected a name, a number, an operator or a bracket, got "😀".'],
  ["1 < 2 < 3", "chained comparison at character 7; expected one, got another. Write a < b && b < c."],
  ["1e999", "number too large at character 1; expected at most 1.8e308, got 1e999."],
  [
    "(pip + pim).pt",
    'syntax at character 12; expected an operator or the end, got ".". Write mass(a + b) for a variable of a sum.',
  ],
  ["jet[-1].pt", 'syntax at character 5; expected the index of an entry (0 is the first), got "-".'],
  ["jet.", "syntax at character 5; expected a variable, as in jet.pt, got the end."],
  ["mas(pip)", 'unknown function at character 1; expected a function of the language, got "mas". Did you mean "mass"?'],
  ["deltaR(pip)", "arguments of deltaR at character 1; expected 2, got 1."],
  ["mt()", "arguments of mt at character 1; expected 1 or 2, got 0."],
  ["max()", "arguments of max at character 1; expected 1 or more, got 0."],
  [
    "w + pipp",
    'unknown name at character 5; expected a column or an object at truth level, got "pipp". Did you mean "pip"?',
  ],
  [
    "beem",
    'unknown name at character 1; expected a column or an object at truth level, got "beem". Did you mean "beam"?',
  ],
  [
    "mass",
    'unknown name at character 1; expected a column or an object at truth level, got "mass". mass is a function: write mass(...).',
  ],
  [
    "pip.pt",
    'no pip.pt at character 1; expected a column "truth_pip_pt" or "pip_pt", got neither. Write pt(pip) to compute it.',
  ],
  [
    "pip.thet",
    'no pip.thet at character 1; expected a column "truth_pip_thet" or "pip_thet", got neither. Did you mean "theta"?',
  ],
  [
    "beam.energy",
    'no beam.energy at character 1; expected a column "truth_beam_energy" or "beam_energy", got neither. Write energy(beam) to compute it.',
  ],
  [
    "pt(lead)",
    '"lead" has no full momentum at character 4; expected (px, py, pz), (pt, eta, phi), (p, theta, phi) or (pt, phi), got pt, eta. Write lead.pt for that variable.',
  ],
  [
    "mass(fat)",
    'mass of "fat" unknown at character 6; expected a column of mass or energy, or the name of a particle, got truth_fat_pt, truth_fat_eta, truth_fat_phi. Give it under `masses` or write withMass(fat, m).',
  ],
  [
    "pip",
    "type of the result at character 1; expected one number an event, got a four-vector. Take a variable, as in mass(...).",
  ],
  [
    "jet",
    "type of the result at character 1; expected one number an event, got a list of four-vectors. Pick an entry, as in mass(jet[0]).",
  ],
  [
    "jet.pt",
    "type of the result at character 1; expected one number an event, got a list of numbers. Wrap it in sum(...), max(...) or min(...), or pick an entry as in jet[0].pt.",
  ],
  [
    "pip + 1",
    "operands of + at character 5; expected two numbers or two four-vectors, got a four-vector and a number.",
  ],
  [
    "mass(pip * pim)",
    "operands of * at character 10; expected numbers, or a number and a four-vector, got a four-vector and a four-vector. Write dot(a, b) for the Minkowski product.",
  ],
  [
    "pip < pim",
    "operands of < at character 5; expected two numbers, got a four-vector and a four-vector. Compare variables, as in pt(a) > pt(b).",
  ],
  ["!pip", "operand of ! at character 1; expected a number, got a four-vector."],
  ["mass(w)", "argument of mass at character 6; expected a four-vector, got a number."],
  ["deltaR(pip, 3)", "argument 2 of deltaR at character 13; expected a four-vector, got a number."],
  ["w[1]", '"w[1]" at character 1; expected a collection, got one value an event. Write w without the index.'],
  ["sum(w)", "argument of sum at character 5; expected a list (a collection without an index), got a number."],
  ["max(jet)", "argument of max at character 5; expected numbers, as in max(jet.pt), got a list of four-vectors."],
  [
    "count(jet.pt > 30)",
    "argument of count at character 14; expected the name of a collection, got a calculation. Write sum(jet.pt > 30) to count the entries that pass.",
  ],
  [
    "sum(jet.pt * Muon.pt)",
    '"truth_jet_pt" and "Muon_pt" are combined entry by entry; expected lists of equal length, got other lengths in event 0. Combine entries of one collection, or pick single ones as in jet[0].',
  ],
  [
    "covariance",
    'column "truth_covariance" has fixed arrays at character 1; expected one number or a list an event, got 2 numbers.',
  ],
  [
    `${"1+".repeat(2100)}1`,
    "expression too long; expected at most 4096 characters, got 4201. Split it into several quantities.",
  ],
])("%s is refused in one line", (text, message) => {
  let error: unknown;
  try {
    values(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toBe(`q: ${message}`);
});

test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype"])(
  "%s, which every object of the host language has, means nothing",
  (name) => {
    const neither = `expected a column "truth_${name}_pt" or "${name}_pt", got neither. ${INSPECT}`;
    expect(() => values(name)).toThrow(
      `q: unknown name at character 1; expected a column or an object at truth level, got "${name}"`,
    );
    expect(() => values(`${name}[0]`)).toThrow(`got "${name}"`);
    expect(() => values(`${name}(1)`)).toThrow(
      `q: unknown function at character 1; expected a function of the language, got "${name}"`,
    );
    expect(() => values(`${name}.pt`)).toThrow(`q: no ${name}.pt at character 1; ${neither}`);
    expect(() => values(`pip.${name}`)).toThrow(`q: no pip.${name} at character 1;`);
    expect(massByName(name)).toBeUndefined();
  },
);

test.each(["(", "-", "!", "abs(", "1+", "2^", "1<(", "max(1,", "1*"])("%s nested without end is refused", (piece) => {
  for (const count of [201, 1000]) {
    const text = `${piece.repeat(count)}1${")".repeat(piece.includes("(") ? count : 0)}`;
    expect(() => values(text.slice(0, 4096))).toThrow("nested too deeply");
  }
});

test("a chain of a hundred terms is fine", () => {
  expect(values(`${"w + ".repeat(100)}w`)).toEqual([404, -909, 101]);
  expect(values(`${"(".repeat(150)}w${")".repeat(150)}`)).toEqual([4, -9, 1]);
});

test("names of particles, in any case, numbered and with a level", () => {
  expect(["pip", "Muon", "mu1", "reco_p", "pi0", "Electron_2", "photon"].map(massByName)).toEqual([
    0.13957, 0.10566, 0.10566, 0.93827, 0.13498, 0.000511, 0,
  ]);
  expect(["jet", "tau", "x", "1", ""].map(massByName)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

const PIECES =
  "1 2.5 1e3 . , ( ) ( ) [ 0 ] [1] + - * / ^ < <= == && || ! w pip pim jet jet[0] jet.pt MET Muon beam fat x mass( pt( deltaR( max( sum( count( if( boosted( sumPt( p4( withMass( constructor __proto__ pi é \u0000 = & | ' \" \n".split(
    " ",
  );

test("whatever the text, the only error is a ConfigError of one line", () => {
  const random = new Random(11, 0);
  let computed = 0;
  for (let k = 0; k < 30_000; k++) {
    random.at(k);
    const length = 1 + Math.floor(12 * random.uniform());
    const pieces = Array.from({ length }, () =>
      random.uniform() < 0.95
        ? PIECES[Math.floor(PIECES.length * random.uniform())]
        : String.fromCharCode(Math.floor(65536 * random.uniform())),
    );
    const text = pieces.join(random.uniform() < 0.5 ? "" : " ");
    try {
      expect(values(text)).toHaveLength(3);
      computed++;
    } catch (error) {
      if (!(error instanceof ConfigError) || !/^q: [^\n]+$/.test(error.message)) {
        throw new Error(`${JSON.stringify(text)} threw ${error}`);
      }
    }
  }
  expect(computed).toBeGreaterThan(300);
});

test("random expressions of right syntax compute or are refused for their types", () => {
  const random = new Random(12, 0);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(items.length * random.uniform())];
  const make = (depth: number): string => {
    if (depth === 0)
      return pick(["1", "w", "x", "pip", "pim", "z", "jet", "jet[0]", "jet.pt", "jet[1].eta", "MET", "beam"]);
    const next = () => make(depth - 1);
    if (random.uniform() < 0.4) return `(${next()} ${pick(["+", "-", "*", "/", "^", "<", "&&"])} ${next()})`;
    const [name, count] = pick([
      ["mass", 1],
      ["pt", 1],
      ["sum", 1],
      ["count", 1],
      ["deltaR", 2],
      ["mt", 2],
      ["max", 2],
      ["boosted", 2],
      ["phiHelicity", 4],
    ] as const);
    return `${name}(${Array.from({ length: count }, next).join(", ")})`;
  };
  let computed = 0;
  for (let k = 0; k < 20_000; k++) {
    random.at(k);
    const text = make(1 + Math.floor(3 * random.uniform()));
    try {
      expect(values(text)).toHaveLength(3);
      computed++;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw new Error(`${text} threw ${error}`);
      expect(error.message).not.toContain("syntax");
    }
  }
  expect(computed).toBeGreaterThan(1000);
});
