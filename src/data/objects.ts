/**
 * @file How the objects of an event (particles, jets) stand in a file, and the one form that methods and metrics see.
 *
 * Files differ: three tracks in fixed columns, or jets in jagged collections where each reconstructed jet names its
 * generator jet by index. In *paired form* every object has columns `truth_<object>_<variable>`,
 * `reco_<object>_<variable>` and `accepted_<object>`, all aligned with the truth: flat for fixed slots, jagged for
 * collections. A reconstructed value is NaN where its object was not accepted.
 */

/** One variable of an object and the columns that hold it. */
export interface VariableSpec {
  readonly name: string;
  /** Absent for a value that only reconstruction has (isolation, a tagger's score, calorimeter energy). */
  readonly truth?: string;
  readonly reco: string;
  readonly unit?: string;
  /** Period of a cyclic variable: differences are wrapped, and outputs lie in (-period/2, period/2]. */
  readonly period?: number;
  /** Whether the response is learned as reco - truth, as reco / truth, or, without a truth, as the value itself. */
  readonly response: "difference" | "ratio" | "value";
  /** Least reconstructed value (a threshold, or 0): what is simulated below is drawn again. */
  readonly min?: number;
  /** Largest reconstructed value: what is simulated above is drawn again. */
  readonly max?: number;
}

/** A variable with a true value. */
export type TrueVariable = VariableSpec & { readonly truth: string };

/** A reconstructed category of an object: what it is taken for, a tag. Codes are whole numbers. */
export interface CategorySpec {
  readonly name: string;
  /** Column of the true category, on which the reconstructed one depends besides the true and reconstructed variables. */
  readonly truth?: string;
  readonly reco: string;
  /** All codes that reconstruction gives (default: those of the training events). */
  readonly values?: readonly number[];
}

/** Keeps the truth entries whose value is in a list or a range (both ends inclusive). */
export interface Cut {
  readonly column: string;
  readonly in?: readonly number[];
  readonly min?: number;
  readonly max?: number;
}

/** An object with fixed columns. Column names may hold `{object}`, so that one model serves several slots. */
export interface SlotObject {
  readonly kind: "slots";
  readonly name: string;
  /** Those with a truth come first. */
  readonly variables: readonly VariableSpec[];
  /** Columns known before simulation that the response depends on (run period, polarity, occupancy). */
  readonly conditions: readonly string[];
  readonly categories?: readonly CategorySpec[];
  /** Flag column: 1 where the object was detected. */
  readonly accepted: string;
  /** Objects that the trained model is applied to (default: itself). */
  readonly slots: readonly string[];
}

/** Objects in a jagged collection, reconstructed ones linked to true ones by an index column. */
export interface CollectionObject {
  readonly kind: "collection";
  readonly name: string;
  /** Those with a truth come first. */
  readonly variables: readonly VariableSpec[];
  readonly conditions: readonly string[];
  readonly categories?: readonly CategorySpec[];
  /** Jagged integer column of the reconstructed collection: index of the true object in its event, negative for none. */
  readonly link: string;
  /** Cuts on jagged columns of the true collection. */
  readonly where: readonly Cut[];
  /** Variable by which simulated objects are put in falling order. */
  readonly order: string;
}

export type ObjectSpec = SlotObject | CollectionObject;

/** Column names of the paired form. */
export const paired = {
  truth: (object: string, variable: string): string => `truth_${object}_${variable}`,
  reco: (object: string, variable: string): string => `reco_${object}_${variable}`,
  accepted: (object: string): string => `accepted_${object}`,
  /** Probability of acceptance, where it is kept in place of a draw. */
  acceptance: (object: string): string => `acceptance_${object}`,
  condition: (object: string, column: string): string => `condition_${object}_${column}`,
} as const;

/** Puts a slot's name into a column template. */
export function slotColumn(template: string, slot: string): string {
  return template.replaceAll("{object}", slot);
}

/** Objects as they are trained (`particle`) or as they are applied (`pip`, `pim`, `p`). */
export type Stage = "fit" | "simulate";

/** Names of the objects of a spec at a stage. */
export function objectNames(spec: ObjectSpec, stage: Stage): readonly string[] {
  return spec.kind === "slots" && stage === "simulate" ? spec.slots : [spec.name];
}

/** The variables with a true value: the features of an object, in their order. */
export function trueVariables({ variables }: ObjectSpec): readonly TrueVariable[] {
  return variables.filter((variable): variable is TrueVariable => variable.truth !== undefined);
}
