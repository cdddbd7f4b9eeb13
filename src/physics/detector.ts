import type { Simulator } from "../data/simulator.js";

/** A toy detector: a Simulator whose true response is known, for closure. */
export interface Detector {
  readonly name: string;
  /** One line for lists. */
  readonly description: string;
  /** Makes the Simulator for objects of these names (columns `truth_<object>_<variable>`). */
  forObjects(objects: readonly string[]): Simulator;
}
