/** @file What every method offers: how to learn a Simulator from events, and how to get it back from a bundle. */
import type { z } from "zod";
import type { EventTable } from "../data/event-table.js";
import type { ObjectSpec, Stage } from "../data/objects.js";
import type { Simulator } from "../data/simulator.js";
import type { Tensor } from "../engine/index.js";
import type { Pool } from "../util/pool.js";

/** Where a fit stands. */
export interface FitProgress {
  /** What is being done, such as "jet: acceptance". */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Held-out loss, where the stage has one. */
  readonly loss?: number;
}

/** What surrounds a fit. */
export interface FitContext {
  readonly pool: Pool;
  readonly seed: number | bigint;
  onProgress?(progress: FitProgress): void;
  /** Receives a sentence for each thing the user should know. */
  onWarning?(message: string): void;
  readonly signal?: AbortSignal;
}

/** Training events in paired form (see data/objects.ts). */
export interface TrainingData {
  readonly events: EventTable;
  /** All generated events, where `events` holds only the accepted ones. */
  readonly generated?: EventTable;
}

/** A fitted model, ready to be stored: named binary parts, and figures about the fit for the manifest. */
export interface FittedModel {
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** How a loaded model is to simulate. */
export interface ReplayOptions {
  /** `draw`: objects are accepted or lost at random. `weight`: all are kept, with their probability in a column. */
  readonly acceptance: "draw" | "weight";
}

/** A model as one ONNX file. */
export interface ExportedGraphs {
  readonly inputs: readonly Tensor[];
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What the columns of inputs and outputs mean: goes into the file's metadata, as JSON. */
  readonly description: unknown;
  /** What of the model the file does not hold, in sentences. */
  readonly without: readonly string[];
}

/** A method. */
export interface Recipe<Options = unknown> {
  readonly name: string;
  /** One line for lists. */
  readonly description: string;
  readonly reference: string;
  /** Validates the method's options and fills in the defaults. */
  readonly options: z.ZodType<Options>;
  /** Which objects of a spec the training events must hold: the one that is trained (default), or all slots. */
  readonly trainedOn?: Stage;
  fit(objects: readonly ObjectSpec[], options: Options, data: TrainingData, context: FitContext): Promise<FittedModel>;
  /**
   * The model as ONNX graphs, where the method has them.
   * @throws ConfigError for what ONNX cannot hold.
   */
  graphs?(objects: readonly ObjectSpec[], parts: ReadonlyMap<string, Uint8Array>): ExportedGraphs;
  load(objects: readonly ObjectSpec[], parts: ReadonlyMap<string, Uint8Array>, replay: ReplayOptions): Simulator;
}
