/** @file What training is told: data, networks, objectives, and when to stop. */
import type { Tensor } from "../graph/tensor.js";
import type { Parameters } from "../nn/parameters.js";
import type { Scope } from "../nn/scope.js";
import type { Optimiser } from "../optim/optimiser.js";
import type { Schedule } from "../optim/schedule.js";

/** A table of numbers, row after row. */
export interface Matrix {
  readonly data: Float32Array;
  readonly columns: number;
}

/** Tables whose rows belong together; each source is shuffled by itself. */
export type Source = Readonly<Record<string, Matrix>>;

/** What a loss is built from. Everything has as many rows as the batch. */
export interface LossContext {
  /** False when the graph is built for held-out rows. */
  readonly training: boolean;
  /** A table of a source, the rows of this batch: [rows, columns]. */
  batch(source: string, table: string): Tensor;
  /** Independent normal numbers of mean 0 and deviation 1: [rows, columns]. */
  noise(columns: number): Tensor;
  /** Independent uniform numbers in (0, 1): [rows, columns]. */
  uniform(columns: number): Tensor;
  /** Opens the parameters of a network. */
  network(parameters: Parameters): Scope;
  /** A number that goes with the step, such as the weight of a term of the loss. */
  number(name: string, schedule: Schedule): Tensor;
}

/** A scalar to minimise, and other scalars to report. */
export interface LossTerms {
  readonly loss: Tensor;
  readonly terms?: Readonly<Record<string, Tensor>>;
}

export interface Objective {
  readonly name: string;
  /** Networks whose parameters this objective moves. */
  readonly networks: readonly Parameters[];
  readonly optimiser: Optimiser;
  /** Learning rate by step. */
  readonly rate: Schedule;
  /** How often this objective is stepped for each step of the whole (default 1); critics take several. */
  readonly repeats?: number;
  /** Builds the loss; called several times, for training and for held-out rows, and must give the same graph each time. */
  loss(context: LossContext): Tensor | LossTerms;
}

export interface ValidationSpec {
  /** Share of rows held out of each source, in (0, 1) (default 0.1). */
  readonly fraction?: number;
  /** Steps between two looks (default: one pass over the data). */
  readonly every?: number;
  /** Largest number of rows looked at together (default 8192). */
  readonly rows?: number;
  /** What is watched, built from held-out rows (default: the loss of the first objective). Smaller is better. */
  metric?(context: LossContext): Tensor | LossTerms;
  /** Looks without a new best after which training stops (default: never). */
  readonly patience?: number;
  /** By how much a look must beat the best to count (default 0). */
  readonly minimumGain?: number;
}

/** One line of the history. */
export interface HistoryEntry {
  readonly step: number;
  readonly epoch: number;
  /** Mean since the last entry, by "objective" and "objective.term". */
  readonly training: Readonly<Record<string, number>>;
  /** By "loss" and term. */
  readonly heldOut?: Readonly<Record<string, number>>;
  /** Whether this is the best look so far. */
  readonly best?: boolean;
}

export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Loss of the last step, by objective. */
  readonly losses: Readonly<Record<string, number>>;
  /** Set at each look at held-out rows. */
  readonly entry?: HistoryEntry;
}

export interface CheckpointSpec {
  /** Steps between two checkpoints. */
  readonly every: number;
  /** Keeps the bytes; must replace the last checkpoint in one move. */
  save(bytes: Uint8Array): Promise<void>;
}

export interface TrainSpec {
  readonly sources: Readonly<Record<string, Source>>;
  readonly objectives: readonly Objective[];
  /** Rows of a batch; all rows where there are fewer. */
  readonly batch: number;
  /** How long at most. */
  readonly steps: number;
  /** Any integer in [0, 2^64). */
  readonly seed: number | bigint;
  readonly validation?: ValidationSpec | false;
  readonly checkpoint?: CheckpointSpec;
  /** A checkpoint to go on from. */
  readonly resume?: Uint8Array;
  /** Starting parameters by network name, in place of drawn ones. */
  readonly start?: Readonly<Record<string, { readonly flat: Float32Array; readonly state?: Float32Array }>>;
  onProgress?(progress: TrainProgress): void;
  readonly signal?: AbortSignal;
}

export interface TrainedNetwork {
  readonly parameters: Parameters;
  readonly flat: Float32Array;
  readonly state: Float32Array;
}

export interface TrainResult {
  /** By name: the best by the held-out metric, or the last where nothing was held out; averages where the optimiser keeps them. */
  readonly networks: Readonly<Record<string, TrainedNetwork>>;
  readonly history: readonly HistoryEntry[];
  /** Steps done, and the step whose parameters these are. */
  readonly steps: number;
  readonly bestStep: number;
  readonly stopped: "steps" | "patience";
}
