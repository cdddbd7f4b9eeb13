import type { EventTable } from "../data/event-table.js";
import { DataError } from "../util/errors.js";
import { perDegree } from "./chi-square.js";
import { wilson } from "./efficiency.js";
import type { ReliabilityResult, Shares, Skipped } from "./evaluation.js";
import type { MetricInfo } from "./metric.js";
import type { ReliabilitySpec } from "./spec.js";
import { tooFew } from "./summary.js";

/** Chi-square of predicted against observed acceptance; worked out beside the curve that shows it. */
export const reliabilityInfo: MetricInfo = {
  name: "reliability",
  title: "Reliability",
  description: "Chi-square per degree of freedom of observed against predicted acceptance, in bins of the prediction.",
  reference: "Hosmer, Lemeshow (1980), Commun. Stat. A 9, 1043; Brier (1950), Mon. Weather Rev. 78, 1",
  scope: "reliability",
  symmetric: false,
};

const BINS = 20;
/** Bins whose flags are expected to vary less than this many events' worth count together with their neighbour. */
const LEAST_VARIANCE = 5;

/** Holds predicted acceptances of the candidate against the reference's flags of the same rows. */
export function evaluateReliability(
  reference: EventTable,
  candidate: EventTable,
  spec: ReliabilitySpec,
): ReliabilityResult | Skipped {
  const { name } = spec;
  const reason = tooFew(reference.length, candidate.length);
  if (reason !== undefined) return { name, reason };
  if (reference.length !== candidate.length) {
    return {
      name,
      reason: `predictions belong to other events; expected ${reference.length} rows as in the reference, got ${candidate.length}.`,
    };
  }
  const flags = reference.flat(spec.accepted);
  const predictions = candidate.numbers(spec.predicted);
  const count = new Float64Array(BINS);
  const predicted = new Float64Array(BINS);
  const variance = new Float64Array(BINS);
  const passed = new Float64Array(BINS);
  let brier = 0;
  let brierSquare = 0;
  for (let i = 0; i < predictions.length; i++) {
    const p = predictions[i];
    if (!(p >= 0 && p <= 1)) {
      throw new DataError(
        `evaluate: "${spec.predicted}" of the candidate is no probability; expected 0 to 1, got ${p} in event ${i}.`,
      );
    }
    const flag = flags[i] === 0 ? 0 : 1;
    const bin = Math.min(BINS - 1, Math.floor(p * BINS));
    count[bin]++;
    predicted[bin] += p;
    variance[bin] += p * (1 - p);
    passed[bin] += flag;
    brier += (flag - p) ** 2;
    brierSquare += (flag - p) ** 4;
  }
  const n = predictions.length;
  const expected = variance.reduce((a, b) => a + b, 0) / n;
  const mean = brier / n;
  const observed = Array.from(count, (c, b) => (c > 0 ? wilson(passed[b] / c, c) : undefined));
  const shares: Shares = {
    values: observed.map((x) => x?.value ?? null),
    low: observed.map((x) => x?.low ?? null),
    high: observed.map((x) => x?.high ?? null),
  };
  const { chiSquare, degrees } = chiSquareOf(passed, predicted, variance);
  return {
    name,
    title: spec.title ?? name,
    unit: "",
    group: spec.group ?? "",
    metrics: [perDegree("reliability", chiSquare, degrees)],
    edges: Array.from({ length: BINS + 1 }, (_, b) => b / BINS),
    predicted: Array.from(count, (c, b) => (c > 0 ? predicted[b] / c : null)),
    observed: shares,
    entries: Array.from(count),
    brier: { value: mean, error: Math.sqrt(Math.max(0, brierSquare / n - mean * mean) / n) },
    brierExpected: expected,
  };
}

/** Each merged bin's flags, whose sum has the predictions' own mean and variance if they are right. */
function chiSquareOf(passed: Float64Array, predicted: Float64Array, variance: Float64Array) {
  let chiSquare = 0;
  let degrees = 0;
  let [a, p, v] = [0, 0, 0];
  let left = variance.reduce((x, y) => x + y, 0);
  for (let b = 0; b < BINS; b++) {
    a += passed[b];
    p += predicted[b];
    v += variance[b];
    left -= variance[b];
    if (b < BINS - 1 && (v < LEAST_VARIANCE || left < LEAST_VARIANCE)) continue;
    if (v > 0) {
      chiSquare += (a - p) ** 2 / v;
      degrees++;
    }
    [a, p, v] = [0, 0, 0];
  }
  return { chiSquare, degrees };
}
