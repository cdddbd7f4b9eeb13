/** @file What the run spec says about events as a whole. */
import type { ExpressionOptions } from "../../physics/expression/index.js";

/** The correction for what objects that are simulated by themselves do not know of each other. */
export interface CorrelationsSpec {
  /** Expressions, one number an event each, in which real and simulated events are compared. */
  readonly variables: readonly string[];
  /** Most trees, and their most depth. */
  readonly trees: number;
  readonly maxDepth: number;
  /** Largest density ratio that counts; larger ones are cut. */
  readonly maxWeight: number;
  /** How often an event is drawn before one of its draws is taken by their weights. */
  readonly attempts: number;
}

/** An event-level flag. */
export interface TriggerSpec {
  /** Flat column of the files: not 0 where the trigger fired. */
  readonly column: string;
  /** Expressions on which it depends; the flags of earlier triggers are added. */
  readonly variables: readonly string[];
  readonly trees: number;
  readonly maxDepth: number;
}

/** What is learned of events as a whole. */
export interface EventsSpec {
  /** Files of whole events (default: the training files). */
  readonly files?: readonly string[];
  readonly start?: number;
  readonly stop?: number;
  readonly correlations?: CorrelationsSpec;
  readonly triggers: readonly TriggerSpec[];
  /** Masses and vectors for the expressions. */
  readonly masses: NonNullable<ExpressionOptions["masses"]>;
  readonly vectors: NonNullable<ExpressionOptions["vectors"]>;
}
