/** @file What the names in an expression stand for, given the names of a table's columns. */
import { didYouMean } from "../../util/suggest.js";
import type { FourVector } from "../four-vector.js";
import { FUNCTION_NAMES } from "./functions.js";
import { expressionError, type Node } from "./syntax.js";

export type Level = "truth" | "reco";

/** Variable sets that make a three-momentum, the first complete one being taken. */
const MOMENTA = {
  cartesian: ["px", "py", "pz"],
  collider: ["pt", "eta", "phi"],
  spherical: ["p", "theta", "phi"],
  transverse: ["pt", "phi"],
} as const;

export type MomentumForm = keyof typeof MOMENTA;

const FORMS = Object.keys(MOMENTA) as MomentumForm[];
const VARIABLES: readonly string[] = [...new Set(Object.values(MOMENTA).flat()), "mass", "energy"];

/** Where names are looked up. */
export interface Names {
  /** Place of the expression, for errors. */
  readonly where: string;
  readonly level: Level;
  readonly columns: ReadonlySet<string>;
  /** Vectors that are the same in all events; they go before columns of that name. */
  readonly vectors: ReadonlyMap<string, FourVector>;
}

/** What a name stands for: a vector, a number's column, or the columns of a momentum and of mass and energy. */
export type Reference =
  | { readonly kind: "fixed"; readonly vector: FourVector }
  | { readonly kind: "number"; readonly column: string }
  | {
      readonly kind: "vector";
      readonly form: MomentumForm;
      readonly momentum: readonly string[];
      readonly mass?: string;
      readonly energy?: string;
    };

type NameNode = Extract<Node, { kind: "name" }>;
type MemberNode = Extract<Node, { kind: "member" }>;

/** Names as they may stand in the table: with the level before them first. */
function candidates(name: string, level: Level): readonly string[] {
  return [`${level}_${name}`, name];
}

function find(name: string, level: Level, columns: ReadonlySet<string>): Reference | undefined {
  for (const prefix of candidates(name, level)) {
    const column = (variable: string) => `${prefix}_${variable}`;
    const form = FORMS.find((each) => MOMENTA[each].every((variable) => columns.has(column(variable))));
    if (form !== undefined) {
      return {
        kind: "vector",
        form,
        momentum: MOMENTA[form].map(column),
        ...(columns.has(column("mass")) && { mass: column("mass") }),
        ...(columns.has(column("energy")) && { energy: column("energy") }),
      };
    }
    if (columns.has(prefix)) return { kind: "number", column: prefix };
  }
  return undefined;
}

/** Looks a name up. @throws ConfigError where nothing has it, with the nearest name or what an object lacks. */
export function findName(node: NameNode, names: Names): Reference {
  const { where, level, columns, vectors } = names;
  const vector = vectors.get(node.name);
  if (vector !== undefined) return { kind: "fixed", vector };
  const found = find(node.name, level, columns);
  if (found !== undefined) return found;
  const parts = candidates(node.name, level).map((prefix) => VARIABLES.filter((v) => columns.has(`${prefix}_${v}`)));
  const part = parts.find((variables) => variables.length > 0);
  if (part !== undefined) {
    const expected = "(px, py, pz), (pt, eta, phi), (p, theta, phi) or (pt, phi)";
    const remedy = ` Write ${node.name}.${part[0]} for that variable.`;
    throw expressionError(where, node.at, `"${node.name}" has no full momentum`, expected, part.join(", "), remedy);
  }
  const remedy = FUNCTION_NAMES.includes(node.name)
    ? ` ${node.name} is a function: write ${node.name}(...).`
    : nearest(node.name, names);
  throw expressionError(
    where,
    node.at,
    "unknown name",
    `a column or an object at ${level} level`,
    `"${node.name}"`,
    remedy,
  );
}

/** Looks `object.variable` up and returns its column. @throws ConfigError where there is none. */
export function findMember({ object, variable, at }: MemberNode, names: Names): string {
  const { where, level, columns, vectors } = names;
  const wanted = candidates(`${object}_${variable}`, level);
  const found = wanted.find((name) => columns.has(name));
  if (found !== undefined) return found;
  const has = candidates(object, level).flatMap((prefix) =>
    [...columns].filter((name) => name.startsWith(`${prefix}_`)).map((name) => name.slice(prefix.length + 1)),
  );
  const known = vectors.has(object) || find(object, level, columns)?.kind === "vector";
  let remedy = has.length > 0 ? didYouMean(variable, has) : nearest(object, names);
  if (known && FUNCTION_NAMES.includes(variable)) remedy = ` Write ${variable}(${object}) to compute it.`;
  throw expressionError(
    where,
    at,
    `no ${object}.${variable}`,
    `a column "${wanted[0]}" or "${wanted[1]}"`,
    "neither",
    remedy,
  );
}

function nearest(name: string, { level, columns, vectors }: Names): string {
  const known = [...vectors.keys(), ...knownNames(level, columns)];
  return didYouMean(name, known) || " List the columns with `peregrine inspect FILE`.";
}

/** Names that an expression may use at a level, without the level: objects, which are meant more often, then columns. */
function knownNames(level: Level, columns: ReadonlySet<string>): Set<string> {
  const bare = [...columns].map((name) => (name.startsWith(`${level}_`) ? name.slice(level.length + 1) : name));
  const objects = bare
    .map((name) => name.slice(0, Math.max(0, name.lastIndexOf("_"))))
    .filter((name) => find(name, level, columns)?.kind === "vector");
  return new Set([...objects, ...bare]);
}
