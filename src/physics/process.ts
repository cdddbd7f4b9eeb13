import type { EventTable } from "../data/event-table.js";
import type { Schema } from "../data/schema.js";
import type { Draws } from "../data/simulator.js";

/** A reaction that can be generated: the truth that toy studies start from. */
export interface Process {
  readonly name: string;
  /** One line for lists. */
  readonly description: string;
  /** Objects of the final state, as they stand in column names. */
  readonly objects: readonly string[];
  /** Columns of the generated truth. */
  readonly schema: Schema;
  /** Generates n events; event k depends on the seed and its index alone. */
  generate(n: number, draws: Draws): EventTable;
  /** Adds the reaction's own quantities (masses, angles) at truth and, where the table has it, reconstructed level. */
  derive(table: EventTable): EventTable;
}
