import type { EventTable } from "../data/event-table.js";
import type { Field } from "../data/schema.js";
import { DataError } from "../util/errors.js";
import type { Random } from "../util/random.js";
import { defaultEdges, mapEdges, profileEdges } from "./binning.js";
import { perDegree } from "./chi-square.js";
import { Comparison } from "./comparison.js";
import { gather } from "./entries.js";
import type { Estimate, Points, ProfilePair, ResponseResult, Skipped } from "./evaluation.js";
import { compareMaps, type MapComparison, type Plane } from "./map.js";
import { isPopulated } from "./profile.js";
import { halfWidth, median } from "./quantile.js";
import { metricsOf } from "./registry.js";
import { type Sample, sampleOf } from "./sample.js";
import { type Binned, sliceComparisons } from "./slices.js";
import type { ResponseSpec } from "./spec.js";
import { histogramPair, quantileDifferences, summariseSample, tooFew } from "./summary.js";
import { probabilityTransform } from "./transform.js";

/** Compares reco - truth, or reco / truth, as a distribution and in bins of a truth variable. */
export function evaluateResponse(
  reference: EventTable,
  candidate: EventTable,
  spec: ResponseSpec,
  random: Random,
): ResponseResult | Skipped {
  const { name, kind, when } = spec;
  const a = responseOf(reference, spec, "reference");
  const b = responseOf(candidate, spec, "candidate");
  const reason = tooFew(a.values.length, b.values.length);
  if (reason !== undefined) return { name, reason };
  const sampleA = sampleOf(a.values, a.weights, `response "${name}" of the reference`);
  const sampleB = sampleOf(b.values, b.weights, `response "${name}" of the candidate`);
  const against = sampleOf(a.against, a.weights, `"${spec.against}" of the reference`);
  const edges = spec.edges ?? profileEdges(against);
  const slices = sliceComparisons(a, b, edges, random);
  const populated = slices.filter((slice) => slice !== undefined);
  const comparison = new Comparison(sampleA, sampleB, {
    edges: defaultEdges(sampleA, undefined, spec.range),
    slices: populated,
    random,
  });
  const plan = transportPlan(a, b, sampleA.effectiveSize, sampleB.effectiveSize);
  const field = reference.column(spec.reco).field;
  const againstField = reference.column(spec.against).field;
  return {
    name,
    kind,
    when,
    title: spec.title ?? name,
    unit: spec.unit ?? (kind === "ratio" ? "" : (field.unit ?? "")),
    group: spec.group ?? "",
    metrics: [
      ...[...metricsOf("distribution"), ...metricsOf("response")].map((metric) => metric.compute(comparison)),
      perDegree("plan", plan.chiSquare, plan.degrees),
    ],
    reference: summariseSample(sampleA),
    candidate: summariseSample(sampleB),
    histogram: histogramPair(comparison),
    quantiles: quantileDifferences(comparison),
    profile: {
      against: spec.against,
      title: spec.againstTitle ?? againstField.title ?? spec.against,
      unit: spec.againstUnit ?? againstField.unit ?? "",
      edges,
      median: profilePair(slices, median),
      width: profilePair(slices, halfWidth),
    },
    transform: probabilityTransform(populated),
    plan: {
      truth: spec.truth,
      reco: spec.reco,
      xTitle: axisWords(reference.column(spec.truth).field, "true "),
      yTitle: axisWords(field, ""),
      ...plan.map,
    },
  };
}

/** `true p(π⁺) [GeV]`; a name without a title stands for itself. */
function axisWords({ name, title, unit }: Field, level: string): string {
  const words = title === undefined ? name : `${level}${title}`;
  return unit === undefined || unit === "" ? words : `${words} [${unit}]`;
}

/** Bins of each axis of a transport plan. */
const PLAN_BINS = 24;

/** Truth against reconstruction: where the model carries what, and where the reference does. */
function transportPlan(a: Response, b: Response, n: number, m: number): MapComparison {
  const xEdges = mapEdges(sampleOf(a.truth, a.weights, "truth of the reference"), PLAN_BINS);
  const yEdges = mapEdges(sampleOf(a.reco, a.weights, "reconstruction of the reference"), PLAN_BINS);
  const plane = ({ truth, reco, weights }: Response, effectiveSize: number): Plane => ({
    x: truth,
    y: reco,
    weights,
    effectiveSize,
  });
  return compareMaps(plane(a, n), plane(b, m), xEdges, yEdges);
}

interface Response extends Binned {
  readonly truth: Float64Array;
  readonly reco: Float64Array;
}

function responseOf(table: EventTable, spec: ResponseSpec, which: string): Response {
  const { columns, weights } = gather(table, [spec.truth, spec.reco, spec.against], spec.when, which);
  const [truth, reco, against] = columns;
  const values = new Float64Array(truth.length);
  if (spec.kind === "ratio") {
    for (let i = 0; i < values.length; i++) {
      values[i] = reco[i] / truth[i];
      if (!Number.isFinite(values[i])) {
        throw new DataError(
          `evaluate: response "${spec.name}" divides by a truth of 0; expected non-zero "${spec.truth}" of the ${which}, got ${truth[i]} at entry ${i}. Use kind "difference", or leave such entries out by \`when\`.`,
        );
      }
    }
    return { values, against, weights, truth, reco };
  }
  const { period } = spec;
  for (let i = 0; i < values.length; i++) {
    const d = reco[i] - truth[i];
    values[i] = period === undefined ? d : d - period * Math.floor(d / period + 0.5);
  }
  return { values, against, weights, truth, reco };
}

function profilePair(slices: readonly (Comparison | undefined)[], estimate: (sample: Sample) => Estimate): ProfilePair {
  const bins = slices.map((slice) => {
    if (slice === undefined || !isPopulated(slice)) return undefined;
    const a = estimate(slice.reference);
    const b = estimate(slice.candidate);
    const error = Math.hypot(a.error, b.error);
    return { a, b, pull: error > 0 ? (b.value - a.value) / error : null };
  });
  const points = (side: "a" | "b"): Points => ({
    values: bins.map((bin) => bin?.[side].value ?? null),
    errors: bins.map((bin) => bin?.[side].error ?? null),
  });
  return { reference: points("a"), candidate: points("b"), pulls: bins.map((bin) => bin?.pull ?? null) };
}
