/**
 * @file Event-level flags: the probability of each given quantities of the event and the flags before it, so that a
 * chain of such draws has the joint distribution of all flags.
 */
import { type Column, type EventTable, flatColumn } from "../../data/event-table.js";
import { type Draws, eventIndex } from "../../data/simulator.js";
import { ByteReader, ByteWriter } from "../../trees/bytes.js";
import type { FitContext as TreeContext } from "../../trees/fit-context.js";
import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import {
  type CalibratedForest,
  fitCalibrated,
  probabilities,
  readCalibrated,
  writeCalibrated,
} from "../calibrated-forest.js";
import { type Auc, aucOf } from "./auc.js";
import type { TriggerSpec } from "./spec.js";
import { eventsFor, USE } from "./split.js";
import { type EventVariables, eventFeatures, fitVariables, readVariables, writeVariables } from "./variables.js";

const MAGIC = "PTRG";
const VERSION = 1;
/** First stream of the flags' random numbers, after those of the correction. */
const STREAM = STREAMS.events + 0x100;

/** One learned flag: the classifier sees the variables, then the flags before it. */
export interface Trigger {
  readonly column: string;
  readonly variables: EventVariables;
  readonly classifier: CalibratedForest;
}

/** Figures about a flag for the manifest. */
export interface TriggerSummary {
  readonly trees: number;
  /** Share of held-out events with the flag: as counted, and as learned. */
  readonly rate: number;
  readonly learnedRate: number;
  /** How well the learned probability tells held-out events with and without it apart; absent where all are alike. */
  readonly auc?: Auc;
}

/** Real events with their flags. */
export interface FlaggedEvents {
  readonly real: EventTable;
  readonly weight: Float32Array;
  readonly uses: Uint8Array;
  /** Flags 0 or 1, one column a trigger in the order of the spec. */
  readonly flags: readonly Float32Array[];
}

/** Learns flag number `index` from real events. */
export async function fitTrigger(
  spec: TriggerSpec,
  index: number,
  options: EventVariables["options"],
  { real, weight, uses, flags }: FlaggedEvents,
  context: TreeContext,
): Promise<{ model: Trigger; summary: TriggerSummary }> {
  const variables = fitVariables(spec.variables, options, [real]);
  const features = [...eventFeatures(variables, real), ...flags.slice(0, index)];
  const rowsOf = (...wanted: readonly number[]) => {
    const chosen = eventsFor(uses, ...wanted);
    const pick = (of: (event: number) => number) => Float32Array.from(chosen, of);
    return {
      features: features.map((values) => pick((e) => values[e])),
      positive: pick((e) => weight[e] * flags[index][e]),
      negative: pick((e) => weight[e] * (1 - flags[index][e])),
      held: Uint8Array.from(chosen, (e) => (uses[e] === USE.grow ? 0 : 1)),
    };
  };
  const classifier = await fitCalibrated(rowsOf(USE.grow, USE.calibrate), spec, context);
  return { model: { column: spec.column, variables, classifier }, summary: judge(classifier, rowsOf(USE.judge)) };
}

/** Draws the flags of events, one column each. */
export function drawTriggers(triggers: readonly Trigger[], table: EventTable, draws: Draws): Column[] {
  const flags: Float32Array[] = [];
  return triggers.map(({ column, variables, classifier }, t) => {
    const features = [...eventFeatures(variables, table), ...flags];
    const probability = probabilities(classifier, features, new Float32Array(table.length));
    const random = new Random(draws.seed, STREAM + t);
    const fired = new Uint8Array(table.length);
    for (let i = 0; i < fired.length; i++) {
      fired[i] = random.at(eventIndex(draws, i)).uniform() < probability[i] ? 1 : 0;
    }
    flags.push(Float32Array.from(fired));
    return flatColumn(column, fired, { dtype: "bool" });
  });
}

export function encodeTriggers(triggers: readonly Trigger[]): Uint8Array {
  const writer = new ByteWriter(MAGIC, VERSION);
  writer.uint32(triggers.length);
  for (const { column, variables, classifier } of triggers) {
    writer.array(new TextEncoder().encode(column));
    writeVariables(writer, variables);
    writeCalibrated(writer, classifier);
  }
  return writer.finish();
}

/** @throws DataError where the bytes are truncated or hold no triggers. */
export function decodeTriggers(bytes: Uint8Array): Trigger[] {
  const reader = new ByteReader(bytes, MAGIC, VERSION, "triggers");
  const triggers = Array.from({ length: reader.uint32() }, () => ({
    column: new TextDecoder().decode(reader.uint8Array().slice()),
    variables: readVariables(reader),
    classifier: readCalibrated(reader),
  }));
  reader.finish();
  return triggers;
}

function judge(
  classifier: CalibratedForest,
  rows: { features: readonly Float32Array[]; positive: Float32Array; negative: Float32Array },
): TriggerSummary {
  const { positive, negative } = rows;
  const learned = probabilities(classifier, rows.features, new Float32Array(positive.length));
  let [fired, all, expected] = [0, 0, 0];
  for (let i = 0; i < learned.length; i++) {
    fired += positive[i];
    all += positive[i] + negative[i];
    expected += (positive[i] + negative[i]) * learned[i];
  }
  const auc = fired > 0 && fired < all ? aucOf(learned, positive, negative) : undefined;
  return {
    trees: classifier.forest.treeCount,
    rate: fired / all,
    learnedRate: expected / all,
    ...(auc && { auc }),
  };
}
