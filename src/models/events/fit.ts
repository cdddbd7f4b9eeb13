/** @file Learns what a simulator of objects misses of whole events, from real events and its own simulations of their truth. */
import { concatTables, type EventTable, toFloat64 } from "../../data/event-table.js";
import type { ObjectSpec } from "../../data/objects.js";
import type { Simulator } from "../../data/simulator.js";
import type { FitContext as TreeContext } from "../../trees/fit-context.js";
import { DataError } from "../../util/errors.js";
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { type CalibratedForest, logOdds } from "../calibrated-forest.js";
import type { FitContext, FittedModel } from "../recipe.js";
import { type Auc, aucOf } from "./auc.js";
import { encodeCorrelations, finishCorrelations, fitRound, type RatioSummary } from "./correlations.js";
import { dealRows, type PairedEvents } from "./paired-events.js";
import { attemptSeed, type RejectionCount } from "./rejection.js";
import { EVENT_PARTS, eventSimulator, type LoadBase } from "./simulator.js";
import type { CorrelationsSpec, EventsSpec } from "./spec.js";
import { dealEvents, USE } from "./split.js";
import { encodeTriggers, fitTrigger, type Trigger, type TriggerSummary } from "./triggers.js";
import { compileVariables, type EventVariables, fitVariables } from "./variables.js";

/** Simulations of each training event: more would tell little beyond the real one's own noise. */
const COPIES = 2;
/** Fewer whole events than this tell nothing. */
const FEWEST = 200;
/** Most rounds of correction; later ones see what normalising the earlier ones event by event has left. */
const ROUNDS = 4;
/** Events simulated at once. */
const CHUNK = 32_768;
/** More refused events than this share call for a warning, and so does a larger loss by the cut. */
const MUCH = 0.01;

/** Whole events of the full simulation. */
export interface WholeEvents {
  /** Paired form, with the names of simulated objects. */
  readonly table: EventTable;
  readonly weight: Float32Array;
  /** Columns of the triggers, in the order of the spec. */
  readonly flags: readonly EventTable["columns"][number][];
}

/**
 * Checks the expressions against the columns of paired events, before anything long is begun.
 * @throws ConfigError for unknown names and types that do not fit.
 */
export function checkEventVariables({ correlations, triggers, masses, vectors }: EventsSpec, table: EventTable): void {
  const options = { masses, vectors };
  if (correlations) compileVariables(correlations.variables, table.schema, options, "events.correlations");
  for (const { column, variables } of triggers) {
    compileVariables(variables, table.schema, options, `events.triggers "${column}"`);
  }
}

/**
 * Learns the correction for correlations, then the triggers.
 * @param load Makes the simulator of objects.
 * @throws DataError where there are too few events, or weights are negative.
 */
export async function fitEvents(
  spec: EventsSpec,
  objects: readonly ObjectSpec[],
  load: LoadBase,
  { table, weight, flags }: WholeEvents,
  context: FitContext,
): Promise<FittedModel> {
  if (table.length < FEWEST) {
    throw new DataError(
      `events: too few whole events to learn from; expected at least ${FEWEST}, got ${table.length}. Name more files under \`events.files\`.`,
    );
  }
  const seeds = new Random(context.seed, STREAMS.fit + 0x800);
  const seed = toSeed(seeds.uint32());
  const uses = dealEvents(table.length, seed);
  const options = { masses: spec.masses, vectors: spec.vectors };
  const parts = new Map<string, Uint8Array>();
  const summary: Record<string, unknown> = { events: table.length };
  const around = (stage: string): TreeContext => ({
    pool: context.pool,
    seed,
    ...(context.signal && { signal: context.signal }),
    onProgress: (done, total, loss) =>
      context.onProgress?.({ stage, done, total, ...(loss !== undefined && { loss }) }),
  });
  if (spec.correlations !== undefined) {
    const whole = { real: table, weight, uses };
    const fitted = await learnCorrelations(spec.correlations, options, objects, load, whole, context, around);
    parts.set(EVENT_PARTS.correlations, fitted.part);
    summary.correlations = fitted.summary;
  }
  if (spec.triggers.length > 0) {
    const values = flags.map(({ values }) => Float32Array.from(toFloat64(values), (x) => (x === 0 ? 0 : 1)));
    const triggers: Trigger[] = [];
    const found: Record<string, TriggerSummary> = {};
    for (const [t, trigger] of spec.triggers.entries()) {
      const data = { real: table, weight, uses, flags: values };
      const fitted = await fitTrigger(trigger, t, options, data, around(`trigger ${trigger.column}`));
      triggers.push(fitted.model);
      found[trigger.column] = fitted.summary;
      if (fitted.summary.auc === undefined) {
        context.onWarning?.(
          `trigger ${trigger.column}: all held-out events have the same flag, so nothing but its rate is learned.`,
        );
      }
    }
    parts.set(EVENT_PARTS.triggers, encodeTriggers(triggers));
    summary.triggers = found;
  }
  return { parts, summary };
}

async function learnCorrelations(
  spec: CorrelationsSpec,
  options: { readonly masses: EventsSpec["masses"]; readonly vectors: EventsSpec["vectors"] },
  objects: readonly ObjectSpec[],
  load: LoadBase,
  whole: Omit<PairedEvents, "simulated">,
  context: FitContext,
  around: (stage: string) => TreeContext,
) {
  const draw = { acceptance: "draw" } as const;
  let simulator: Simulator = load(draw);
  let plain: PairedEvents | undefined;
  let variables: EventVariables | undefined;
  let finished: ReturnType<typeof finishCorrelations> | undefined;
  const classifiers: CalibratedForest[] = [];
  const aucs: Auc[] = [];
  const count: RejectionCount = { drawn: 0, exhausted: 0 };
  for (let round = 0; ; round++) {
    const stage = round === 0 ? "correlations" : `correlations, round ${round + 1}`;
    const simulated: EventTable[] = [];
    Object.assign(count, { drawn: 0, exhausted: 0 });
    for (let copy = 0; copy < COPIES; copy++) {
      // Seeds that no replay is likely to have: those of further attempts, far out.
      const seed = attemptSeed(context.seed, 1_000_000 + COPIES * round + copy);
      const title = `${stage}: simulating ${copy + 1} of ${COPIES}`;
      simulated.push(await simulateAll(simulator, whole.real, seed, context, title));
    }
    const events: PairedEvents = { ...whole, simulated };
    plain ??= events;
    variables ??= fitVariables(spec.variables, options, [events.real, ...simulated]);
    const classifier = await fitRound(spec, variables, events, around(stage));
    const auc = separation(classifier, variables, events);
    aucs.push(auc);
    const seesMore = round < ROUNDS && auc.value - 0.5 > auc.error;
    if (seesMore) classifiers.push(classifier);
    if (seesMore || finished === undefined) finished = finishCorrelations(spec, variables, classifiers, plain);
    if (!seesMore) break;
    simulator = eventSimulator(load, objects, { correlations: finished.model, triggers: [] }, draw, count);
  }
  const { model, summary } = finished as NonNullable<typeof finished>;
  const drawn = COPIES * whole.real.length;
  const exhausted = count.exhausted / drawn;
  warn(spec, summary, exhausted, context);
  return {
    part: encodeCorrelations(model),
    summary: {
      variables: spec.variables,
      // What a classifier sees of the plain simulation, then after each round.
      auc: { before: aucs[0], after: aucs[aucs.length - 1], rounds: aucs },
      classifiers: classifiers.map(({ forest, slope, offset }) => ({ trees: forest.treeCount, slope, offset })),
      ratio: summary,
      // Without a correction, the first draw is the only one.
      attempts: { mean: classifiers.length === 0 ? 1 : count.drawn / drawn, most: spec.attempts, exhausted },
    },
  };
}

function warn(spec: CorrelationsSpec, { clipped, cap }: RatioSummary, exhausted: number, context: FitContext): void {
  const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;
  if (clipped > MUCH) {
    context.onWarning?.(
      `correlations: cutting density ratios at ${cap.toPrecision(3)} loses ${percent(clipped)} of the real events' weight; raise \`events.correlations.maxWeight\`, or look for outcomes that objects by themselves never have.`,
    );
  }
  if (exhausted > MUCH) {
    context.onWarning?.(
      `correlations: ${percent(exhausted)} of the events are refused ${spec.attempts} times, and one draw is taken by weight; raise \`events.correlations.attempts\`.`,
    );
  }
}

/** How well a classifier tells real from simulated events that it has not seen. */
function separation(classifier: CalibratedForest, variables: EventVariables, events: PairedEvents): Auc {
  const rows = dealRows(events, variables, USE.judge);
  const scores = new Float32Array(rows.positive.length);
  logOdds(classifier, rows.features, scores);
  return aucOf(scores, rows.positive, rows.negative);
}

/** Simulates a table piece by piece, so that it can be watched and stopped. */
async function simulateAll(
  simulator: Simulator,
  truth: EventTable,
  seed: bigint,
  context: FitContext,
  stage: string,
): Promise<EventTable> {
  const chunks: EventTable[] = [];
  for (let first = 0; first < truth.length; first += CHUNK) {
    context.signal?.throwIfAborted();
    const piece = truth.slice(first, Math.min(first + CHUNK, truth.length));
    chunks.push(await simulator.simulate(piece, { seed, firstEvent: first }));
    context.onProgress?.({ stage, done: first + piece.length, total: truth.length });
  }
  return concatTables(chunks);
}
