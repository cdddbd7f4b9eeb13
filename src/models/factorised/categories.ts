/**
 * @file What an accepted object is taken for (identification, a tag), given its truth and what was reconstructed of it: a
 * chain of calibrated classifiers, P(c1), P(c2 | not c1), ... in falling frequency, so that the probabilities of all
 * categories add up to one without having been made to.
 */
import { type EventTable, toFloat64, trimmed } from "../../data/event-table.js";
import { type CategorySpec, type ObjectSpec, paired } from "../../data/objects.js";
import { ByteReader, ByteWriter } from "../../trees/bytes.js";
import { DataError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import {
  type CalibratedForest,
  fitCalibrated,
  probabilities,
  readCalibrated,
  writeCalibrated,
} from "../calibrated-forest.js";
import type { FitContext } from "../recipe.js";
import type { TrainingRows } from "./object-data.js";
import { gatherRows } from "./reconstruction/reconstruction.js";

const MAGIC = "PCAT";
const VERSION = 1;
/** More different codes than this are no categories. */
const MOST = 32;
/** Codes that single precision holds exactly. */
const LARGEST = 2 ** 24;
const SIZE = { trees: 200, maxDepth: 5 };
/** Share of the objects that choose the number of trees and calibrate. */
const HELD = 0.2;

/** One learned category. */
export interface CategoryModel {
  /** Codes in falling frequency. */
  readonly values: readonly number[];
  /** One fewer than values: the probability of each code, where none before it was drawn. */
  readonly steps: readonly CalibratedForest[];
}

/** What the truth is, and how often it is taken for what: for the manifest. */
export interface MisidentificationMatrix {
  /** True codes, one a row; null stands for all objects where the truth has no category. */
  readonly truth: readonly (number | null)[];
  readonly reco: readonly number[];
  /** Share of each reconstructed code among accepted training objects of a true one, its error, and as learned. */
  readonly shares: readonly (readonly number[])[];
  readonly errors: readonly (readonly number[])[];
  readonly learned: readonly (readonly number[])[];
}

/** True categories of the objects of a table, those that there are: what categories depend on besides the features. */
export function trueCategories(table: EventTable, spec: ObjectSpec, object: string): Float32Array[] {
  return (spec.categories ?? []).flatMap(({ name, truth }) =>
    truth === undefined ? [] : [codesOf(table, paired.truth(object, name))],
  );
}

/** Learns all categories of an object, each knowing the ones before it. */
export async function fitCategories(
  spec: ObjectSpec,
  table: EventTable,
  training: TrainingRows,
  context: FitContext,
  seed: bigint,
): Promise<{ models: CategoryModel[]; summary: Record<string, MisidentificationMatrix> }> {
  const { accepted, weight } = training;
  const rows = Uint32Array.from(accepted.keys()).filter((i) => accepted[i] !== 0 && weight[i] > 0);
  const pick = (values: Float32Array) => gatherRows(values, rows);
  const truth = trueCategories(table, spec, spec.name);
  const features = [...training.features, ...truth, ...training.reco].map(pick);
  const weights = pick(weight);
  const random = new Random(seed, 1);
  const held = Uint8Array.from(rows, () => (random.uniform() < HELD ? 1 : 0));
  const models: CategoryModel[] = [];
  const summary: Record<string, MisidentificationMatrix> = {};
  for (const category of spec.categories ?? []) {
    const codes = pick(codesOf(table, paired.reco(spec.name, category.name)));
    const values = valuesOf(spec, category, codes, weights);
    const steps: CalibratedForest[] = [];
    const rest = Uint8Array.from(rows, () => 1);
    for (let step = 0; step + 1 < values.length; step++) {
      const code = values[step];
      const kept = Uint32Array.from(codes.keys()).filter((i) => rest[i] !== 0);
      const onto = (of: (i: number) => number) => Float32Array.from(kept, of);
      const data = {
        features: features.map((column) => gatherRows(column, kept)),
        positive: onto((i) => (codes[i] === code ? weights[i] : 0)),
        negative: onto((i) => (codes[i] === code ? 0 : weights[i])),
        held: Uint8Array.from(kept, (i) => held[i]),
      };
      const stage = `${spec.name}: ${category.name}`;
      const onProgress = (done: number, total: number) =>
        context.onProgress?.({ stage, done: step * total + done, total: (values.length - 1) * total });
      const around = { pool: context.pool, seed, onProgress, ...(context.signal && { signal: context.signal }) };
      steps.push(await fitCalibrated(data, SIZE, around));
      for (const i of kept) if (codes[i] === code) rest[i] = 0;
    }
    const model = { values, steps };
    const own = category.truth === undefined ? undefined : pick(codesOf(table, paired.truth(spec.name, category.name)));
    summary[category.name] = matrixOf(spec, category, model, features, codes, own, weights);
    models.push(model);
    features.push(codes);
  }
  return { models, summary };
}

/**
 * Draws the categories of accepted objects.
 * @param features Features, true categories and reconstructed variables of the objects.
 * @param uniform One column of uniform numbers a category. @returns One column of codes a category.
 */
export function drawCategories(
  models: readonly CategoryModel[],
  features: readonly Float32Array[],
  uniform: readonly Float32Array[],
): Float32Array[] {
  const known = [...features];
  return models.map((model, c) => {
    const shares = categoryProbabilities(model, known, uniform[c].length);
    const codes = uniform[c].map((u, i) => {
      let below = 0;
      const drawn = shares.findIndex((column) => {
        below += column[i];
        return u < below;
      });
      return model.values[drawn < 0 ? model.values.length - 1 : drawn];
    });
    known.push(codes);
    return codes;
  });
}

export function encodeCategories(models: readonly CategoryModel[]): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  writer.uint32(models.length);
  for (const { values, steps } of models) {
    writer.array(Int32Array.from(values));
    for (const step of steps) writeCalibrated(writer, step);
  }
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or hold no categories. */
export function decodeCategories(bytes: Uint8Array): CategoryModel[] {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "categories");
  const models = Array.from({ length: reader.uint32() }, () => {
    const values = [...reader.int32Array()];
    return { values, steps: values.slice(1).map(() => readCalibrated(reader)) };
  });
  reader.finish();
  return models;
}

/** Probability of each code: one column a code. */
function categoryProbabilities({ steps }: CategoryModel, features: readonly Float32Array[], n: number): Float32Array[] {
  const left = new Float32Array(n).fill(1);
  const shares = steps.map((step) => {
    const share = probabilities(step, features, new Float32Array(n));
    for (let i = 0; i < n; i++) {
      share[i] *= left[i];
      left[i] -= share[i];
    }
    return share;
  });
  return [...shares, left];
}

function codesOf(table: EventTable, name: string): Float32Array {
  const column = table.column(name);
  const values = column.offsets === undefined ? column.values : trimmed(column).values;
  return values instanceof Float32Array ? values : Float32Array.from(toFloat64(values));
}

/** The codes, commonest first. @throws DataError for what is no code, for too many, and for codes that are not announced. */
function valuesOf(spec: ObjectSpec, category: CategorySpec, codes: Float32Array, weights: Float32Array): number[] {
  const place = `${spec.name}: category "${category.name}"`;
  const found = new Map<number, number>((category.values ?? []).map((value) => [value, 0]));
  codes.forEach((code, i) => {
    if (!Number.isInteger(code) || Math.abs(code) > LARGEST) {
      throw new DataError(
        `${place}: column "${category.reco}" holds no codes; expected whole numbers up to ${LARGEST} for accepted objects, got ${code}. Use \`variables\` with \`response: value\` for numbers.`,
      );
    }
    if (category.values !== undefined && !found.has(code)) {
      throw new DataError(
        `${place}: unknown code; expected one of ${category.values.join(", ")}, got ${code}. Add it to \`values\`.`,
      );
    }
    found.set(code, (found.get(code) ?? 0) + weights[i]);
  });
  if (found.size > MOST) {
    throw new DataError(
      `${place}: too many codes; expected at most ${MOST}, got ${found.size}. Use \`variables\` with \`response: value\` for numbers.`,
    );
  }
  return [...found].sort(([a, wa], [b, wb]) => wb - wa || a - b).map(([value]) => value);
}

function matrixOf(
  spec: ObjectSpec,
  category: CategorySpec,
  model: CategoryModel,
  features: readonly Float32Array[],
  codes: Float32Array,
  truth: Float32Array | undefined,
  weights: Float32Array,
): MisidentificationMatrix {
  const rows = truth === undefined ? [null] : [...new Set(truth)].sort((a, b) => a - b);
  if (rows.length > MOST) {
    throw new DataError(
      `${spec.name}: category "${category.name}": too many true codes; expected at most ${MOST}, got ${rows.length}. Leave \`truth\` out, and name the column under \`conditions\`.`,
    );
  }
  const learned = categoryProbabilities(model, features, codes.length);
  const order = model.values.map((_, k) => k).sort((a, b) => model.values[a] - model.values[b]);
  const table = rows.map((row) => {
    let [all, squares] = [0, 0];
    const counted = model.values.map(() => 0);
    const expected = model.values.map(() => 0);
    for (let i = 0; i < codes.length; i++) {
      if (truth !== undefined && truth[i] !== row) continue;
      all += weights[i];
      squares += weights[i] ** 2;
      counted[model.values.indexOf(codes[i])] += weights[i];
      for (let k = 0; k < expected.length; k++) expected[k] += weights[i] * learned[k][i];
    }
    const shares = order.map((k) => counted[k] / all);
    return {
      shares,
      errors: shares.map((p) => Math.sqrt(p * (1 - p) * squares) / all),
      learned: order.map((k) => expected[k] / all),
    };
  });
  return {
    truth: rows,
    reco: order.map((k) => model.values[k]),
    shares: table.map((row) => row.shares),
    errors: table.map((row) => row.errors),
    learned: table.map((row) => row.learned),
  };
}
