/** @file The functions of the language: what each takes, gives, and means for one event. */
import { TWO_PI } from "../constants.js";
import {
  boostToRest,
  eta,
  type FourVector,
  fromPtEtaPhi,
  fromSpherical,
  mass,
  momentum,
  phi,
  pt,
  theta,
  wrapAngle,
} from "../four-vector.js";
import { directionIn, helicityDirection } from "../kinematics.js";

export type Kind = "number" | "vector";

/** One way to call a function: on so many arguments of these kinds. Lists are taken entry by entry. */
export interface Signature {
  readonly takes: readonly Kind[];
  readonly gives: Kind;
  /** Whether vectors need their energy; where not, objects of unknown mass will do. */
  readonly energy: boolean;
  /** Unit of a number: "" for none, undefined where the arguments tell. */
  readonly unit?: string;
  readonly period?: number;
  /** Value for one event; vectors passed in are overwritten for the next. */
  readonly of: (...values: readonly never[]) => number | FourVector;
}

type Numbers = (...values: number[]) => number;
type Traits = { unit?: string; period?: number; energy?: boolean };

const numbers = (count: number, of: Numbers, unit?: string): Signature => ({
  takes: Array<Kind>(count).fill("number"),
  gives: "number",
  energy: false,
  ...(unit !== undefined && { unit }),
  of,
});

const vectors = (count: number, of: (...values: FourVector[]) => number, traits: Traits): Signature => ({
  takes: Array<Kind>(count).fill("vector"),
  gives: "number",
  energy: true,
  ...traits,
  of,
});

const maker = (takes: readonly Kind[], energy: boolean, of: Signature["of"]): Signature => ({
  takes,
  gives: "vector",
  energy,
  of,
});

const FOUR_NUMBERS: readonly Kind[] = ["number", "number", "number", "number"];
const GEV = { unit: "GeV" };
const GEV_MOMENTUM = { unit: "GeV", energy: false };
const PURE = { unit: "" };
const PURE_MOMENTUM = { unit: "", energy: false };
const AZIMUTH = { unit: "rad", period: TWO_PI };
const AZIMUTH_MOMENTUM = { ...AZIMUTH, energy: false };
const ANGLE_MOMENTUM = { unit: "rad", energy: false };

const spatialDot = (a: FourVector, b: FourVector) => a.px * b.px + a.py * b.py + a.pz * b.pz;
const mass2 = (a: FourVector) => a.energy * a.energy - spatialDot(a, a);
const deltaPhi = (a: FourVector, b: FourVector) => wrapAngle(phi(a) - phi(b));
const deltaEta = (a: FourVector, b: FourVector) => eta(a) - eta(b);

/** sqrt(2 pt pt (1 - cos dphi)), in the half angle: no rounding can make it the root of a negative number. */
const transverseMass = (a: FourVector, b: FourVector) =>
  2 * Math.sqrt(pt(a) * pt(b)) * Math.abs(Math.sin(deltaPhi(a, b) / 2));

function deltaR(a: FourVector, b: FourVector): number {
  const x = deltaEta(a, b);
  const y = deltaPhi(a, b);
  return Math.sqrt(x * x + y * y);
}

/** From the cross product, which keeps its precision for small angles where the arc cosine loses it. */
function angle(a: FourVector, b: FourVector): number {
  const x = a.py * b.pz - a.pz * b.py;
  const y = a.pz * b.px - a.px * b.pz;
  const z = a.px * b.py - a.py * b.px;
  return Math.atan2(Math.sqrt(x * x + y * y + z * z), spatialDot(a, b));
}

const TABLE: readonly (readonly [string, ...Signature[]])[] = [
  ["mass", vectors(1, mass, GEV)],
  ["mass2", vectors(1, mass2, { unit: "GeV²" })],
  ["energy", vectors(1, (a) => a.energy, GEV)],
  ["pt", vectors(1, pt, GEV_MOMENTUM)],
  ["p", vectors(1, momentum, GEV_MOMENTUM)],
  ["px", vectors(1, (a) => a.px, GEV_MOMENTUM)],
  ["py", vectors(1, (a) => a.py, GEV_MOMENTUM)],
  ["pz", vectors(1, (a) => a.pz, GEV_MOMENTUM)],
  ["eta", vectors(1, eta, PURE_MOMENTUM)],
  ["theta", vectors(1, theta, ANGLE_MOMENTUM)],
  ["phi", vectors(1, phi, AZIMUTH_MOMENTUM)],
  ["cosTheta", vectors(1, (a) => a.pz / momentum(a), PURE_MOMENTUM)],
  ["rapidity", vectors(1, (a) => 0.5 * Math.log((a.energy + a.pz) / (a.energy - a.pz)), PURE)],
  ["beta", vectors(1, (a) => momentum(a) / a.energy, PURE)],
  ["gamma", vectors(1, (a) => a.energy / Math.sqrt(mass2(a)), PURE)],
  [
    "mt",
    vectors(1, (a) => Math.sqrt((a.energy - a.pz) * (a.energy + a.pz)), GEV),
    vectors(2, transverseMass, GEV_MOMENTUM),
  ],
  ["deltaR", vectors(2, deltaR, PURE_MOMENTUM)],
  ["deltaPhi", vectors(2, deltaPhi, AZIMUTH_MOMENTUM)],
  ["deltaEta", vectors(2, deltaEta, PURE_MOMENTUM)],
  ["angle", vectors(2, angle, ANGLE_MOMENTUM)],
  ["dot", vectors(2, (a, b) => a.energy * b.energy - spatialDot(a, b), { unit: "GeV²" })],
  ["cosThetaIn", vectors(2, (a, frame) => directionIn(a, frame).cosTheta, PURE)],
  ["phiIn", vectors(2, (a, frame) => directionIn(a, frame).phi, AZIMUTH)],
  ["cosThetaHelicity", vectors(4, (a, b, c, d) => helicityDirection(a, b, c, d).cosTheta, PURE)],
  ["phiHelicity", vectors(4, (a, b, c, d) => helicityDirection(a, b, c, d).phi, AZIMUTH)],
  ["boosted", maker(["vector", "vector"], true, boostToRest)],
  ["withMass", maker(["vector", "number"], false, withMass)],
  ["p4", maker(FOUR_NUMBERS, false, (px: number, py: number, pz: number, energy: number) => ({ px, py, pz, energy }))],
  ["ptEtaPhiM", maker(FOUR_NUMBERS, false, fromPtEtaPhi)],
  ["pThetaPhiM", maker(FOUR_NUMBERS, false, fromSpherical)],
  ["abs", numbers(1, Math.abs)],
  ["sqrt", numbers(1, Math.sqrt)],
  ["exp", numbers(1, Math.exp, "")],
  ["log", numbers(1, Math.log, "")],
  ["log10", numbers(1, Math.log10, "")],
  ["sin", numbers(1, Math.sin, "")],
  ["cos", numbers(1, Math.cos, "")],
  ["tan", numbers(1, Math.tan, "")],
  ["asin", numbers(1, Math.asin, "rad")],
  ["acos", numbers(1, Math.acos, "rad")],
  ["atan", numbers(1, Math.atan, "rad")],
  ["atan2", numbers(2, Math.atan2, "rad")],
  ["sinh", numbers(1, Math.sinh, "")],
  ["cosh", numbers(1, Math.cosh, "")],
  ["tanh", numbers(1, Math.tanh, "")],
  ["asinh", numbers(1, Math.asinh, "")],
  ["floor", numbers(1, Math.floor)],
  ["round", numbers(1, Math.round)],
  ["if", numbers(3, (condition, a, b) => (Number.isNaN(condition) ? condition : condition !== 0 ? a : b))],
];

function withMass({ px, py, pz }: FourVector, m: number): FourVector {
  return { px, py, pz, energy: Math.sqrt(px * px + py * py + pz * pz + m * m) };
}

const FUNCTIONS: ReadonlyMap<string, readonly Signature[]> = new Map(TABLE.map(([name, ...rest]) => [name, rest]));

/** Functions over the entries of a list, least and most arguments; `max` and `min` of several numbers compare those. */
const OVER_LISTS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["sum", [1, 1]],
  ["sumPt", [1, 1]],
  ["count", [1, 1]],
  ["max", [1, Number.POSITIVE_INFINITY]],
  ["min", [1, Number.POSITIVE_INFINITY]],
]);

export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys(), ...OVER_LISTS.keys()];

/** Least and most arguments of a function, or undefined where there is none of that name. */
export function arityOf(name: string): readonly [number, number] | undefined {
  const counts = FUNCTIONS.get(name)?.map(({ takes }) => takes.length);
  return counts === undefined ? OVER_LISTS.get(name) : [Math.min(...counts), Math.max(...counts)];
}

/** The signature of a function for so many arguments; undefined for functions over lists. */
export function signatureOf(name: string, count: number): Signature | undefined {
  return FUNCTIONS.get(name)?.find(({ takes }) => takes.length === count);
}
