import type { EventTable } from "../data/event-table.js";
import { Random } from "../util/random.js";
import { classifierFeatures, classifierTests } from "./classifier/index.js";
import { eventNumbers, gather } from "./entries.js";
import type { JointResult, Skipped } from "./evaluation.js";
import { withFeatureWords } from "./feature-words.js";
import { compareCells } from "./joint/cells.js";
import { compareCorrelations } from "./joint/correlation.js";
import { comparePairs } from "./joint/pairs.js";
import type { MetricValue } from "./metric.js";
import { type Points, pointsOf, standardise, subsample } from "./points.js";
import { jointJudges } from "./registry.js";
import type { JointSpec } from "./spec.js";
import { tooFew } from "./summary.js";
import type { Tools } from "./tools.js";

/** Events below which several variables together say nothing that each by itself does not. */
const LEAST_EVENTS = 50;
/** Events of each sample that correlations, pairs and cells look at. */
const MOST_EVENTS = 1_000_000;
/** Streams of random numbers of each judge; the classifiers' begin at 32. */
const STREAMS_EACH = 4;
/** Standardised values end here, so that their eighth powers and the squares of those stay finite. */
const FARTHEST = 1e12;

/** Compares several variables of an event together. */
export async function evaluateJoint(
  reference: EventTable,
  candidate: EventTable,
  spec: JointSpec,
  tools: Tools,
): Promise<JointResult | Skipped> {
  const { name, columns, conditions = [] } = spec;
  const a = eventsOf(reference, spec, "reference");
  const b = eventsOf(candidate, spec, "candidate");
  const fewest = Math.min(a.length, b.length);
  if (fewest < LEAST_EVENTS) {
    const which = a.length <= b.length ? "reference" : "candidate";
    return {
      name,
      reason:
        tooFew(a.length, b.length) ??
        `too few events in the ${which} to compare them as a whole; expected at least ${LEAST_EVENTS}, got ${fewest}.`,
    };
  }
  const [pointsA, pointsB] = [pointsFrom(a, columns, "the reference"), pointsFrom(b, columns, "the candidate")];
  const [x, y] = standardise(pointsA, pointsB).map(withinReach);
  const title = spec.title ?? name;
  let done = 0;
  const total = jointJudges.length + 1;
  const ended = () => tools.onProgress?.(`${title} together`, ++done, total);
  tools.onProgress?.(`${title} together`, 0, total);
  // All at once: some work on the pool's threads, others meanwhile on this one.
  const judged = jointJudges.map(async (judge, i): Promise<MetricValue[]> => {
    const own: Tools = { ...tools, onProgress: undefined, stream: tools.stream + STREAMS_EACH * i };
    const random = new Random(own.seed, own.stream);
    const values = await judge.judge(subsample(x, judge.most, random), subsample(y, judge.most, random), own);
    ended();
    return values;
  });
  const whole = compareWhole(pointsA, pointsB, { ...tools, stream: tools.stream + STREAMS_EACH * jointJudges.length });
  ended();
  const metrics = [...(await Promise.all(judged)).flat(), ...whole.metrics];
  tools.signal?.throwIfAborted();
  const classify = async () =>
    classifierTests(
      classifierFeatures(a, spec, "the reference"),
      classifierFeatures(b, spec, "the candidate"),
      [
        eventNumbers(reference, columns[0], spec.when, "reference"),
        truthNumbers(candidate, reference, columns[0], spec.when),
      ],
      title,
      tools,
    );
  const classifiers = spec.classifier === false ? { metrics: [], results: [] } : await classify();
  return {
    name,
    title,
    unit: "",
    group: spec.group ?? "",
    metrics: [...metrics, ...classifiers.metrics],
    columns: columns.map((column) => {
      const { field } = reference.column(column);
      return { name: column, title: field.title ?? column, unit: field.unit ?? "" };
    }),
    conditions,
    ...(spec.when !== undefined && { when: spec.when }),
    events: { reference: a.length, candidate: b.length },
    correlations: whole.correlations,
    pairs: whole.pairs,
    equivalent: whole.equivalent,
    classifiers: withFeatureWords(classifiers.results, reference, spec),
  };
}

/** What needs the variables' own units, or gives more than a number. */
function compareWhole(reference: Points, candidate: Points, tools: Tools) {
  const random = new Random(tools.seed, tools.stream);
  const a = subsample(reference, MOST_EVENTS, random);
  const b = subsample(candidate, MOST_EVENTS, random);
  const { metric: correlation, correlations } = compareCorrelations(a, b, { ...tools, stream: tools.stream + 1 });
  const { metric: worst, pairs } = comparePairs(a, b);
  const { metric: cells, equivalent } = compareCells(a, b, { ...tools, stream: tools.stream + 2 });
  return { metrics: [correlation, ...(worst === undefined ? [] : [worst]), cells], correlations, pairs, equivalent };
}

function withinReach(points: Points): Points {
  const limited = (x: number) => Math.max(-FARTHEST, Math.min(FARTHEST, x));
  return { ...points, columns: points.columns.map((column) => column.map(limited)) };
}

/** Number of the reference event that may share its truth with each candidate event: where there are several draws, too. */
function truthNumbers(
  candidate: EventTable,
  reference: EventTable,
  column: string,
  when: string | undefined,
): Uint32Array {
  const draws = candidate.length / reference.length;
  const events = eventNumbers(candidate, column, when, "candidate");
  return Number.isInteger(draws) ? events.map((event) => Math.floor(event / draws)) : events;
}

/** Columns of the events that the mask lets through, with the number of each event in its table. */
interface Events {
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly weights: Float64Array | undefined;
  readonly length: number;
}

function eventsOf(table: EventTable, spec: JointSpec, which: string): Events {
  const residuals = (spec.residuals ?? []).flatMap(({ reco, truth }) => [reco, truth]);
  const names = [...new Set([...spec.columns, ...(spec.conditions ?? []), ...residuals])];
  const { columns, weights } = gather(table, names, spec.when, which);
  return { columns: new Map(names.map((name, i) => [name, columns[i]])), weights, length: columns[0].length };
}

function pointsFrom({ columns, weights }: Events, names: readonly string[], label: string): Points {
  return pointsOf(
    names,
    names.map((name) => columns.get(name) as Float64Array),
    weights,
    label,
  );
}
