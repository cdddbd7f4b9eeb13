/** @file What the networks of this folder give: generators of p(targets | conditions), as bytes and as graphs. */
import { constant, exportModel, input, type Scope, type Tensor } from "../../engine/index.js";
import { ByteReader, ByteWriter } from "../../trees/bytes.js";
import { DataError } from "../../util/errors.js";
import { sharedArray } from "../../util/pool.js";
import { RowSession } from "./row-session.js";

/** Rows to learn from: conditions and targets in columns of equal length. */
export interface ConditionalData {
  readonly conditions: readonly Float32Array[];
  /** For each condition its period where it is cyclic, else null. */
  readonly periods: readonly (number | null)[];
  readonly targets: readonly Float32Array[];
  /** One for each row, >= 0 (default 1). */
  readonly weight?: Float32Array;
}

/** Draws targets given conditions. */
export interface ConditionalGenerator {
  readonly conditions: number;
  readonly targets: number;
  /** Uniform random numbers that a row takes. */
  readonly noises: number;
  /**
   * The generator as a graph of known numbers, to be joined into a larger one.
   * @param conditions [n, conditions], as they stand in the data.
   * @param noise [n, noises], uniform in [0, 1].
   * @returns [n, targets]
   */
  graph(conditions: Tensor, noise: Tensor): Tensor;
  /** Everything that `decodeGenerator` needs. */
  encode(): Uint8Array;
}

/** Names of the tables of an exported generator. */
export const GENERATOR_TABLES = { conditions: "conditions", noise: "noise", targets: "targets" } as const;

/** Writes a generator as an ONNX file: inputs `conditions` and `noise`, output `targets`, one row an object. */
export function generatorModel(generator: ConditionalGenerator): Uint8Array {
  const conditions = input(GENERATOR_TABLES.conditions, "float32", ["n", generator.conditions]);
  const noise = input(GENERATOR_TABLES.noise, "float32", ["n", generator.noises]);
  return exportModel(
    { [GENERATOR_TABLES.targets]: generator.graph(conditions, noise) },
    { inputs: [conditions, noise] },
  );
}

/** A generator ready to draw, on the calling thread. Tables are `GENERATOR_TABLES`. */
export function openGenerator(generator: ConditionalGenerator): Promise<RowSession> {
  return RowSession.open({
    bytes: generatorModel(generator),
    inputs: [
      { name: GENERATOR_TABLES.conditions, columns: generator.conditions },
      { name: GENERATOR_TABLES.noise, columns: generator.noises },
    ],
    outputs: [{ name: GENERATOR_TABLES.targets, columns: generator.targets }],
  });
}

/** Trained numbers of a network: named pieces of a flat vector. */
export interface NetworkNumbers {
  readonly entries: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number }[];
  readonly flat: Float32Array;
}

/** A scope whose parameters are known numbers. @param name Name of the network that was trained. */
export function fixedScope(name: string, { entries, flat }: NetworkNumbers, prefix = ""): Scope {
  const known = new Map(entries.map((entry) => [entry.name, entry]));
  const scoped = (prefix: string): Scope => ({
    training: false,
    get(piece, shape) {
      const full = `${name}.${prefix}${piece}`;
      const entry = known.get(full);
      if (entry === undefined || String(entry.shape) !== String(shape)) {
        throw new DataError(
          `network: the stored numbers do not fit; expected ${full} [${shape}], got ${entry === undefined ? "none" : `[${entry.shape}]`}. Fit the model again.`,
        );
      }
      const size = shape.reduce((a, b) => a * b, 1);
      return constant("float32", shape, flat.subarray(entry.offset, entry.offset + size)).named(full);
    },
    state() {
      throw new Error("internal: a fixed network has no states");
    },
    update() {},
    in: (next) => scoped(`${prefix}${next}.`),
  });
  return scoped(prefix);
}

const MAGIC = "PCND";
const VERSION = 1;

/** Writes what is needed to build a generator again: how it is made, and its trained numbers. */
export function encodeNetwork(made: object, { entries, flat }: NetworkNumbers): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  const kept = entries.map(({ name, shape, offset }) => ({ name, shape, offset }));
  writer.array(new TextEncoder().encode(JSON.stringify({ made, entries: kept })));
  writer.array(flat);
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or no network. */
export function decodeNetwork(bytes: Uint8Array): { readonly made: unknown; readonly numbers: NetworkNumbers } {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "network");
  const { made, entries } = JSON.parse(new TextDecoder().decode(reader.uint8Array().slice())) as {
    made: unknown;
    entries: NetworkNumbers["entries"];
  };
  const flat = reader.float32Array();
  reader.finish();
  return { made, numbers: { entries, flat } };
}

/** Columns as a table, row after row, on shared memory. */
export function rowMajor(columns: readonly Float32Array[], rows: number): Float32Array {
  const out = sharedArray(Float32Array, rows * columns.length);
  for (const [k, column] of columns.entries()) {
    for (let i = 0, at = k; i < rows; i++, at += columns.length) out[at] = column[i];
  }
  return out;
}

/** Weights with a mean of 1; undefined where all are equal. */
export function relativeWeights(weight: Float32Array | undefined): Float32Array | undefined {
  if (weight === undefined || weight.every((w) => w === weight[0])) return undefined;
  let total = 0;
  for (const w of weight) total += w;
  const factor = weight.length / total;
  return weight.map((w) => w * factor);
}

/** Fewer rows than this hold nothing out that would tell anything. */
const FEWEST = 20;

/** @throws DataError where columns are missing, of unequal length, too short, or not finite; where weights are none. */
export function checkData(where: string, { conditions, periods, targets, weight }: ConditionalData): number {
  const rows = targets[0]?.length ?? 0;
  if (targets.length === 0 || conditions.length === 0) {
    throw new DataError(
      `${where}: nothing to learn from; expected conditions and targets, got ${conditions.length} and ${targets.length} columns.`,
    );
  }
  if (rows < FEWEST) {
    throw new DataError(
      `${where}: too few rows to learn from; expected at least ${FEWEST}, got ${rows}. Use more events.`,
    );
  }
  if (periods.length !== conditions.length) {
    throw new DataError(
      `${where}: periods do not fit the conditions; expected ${conditions.length}, got ${periods.length}.`,
    );
  }
  const columns = [...conditions, ...targets, ...(weight === undefined ? [] : [weight])];
  for (const [k, column] of columns.entries()) {
    const name =
      k < conditions.length
        ? `condition ${k}`
        : k < conditions.length + targets.length
          ? `target ${k - conditions.length}`
          : "weight";
    if (column.length !== rows) {
      throw new DataError(`${where}: ${name} has another length; expected ${rows} rows, got ${column.length}.`);
    }
    const bad = column.findIndex((x) => !Number.isFinite(x) || (column === weight && x < 0));
    if (bad !== -1) {
      throw new DataError(
        `${where}: ${name} cannot be used; expected finite numbers${column === weight ? " >= 0" : ""}, got ${column[bad]} in row ${bad}.`,
      );
    }
  }
  if (weight !== undefined && !weight.some((w) => w > 0)) {
    throw new DataError(`${where}: all weights are 0; expected some above, got none.`);
  }
  return rows;
}
